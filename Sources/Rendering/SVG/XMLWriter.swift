import Trace

/// A machine that writes elements of XML 1.0 (fifth edition), each on a line of its own.
///
/// Every value is escaped; characters that XML does not allow (2.2, `Char`), and those that move, hide or reorder what
/// stands around them, become visible as `\u{1}`. The result is also what an HTML parser reads inside `<svg>`.
struct XMLWriter {
    typealias Attributes = KeyValuePairs<StaticString, String>

    private var output: ChunkedOutput

    init(to sink: @escaping OutputSink) {
        output = ChunkedOutput(to: sink)
    }

    /// For a document in UTF-8.
    mutating func declaration() { output.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") }

    mutating func open(_ name: StaticString, _ attributes: Attributes = [:]) {
        startTag(name, attributes)
        output.write(">\n")
    }

    mutating func close(_ name: StaticString) {
        output.write("</")
        output.write(name)
        output.write(">\n")
    }

    mutating func empty(_ name: StaticString, _ attributes: Attributes = [:]) {
        startTag(name, attributes)
        output.write("/>\n")
    }

    /// An element with text in it; `title` becomes a child that browsers show as a tooltip.
    mutating func leaf(_ name: StaticString, _ text: String, _ attributes: Attributes = [:], title: String? = nil) {
        startTag(name, attributes)
        output.write(">")
        if let title {
            output.write("<title>")
            output.write(Self.escaped(title))
            output.write("</title>")
        }
        if name.description == "text", text.unicodeScalars.contains(where: Self.isRightToLeft) {
            writeIsolated(text)
        } else {
            output.write(Self.escaped(text))
        }
        output.write("</")
        output.write(name)
        output.write(">\n")
    }

    /// Statements with right-to-left letters in them, each by itself: what stands beside such a name stays there.
    private mutating func writeIsolated(_ text: String) {
        let separator = GlyphTable.unicode.separator
        for (index, statement) in text.split(separator: separator, omittingEmptySubsequences: false).enumerated() {
            if index > 0 { output.write(separator) }
            output.write("<tspan unicode-bidi=\"isolate\">")
            output.write(Self.escaped(String(statement)))
            output.write("</tspan>")
        }
    }

    /// Blocks of scripts that are written from right to left (Unicode, Bidi_Class R and AL).
    private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFE, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }

    mutating func flush() { output.flush() }

    private mutating func startTag(_ name: StaticString, _ attributes: Attributes) {
        output.write("<")
        output.write(name)
        for (key, value) in attributes {
            output.write(" ")
            output.write(key)
            output.write("=\"")
            output.write(Self.escaped(value))
            output.write("\"")
        }
    }

    /// Text that is safe between tags and in a double-quoted attribute.
    static func escaped(_ text: String) -> String {
        if text.utf8.allSatisfy(isPlain) { return text }
        var result = ""
        result.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\r": result += "&#\(scalar.value);"
            case "\n": result.unicodeScalars.append(scalar)
            default:
                if isAllowed(scalar.value), scalar.value == 0xFE0F || !TerminalText.isUnsafe(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
                }
            }
        }
        return result
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        guard byte >= 0x20, byte < 0x7F else { return false }
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            return false
        default: return true
        }
    }

    /// Production `Char` without what its note discourages.
    private static func isAllowed(_ value: UInt32) -> Bool {
        value >= 0x20 && !(0x7F...0x9F).contains(value) && value & 0xFFFE != 0xFFFE
            && !(0xFDD0...0xFDEF).contains(value)
    }
}

extension Double {
    /// In tenths, without a point where it is whole.
    var svg: String {
        let tenths = Int(saturating: self * 10)
        if tenths % 10 == 0 { return String(tenths / 10) }
        return (tenths < 0 ? "-" : "") + "\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
    }
}
