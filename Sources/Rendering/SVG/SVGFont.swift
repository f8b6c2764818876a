/// A value: how a piece of text in a drawing is set; the raw value is its class in the style sheet.
enum SVGTextStyle: String, CaseIterable, Sendable {
    case title, identity, verdict, counts, note
    case lane, host
    case label, latency, remark, detail
    case time, pause, state

    var font: SVGFont {
        switch self {
        case .title: SVGFont(size: 20, family: .bold)
        case .identity: SVGFont(size: 12, family: .mono)
        case .verdict: SVGFont(size: 14, family: .bold)
        case .counts, .note: SVGFont(size: 12)
        case .lane: SVGFont(size: 13, family: .bold)
        case .host: SVGFont(size: 11)
        case .label: SVGFont(size: 12)
        case .latency, .remark: SVGFont(size: 11)
        case .detail: SVGFont(size: 10.5, family: .mono)
        case .time: SVGFont(size: 11, family: .mono)
        case .pause: SVGFont(size: 11, family: .mono)
        case .state: SVGFont(size: 11, family: .bold)
        }
    }

    /// From one baseline to the next.
    var leading: Double { (font.size * 1.27).rounded() }
}

/// A value: a font by its size in px and family, and how wide its characters are taken to be.
///
/// A drawing cannot know the reader's fonts. Widths are the advances of DejaVu Sans, as wide as any font that systems use
/// for their own text: in Helvetica, Segoe UI or Roboto the same text is up to a sixth shorter.
struct SVGFont: Sendable {
    enum Family: Sendable { case regular, bold, mono }

    var size: Double
    var family = Family.regular

    /// The width of a text in px.
    func width(of text: String) -> Double {
        var hundredths = 0
        for character in text { hundredths += advance(of: character) }
        return Double(hundredths) * size / 100
    }

    /// In hundredths of the size.
    func advance(of character: Character) -> Int {
        if let ascii = character.asciiValue {
            if family == .mono { return Self.cell }
            let table = family == .bold ? Self.boldAdvances : Self.advances
            let place = Int(ascii) - 0x20
            return table.indices.contains(place) ? table[place] : Self.unknown
        }
        let cells = DisplayWidth.of(character)
        if cells != 1 { return cells * Self.cell }
        return family == .mono ? Self.cell : Self.narrow.contains(character) ? 40 : Self.unknown
    }

    /// A cell of a font with fixed widths; a wide character takes two, and in no font more.
    private static let cell = 61
    /// A character that is not in the tables: Cyrillic capitals are the widest in common use.
    private static let unknown = 90
    private static let narrow: Set<Character> = ["·", "’", "‘", "│"]

    private static let advances = [
        32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34,
        84, 84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99,
        69, 62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53,
        40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
    ]

    private static let boldAdvances = [
        35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40,
        84, 84, 84, 59, 100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 38, 78, 64, 100, 84, 86, 74, 86, 78, 73, 69, 82, 78,
        111, 78, 73, 73, 46, 37, 46, 84, 50, 50, 68, 72, 60, 72, 68, 44, 72, 72, 35, 35, 67, 35, 105, 72, 69, 72, 72,
        50, 60, 48, 72, 66, 93, 65, 66, 59, 72, 37, 72, 84,
    ]
}

extension SVGFont {
    /// The text in lines of at most `limit` px, broken after spaces, else after punctuation, else anywhere.
    func lines(of text: String, within limit: Double) -> [String] {
        if width(of: text) <= limit { return [text] }
        let limit = Int(max(limit, size * 2) * 100 / size)
        var lines: [String] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            let cut = end(of: rest, within: limit)
            lines.append(String(rest[..<cut]).trimmingEnd())
            rest = rest[cut...].drop { $0 == " " }
        }
        return lines
    }

    /// Fields on as few lines as they take, none broken that fits on a line of its own.
    func lines(of fields: [String], joinedBy separator: String, within limit: Double) -> [String] {
        var lines: [String] = []
        for field in fields where !field.isEmpty {
            if let last = lines.last, width(of: last + separator + field) <= limit {
                lines[lines.count - 1] = last + separator + field
            } else {
                lines += self.lines(of: field, within: limit)
            }
        }
        return lines
    }

    private func end(of rest: Substring, within limit: Int) -> String.Index {
        var (end, used) = (rest.startIndex, 0)
        var (space, joint): (String.Index?, String.Index?) = (nil, nil)
        while end < rest.endIndex {
            let character = rest[end]
            used += advance(of: character)
            if used > limit, end > rest.startIndex { break }
            end = rest.index(after: end)
            if character == " " { space = end }
            if "_.-/:@,;=&".contains(character), used * 3 >= limit { joint = end }
        }
        let fits = end == rest.endIndex || rest[end] == " "
        return fits ? end : space ?? joint ?? end
    }

    /// The text in at most `limit` px, its middle replaced by an ellipsis where it is longer.
    func shortened(_ text: String, within limit: Double, ellipsis: String) -> String {
        if width(of: text) <= limit { return text }
        let room = Int(max(limit, 0) * 100 / size) - ellipsis.reduce(0) { $0 + advance(of: $1) }
        let head = fitting(text, room - room / 2)
        return head + ellipsis + String(fitting(String(text.reversed()), room / 2).reversed())
    }

    private func fitting(_ text: String, _ room: Int) -> String {
        var used = 0
        return String(
            text.prefix { character in
                used += advance(of: character)
                return used <= room
            })
    }
}
