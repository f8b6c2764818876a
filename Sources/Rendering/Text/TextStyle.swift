/// What a piece of text is, for its colour.
///
/// SGR codes (ECMA-48, 8.3.117) of the eight basic colours, so that the terminal's own palette decides. Colour is a
/// matter of one call, which a library with a global switch cannot offer.
package enum TextStyle: Sendable {
    case plain, faint, strong, failure, warning, state, answer

    /// The code that turns the style on; `nil` for plain text.
    var code: StaticString? {
        switch self {
        case .plain: nil
        case .faint: "\u{1B}[2m"
        case .strong: "\u{1B}[1m"
        case .failure: "\u{1B}[31m"
        case .warning: "\u{1B}[33m"
        case .state: "\u{1B}[32m"
        case .answer: "\u{1B}[36m"
        }
    }

    static let reset: StaticString = "\u{1B}[0m"
}

/// A machine that writes lines of styled text: trailing spaces go, colours only where they are wanted.
package struct StyledOutput {
    private var output: ChunkedOutput
    private let color: Bool
    private var pendingSpaces = 0

    init(to sink: @escaping OutputSink, color: Bool) {
        output = ChunkedOutput(to: sink)
        self.color = color
    }

    mutating func write(_ text: String, _ style: TextStyle = .plain) {
        let trimmed = text.trimmingEnd()
        if trimmed.isEmpty {
            pendingSpaces += text.utf8.count
            return
        }
        for _ in 0..<pendingSpaces { output.write(byte: 0x20) }
        pendingSpaces = text.utf8.count - trimmed.utf8.count
        let code = color ? style.code : nil
        if let code { output.write(code) }
        output.write(trimmed)
        if code != nil { output.write(TextStyle.reset) }
    }

    mutating func write(_ text: TerminalText, _ style: TextStyle = .plain) { write(text.string, style) }

    mutating func endLine() {
        pendingSpaces = 0
        output.write(byte: 0x0A)
    }

    mutating func line(_ text: TerminalText, _ style: TextStyle = .plain) {
        write(text, style)
        endLine()
    }

    mutating func flush() { output.flush() }
}
