/// A machine that writes GitHub Flavored Markdown (a superset of CommonMark 0.30): headings, paragraphs, tables, fences.
///
/// Text off the wire is either a code span, in which nothing has a meaning, or escaped: every ASCII punctuation
/// character may follow a backslash (CommonMark 2.4). Controls and line breaks are written visibly, so that no text
/// ends a row or a paragraph.
struct MarkdownWriter {
    private var output: ChunkedOutput

    init(to sink: @escaping OutputSink) {
        output = ChunkedOutput(to: sink)
    }

    /// `text` is Markdown already.
    mutating func heading(_ level: Int, _ text: String) {
        output.write(String(repeating: "#", count: level) + " " + text + "\n\n")
    }

    mutating func paragraph(_ text: String) { output.write(text + "\n\n") }

    mutating func list(_ items: [String]) {
        for item in items { output.write("- \(item)\n") }
        if !items.isEmpty { output.write("\n") }
    }

    /// A table; columns whose heading ends in a colon are aligned to the right.
    mutating func table(_ headings: [String], _ rows: [[String]]) {
        guard !rows.isEmpty else { return }
        let isRight = headings.map { $0.hasSuffix(":") }
        let titles = zip(headings, isRight).map { $1 ? String($0.dropLast()) : $0 }
        row(titles)
        output.write("|" + isRight.map { $0 ? "--:|" : "---|" }.joined() + "\n")
        for cells in rows { row(cells) }
        output.write("\n")
    }

    /// Lines that are shown as they are. The fence is longer than any run of backticks in them.
    mutating func fence(_ language: String, longestRun: Int, _ body: (inout ChunkedOutput) -> Void) {
        let fence = String(repeating: "`", count: max(3, longestRun + 1))
        output.write("\(fence)\(language)\n")
        body(&output)
        output.write("\(fence)\n\n")
    }

    mutating func flush() { output.flush() }

    private mutating func row(_ cells: [String]) {
        output.write("| " + cells.joined(separator: " | ") + " |\n")
    }
}

/// Texts for Markdown.
enum Markdown {
    /// Text with nothing in it that Markdown or HTML would read; what has no meaning where it stands is left alone.
    ///
    /// Words with an at sign or an address in them become code: nothing else keeps GitHub from making links of them.
    static func text(_ raw: String) -> String {
        if raw.utf8.allSatisfy(isPlain) { return raw }
        let words = TerminalText(raw).string.split(separator: " ", omittingEmptySubsequences: false)
        return words.enumerated().map { index, word in
            isLinked(word) ? linked(word, isAtStart: index == 0) : escaped(word, isAtStart: index == 0)
        }.joined(separator: " ")
    }

    /// A word as code, without the brackets and the punctuation around it.
    private static func linked(_ word: Substring, isAtStart: Bool) -> String {
        let head = word.prefix { "([{".contains($0) }
        let rest = word.dropFirst(head.count)
        let tailCount = rest.reversed().prefix { ")]},;:".contains($0) }.count
        let (body, tail) = (rest.dropLast(tailCount), rest.suffix(tailCount))
        guard !body.isEmpty else { return code(String(word)) }
        return escaped(head, isAtStart: isAtStart) + code(String(body)) + escaped(tail, isAtStart: false)
    }

    /// Has no meaning anywhere.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private static func isLinked(_ word: Substring) -> Bool {
        let bytes = word.utf8
        guard
            let sign = bytes.first(where: {
                $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
            })
        else { return false }
        return sign == UInt8(ascii: "@") || word.contains("@") || word.contains("://")
            || word.lowercased().contains("www.")
    }

    private static func escaped(_ word: Substring, isAtStart: Bool) -> String {
        let scalars = Array(word.unicodeScalars)
        var (escaped, isNumber) = ("", isAtStart)
        for (index, scalar) in scalars.enumerated() {
            let hasMeaning =
                switch scalar {
                case "\\", "`", "*", "[", "]", "<", ">", "#", "|", "~", "&", "$": true
                case "_": !isWithinWord(scalars, index)
                case "-", "+", "=": isAtStart && index == 0
                case ".", ")": isNumber && index > 0
                default: false
                }
            if hasMeaning { escaped += "\\" }
            if !("0"..."9").contains(scalar) { isNumber = false }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }

    /// Underscores between letters and digits are no emphasis (CommonMark 6.2).
    private static func isWithinWord(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        guard index > 0, index + 1 < scalars.count else { return false }
        func isWord(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        }
        return isWord(scalars[index - 1]) && isWord(scalars[index + 1])
    }

    /// A name or id as a code span: within it neither mentions, links nor markup are read. In a table's cell a pipe is
    /// escaped even there (GFM 4.10).
    static func code(_ raw: String, inTable: Bool = true) -> String {
        let visible = TerminalText(raw).string
        guard !visible.utf8.allSatisfy({ $0 == UInt8(ascii: " ") }) else { return visible.isEmpty ? "" : "` `" }
        let fence = String(repeating: "`", count: longestRunOfBackticks(in: visible.utf8) + 1)
        let padding = visible.hasPrefix("`") || visible.hasSuffix("`") || visible.hasPrefix(" ") ? " " : ""
        let hasPipe = inTable && visible.utf8.contains(UInt8(ascii: "|"))
        let parts = hasPipe ? visible.split(separator: "|", omittingEmptySubsequences: false) : []
        let body = hasPipe ? parts.joined(separator: "\\|") : visible
        return fence + padding + body + padding + fence
    }

    static func longestRunOfBackticks(in text: some Sequence<UInt8>) -> Int {
        var (longest, run) = (0, 0)
        for byte in text {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}
