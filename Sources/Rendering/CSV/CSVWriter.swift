import Trace

/// A machine that writes comma-separated values (RFC 4180) which a spreadsheet opens right.
///
/// A byte order mark says that it is UTF-8; every line ends in CR LF; text that holds a comma, a quote or a space at its
/// end is quoted. A record is one line: controls, line breaks among them, are written visibly (`\n`). Text that a
/// spreadsheet would take for a formula gets an apostrophe before it; numbers are never text.
struct CSVWriter {
    private var output: ChunkedOutput
    private var isFirst = true

    init(to sink: @escaping OutputSink) {
        output = ChunkedOutput(to: sink)
        output.write("\u{FEFF}" as StaticString)
    }

    mutating func field(_ text: String?) {
        separate()
        guard let text, !text.isEmpty else { return }
        let visible = TerminalText(text).string
        let safe = Self.isFormula(visible) ? "'" + visible : visible
        guard Self.needsQuotes(safe) else { return output.write(safe) }
        output.write(byte: Self.quote)
        for part in safe.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            if part.offset > 0 { output.write("\"\"" as StaticString) }
            output.write(String(part.element))
        }
        output.write(byte: Self.quote)
    }

    mutating func field(_ number: Int?) {
        separate()
        if let number { output.write(String(number)) }
    }

    /// Seconds with a decimal point and six digits after it: every spreadsheet takes that for a number.
    mutating func field(seconds length: Nanoseconds?) {
        separate()
        guard let length else { return }
        let micro = (length.nanoseconds.magnitude + 500) / 1000
        let fraction = String(micro % 1_000_000)
        output.write(
            (length < 0 ? "-" : "") + "\(micro / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count)
                + fraction)
    }

    /// Date and time in UTC (ISO 8601) without the zone: with a zone, or a space in place of the T, LibreOffice takes it for
    /// text.
    mutating func field(_ time: Timestamp?) {
        separate()
        guard let time else { return }
        output.write("\(time.calendarDate)T\(time.clock)")
    }

    mutating func endRecord() {
        output.write("\r\n" as StaticString)
        isFirst = true
    }

    mutating func flush() { output.flush() }

    private static let quote = UInt8(ascii: "\"")

    private mutating func separate() {
        if !isFirst { output.write(byte: UInt8(ascii: ",")) }
        isFirst = false
    }

    /// What begins so is computed when a spreadsheet opens it (OWASP, CSV injection).
    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        return "=+-@＝＋－＠".unicodeScalars.contains(first)
    }

    private static func needsQuotes(_ text: String) -> Bool {
        text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == quote || $0 == UInt8(ascii: ";") }
            || text.hasPrefix(" ") || text.hasSuffix(" ")
    }
}
