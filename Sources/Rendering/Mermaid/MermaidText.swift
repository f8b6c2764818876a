/// Text in a Mermaid sequence diagram, so that it is drawn as it is and nothing in it is taken for syntax.
///
/// Mermaid spells a character `#N;`, with its Unicode number in decimal ("Entity codes to escape characters"). It does
/// so before it parses, by a mark made of `ﬂ`, `°`, `¶` and `ß`, which are therefore spelled out themselves. `;` ends a
/// statement, `#` and `%%` begin comments, `%%{` a directive, `$$` a formula, `<`, `>` and `&` are HTML, `@{` begins a
/// participant's properties. A colon is spelled out before anything but a space: `wrap:` at the beginning of a label is an
/// instruction, and a line with `style` or `classDef` before a colon and an entity behind it loses its last semicolon.
enum MermaidText {
    static func escaped(_ text: TerminalText) -> String {
        var result = ""
        var previous: Unicode.Scalar = " "
        let scalars = text.string.unicodeScalars
        for index in scalars.indices {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            if isSyntax(scalar, after: previous, before: next < scalars.endIndex ? scalars[next] : nil, in: text) {
                result += "#\(scalar.value);"
            } else {
                result.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return result
    }

    /// Lines one below the other.
    static func escaped(_ lines: [TerminalText]) -> String { lines.map(escaped).joined(separator: "<br/>") }

    private static func isSyntax(
        _ scalar: Unicode.Scalar, after previous: Unicode.Scalar, before next: Unicode.Scalar?, in text: TerminalText
    ) -> Bool {
        switch scalar {
        case "#", ";", "%", "$", "<", ">", "&", "ﬂ", "°", "¶", "ß": true
        case "{": previous == "@"
        case ":": next != " " || text.string.beginsWithWrap
        default: false
        }
    }
}

extension String {
    /// Whether it begins as Mermaid's instruction on wrapping does.
    fileprivate var beginsWithWrap: Bool {
        let start = prefix { $0 != ":" }.lowercased()
        return start == "wrap" || start == "nowrap"
    }
}
