/// A value: text that may go to a terminal: no control reaches it, its width in cells is known.
///
/// The only way from a name off the wire to the screen. Control characters, escape sequences, bidirectional
/// overrides, zero-width characters and line separators become visible as `\x1B` or `\u{202E}`; in ASCII everything
/// else that is not ASCII too, after what has a plain spelling (`×` as `x`).
package struct TerminalText: Sendable, Equatable {
    package let string: String
    /// In cells.
    package let width: Int

    package init(_ raw: String, ascii: Bool = false) {
        if Self.isPlain(raw) {
            string = raw
            width = raw.utf8.count
            return
        }
        var safe = ""
        var (marks, previous): (Int, Unicode.Scalar?) = (0, nil)
        for scalar in raw.unicodeScalars {
            let isMark = Self.combines(scalar)
            marks = isMark ? marks + 1 : 0
            let floats = isMark && (previous == nil || marks > Limits.combiningMarks)
            let isVariant = scalar.value == 0xFE0F && previous.map { $0.properties.isEmoji && !$0.isASCII } ?? false
            if ascii, !scalar.isASCII {
                safe += Self.spelling(of: scalar) ?? Self.escape(scalar)
            } else if floats || Self.isUnsafe(scalar) && !isVariant {
                safe += Self.escape(scalar)
                previous = "}"
                continue
            } else {
                safe.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        string = safe
        width = DisplayWidth.of(safe)
    }

    /// Text that is already safe, e.g. a part of one.
    private init(safe: String) {
        string = safe
        width = DisplayWidth.of(safe)
    }

    private static func isPlain(_ raw: String) -> Bool {
        raw.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    private static func combines(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x300 && DisplayWidth.of(scalar) == 0
    }

    /// Whether a character moves, hides, reorders or is not seen at all, so that no reader should get it as it is.
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7F { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return true
        default: return scalar.properties.isDefaultIgnorableCodePoint || blanks.contains(scalar)
        }
    }

    /// Drawn without ink, though Unicode neither calls them white space nor has them ignored: the Braille pattern without
    /// dots, a note without a head, a filler of the Khitan small script.
    private static let blanks: Set<Unicode.Scalar> = ["\u{2800}", "\u{1D159}", "\u{16FE4}"]

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x0A: return "\\n"
        case 0x0D: return "\\r"
        case 0x09: return "\\t"
        default: break
        }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return scalar.value < 0x100 ? "\\x" + (digits.count < 2 ? "0" : "") + digits : "\\u{\(digits)}"
    }

    private static func spelling(of scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "·": "-"
        case "×": "x"
        case "…": "..."
        case "→": "->"
        case "←": "<-"
        case "–", "—", "‐", "−": "-"
        case "’", "‘": "'"
        case "“", "”": "\""
        case "µ", "μ": "u"
        case "\u{A0}": " "
        default: nil
        }
    }
}

extension TerminalText {
    static func + (left: TerminalText, right: TerminalText) -> TerminalText {
        TerminalText(safe: left.string + right.string)
    }

    /// The text in lines of at most `limit` cells, broken after spaces, else after punctuation, else anywhere.
    package func wrapped(to limit: Int) -> [TerminalText] {
        if width <= limit { return [self] }
        let limit = max(limit, 2)
        var lines: [TerminalText] = []
        var rest = Substring(string)
        while !rest.isEmpty {
            var (end, cells) = (rest.startIndex, 0)
            var (space, joint): (String.Index?, String.Index?) = (nil, nil)
            while end < rest.endIndex {
                let character = rest[end]
                if cells + DisplayWidth.of(character) > limit { break }
                cells += DisplayWidth.of(character)
                end = rest.index(after: end)
                if character == " " { space = end }
                if "_.-/:@,;=&".contains(character), cells * 3 >= limit { joint = end }
            }
            let fits = end == rest.endIndex || rest[end] == " "
            let cut = fits ? end : space ?? joint ?? end
            lines.append(TerminalText(safe: String(rest[..<cut]).trimmingEnd()))
            rest = rest[cut...].drop { $0 == " " }
        }
        return lines
    }

    /// The text in at most `limit` cells, the middle or the end replaced by the ellipsis where it is longer.
    package func shortened(to limit: Int, ellipsis: String, keepingHead: Bool = false) -> TerminalText {
        if width <= limit { return self }
        let room = max(0, limit - DisplayWidth.of(ellipsis))
        let tail = Self.fitting(string.reversed(), keepingHead ? 0 : room / 2)
        let head = Self.fitting(string, keepingHead ? room : room - room / 2)
        return TerminalText(safe: String(head) + ellipsis + String(tail.reversed()))
    }

    private static func fitting(_ characters: some Sequence<Character>, _ limit: Int) -> [Character] {
        var (result, cells): ([Character], Int) = ([], 0)
        for character in characters {
            cells += DisplayWidth.of(character)
            if cells > limit { break }
            result.append(character)
        }
        return result
    }
}

extension String {
    /// Without the spaces at its end.
    func trimmingEnd() -> String {
        let spaces = utf8.reversed().prefix { $0 == 0x20 }.count
        return spaces == 0 ? self : String(decoding: utf8.dropLast(spaces), as: UTF8.self)
    }
}
