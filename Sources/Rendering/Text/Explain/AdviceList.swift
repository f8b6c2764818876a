import Trace

/// A view of what to look at next: a line of text each, and beneath it the command.
struct AdviceList {
    let advice: [Advice]
    let options: DiagramOptions

    private static let indent = 4

    func write(to output: inout StyledOutput) {
        guard !advice.isEmpty else { return }
        output.section("look at next", options.glyphs)
        for piece in advice {
            output.paragraph(
                piece.text, indent: Self.indent, width: options.cells, .plain, options.glyphs)
            if let command = piece.command { write(command, to: &output) }
        }
    }

    /// A command that is too long goes on with a backslash, so that it can be pasted.
    private func write(_ command: String, to output: inout StyledOutput) {
        let indent = Self.indent + 2
        var line = ""
        var lines: [String] = []
        for word in words(of: command) {
            let longer = line.isEmpty ? word : "\(line) \(word)"
            let room = options.cells - indent - (lines.isEmpty ? 0 : 4) - 2
            if options.glyphs.text(longer).width > room, !line.isEmpty {
                lines.append(line)
                line = word
            } else {
                line = longer
            }
        }
        lines.append(line)
        for (index, line) in lines.enumerated() {
            let isLast = index == lines.count - 1
            output.paragraph(
                line + (isLast ? "" : " \\"), indent: indent + (index == 0 ? 0 : 4), width: options.cells, .answer,
                options.glyphs)
        }
    }

    /// The words between spaces; what is quoted is one word.
    private func words(of command: String) -> [String] {
        var words: [String] = [""]
        var isQuoted = false
        for character in command {
            if character == "'" { isQuoted.toggle() }
            if character == " ", !isQuoted {
                words.append("")
            } else {
                words[words.count - 1].append(character)
            }
        }
        return words.filter { !$0.isEmpty }
    }
}
