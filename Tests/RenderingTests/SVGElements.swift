import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A machine that reads a drawing as an XML parser does, and refuses what is not well-formed.
final class SVGElements: NSObject, XMLParserDelegate {
    struct Element {
        let name: String
        let attributes: [String: String]
        var text = ""
        /// Of the elements around it, the outermost first.
        let ancestors: [String]
    }

    private(set) var all: [Element] = []
    private var open: [Int] = []

    init(_ document: String) throws {
        super.init()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = self
        #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        let ancestors = open.map { all[$0].attributes["class"] ?? all[$0].name }
        open.append(all.count)
        all.append(Element(name: name, attributes: attributes, ancestors: ancestors))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if let last = open.last { all[last].text += string }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func elements(_ name: String, classed style: String? = nil) -> [Element] {
        all.filter { element in
            let classes = (element.attributes["class"] ?? "").split(separator: " ")
            return element.name == name && (style.map { classes.contains(Substring($0)) } ?? true)
        }
    }

    var texts: [String] { elements("text").map(\.text) }

    /// The indexes of the messages that arrows stand for.
    var messages: [Int] {
        elements("g", classed: "sq-arrow").flatMap { arrow in
            (arrow.attributes["data-messages"] ?? "").split(separator: " ").compactMap { Int($0) }
        }
    }
}
