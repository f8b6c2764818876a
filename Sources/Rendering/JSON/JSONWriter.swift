import Trace

/// A machine that writes JSON (RFC 8259) as it goes: keys in the order of the calls, nothing held back.
///
/// Pretty output puts each member of an object on a line and arrays of scalars on one. There is no way to write a
/// number that JSON does not have: numbers come from integers only.
struct JSONWriter {
    private var output: ChunkedOutput
    private let isPretty: Bool
    /// Whether an array of scalars is open.
    private var isInRow = false
    private var depth = 0
    /// Whether the container that is open has no member yet.
    private var isFirst = true
    private var follows = false
    private var timestamps = TimestampWriter()

    init(to sink: @escaping OutputSink, pretty: Bool) {
        output = ChunkedOutput(to: sink)
        isPretty = pretty
    }

    mutating func object(_ members: (inout JSONWriter) -> Void) { container(0x7B, 0x7D, members) }

    mutating func array(_ elements: (inout JSONWriter) -> Void) { container(0x5B, 0x5D, elements) }

    /// An array of scalars, on one line.
    mutating func row(_ elements: (inout JSONWriter) -> Void) {
        separate()
        output.write(byte: 0x5B)
        (isInRow, isFirst) = (true, true)
        elements(&self)
        (isInRow, isFirst) = (false, false)
        output.write(byte: 0x5D)
    }

    /// Writes a member's key; its value comes next.
    mutating func key(_ name: StaticString) {
        separate()
        output.write(byte: 0x22)
        output.write(name)
        endKey()
    }

    /// As above, for keys that come from data.
    mutating func key(_ name: String) {
        separate()
        text(name)
        output.write(byte: 0x3A)
        if isPretty { output.write(byte: 0x20) }
        follows = true
    }

    mutating func string(_ value: String) {
        separate()
        text(value)
    }

    /// A string of a letter or word and a number, e.g. `m17`.
    mutating func id(_ prefix: StaticString, _ number: Int) {
        separate()
        output.write(byte: 0x22)
        output.write(prefix)
        digits(number)
        output.write(byte: 0x22)
    }

    mutating func integer(_ value: Int) {
        separate()
        digits(value)
    }

    mutating func boolean(_ value: Bool) {
        separate()
        output.write(value ? "true" : "false" as StaticString)
    }

    mutating func null() {
        separate()
        output.write("null" as StaticString)
    }

    /// RFC 3339 in UTC with microseconds.
    mutating func timestamp(_ value: Timestamp) {
        separate()
        timestamps.write(value, to: &output)
    }

    /// Seconds as a decimal number, exact to the nanosecond.
    mutating func seconds(_ value: Nanoseconds) {
        separate()
        if value < 0 { output.write(byte: 0x2D) }
        let magnitude = value.nanoseconds.magnitude
        output.write(String(magnitude / 1_000_000_000))
        var fraction = magnitude % 1_000_000_000
        if fraction == 0 { return }
        output.write(byte: 0x2E)
        var unit: UInt64 = 100_000_000
        while fraction > 0 {
            output.write(byte: 0x30 + UInt8(truncatingIfNeeded: fraction / unit))
            fraction %= unit
            unit = max(1, unit / 10)
        }
    }

    /// Ends the document or, of JSON Lines, the line.
    mutating func endLine() {
        output.write(byte: 0x0A)
        isFirst = true
    }

    mutating func flush() { output.flush() }

    private mutating func container(_ open: UInt8, _ close: UInt8, _ content: (inout JSONWriter) -> Void) {
        separate()
        output.write(byte: open)
        depth += 1
        isFirst = true
        content(&self)
        depth -= 1
        if !isFirst { breakLine() }
        isFirst = false
        output.write(byte: close)
    }

    private mutating func separate() {
        if follows {
            follows = false
            return
        }
        if !isFirst {
            output.write(byte: 0x2C)
            if isInRow, isPretty { output.write(byte: 0x20) }
        }
        isFirst = false
        if depth > 0, !isInRow { breakLine() }
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        output.write(byte: 0x0A)
        for _ in 0..<depth { output.write("  " as StaticString) }
    }

    private mutating func endKey() {
        output.write(byte: 0x22)
        output.write(byte: 0x3A)
        if isPretty { output.write(byte: 0x20) }
        follows = true
    }

    private mutating func digits(_ value: Int) {
        if value >= 0, value < 10 {
            output.write(byte: 0x30 + UInt8(value))
        } else {
            output.write(String(value))
        }
    }

    /// Copies runs that need no escape whole.
    private mutating func text(_ value: String) {
        output.write(byte: 0x22)
        var value = value
        value.withUTF8 { bytes in
            var (start, index) = (0, 0)
            while index < bytes.count {
                let byte = bytes[index]
                if byte >= 0x20, byte < 0x7F, byte != 0x22, byte != 0x5C {
                    index += 1
                    continue
                }
                let (scalar, length) = Self.scalar(bytes, at: index)
                if byte < 0x80 || TerminalText.isUnsafe(scalar) {
                    output.write(bytes: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                    escape(scalar)
                    start = index + length
                }
                index += length
            }
            output.write(bytes: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
        output.write(byte: 0x22)
    }

    /// The scalar at `index` of the UTF-8 of a String, which is well-formed, and how many bytes it takes.
    private static func scalar(
        _ bytes: UnsafeBufferPointer<UInt8>, at index: Int
    ) -> (scalar: Unicode.Scalar, length: Int) {
        let first = bytes[index]
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard length > 1, index + length <= bytes.count else { return (Unicode.Scalar(first), 1) }
        var value = UInt32(first) & (0x7F >> UInt32(length))
        for byte in bytes[(index + 1)..<(index + length)] { value = value << 6 | UInt32(byte & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }

    /// Writes an escape: of quotes, backslashes and controls, as JSON wants it; and of all that moves, hides or reorders
    /// what stands around it, in a terminal or an editor that JSON is read in.
    private mutating func escape(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": output.write("\\\"" as StaticString)
        case "\\": output.write("\\\\" as StaticString)
        case "\n": output.write("\\n" as StaticString)
        case "\r": output.write("\\r" as StaticString)
        case "\t": output.write("\\t" as StaticString)
        default: for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter { escape(code: unit) }
        }
    }

    private mutating func escape(code: UInt16) {
        output.write("\\u" as StaticString)
        for shift in [12, 8, 4, 0] as [UInt16] {
            let digit = UInt8(truncatingIfNeeded: (code >> shift) & 0xF)
            output.write(byte: digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}

/// A machine that writes timestamps and keeps the part before the fraction for the next one.
private struct TimestampWriter {
    private var second = Int64.min
    private var prefix: [UInt8] = []

    mutating func write(_ value: Timestamp, to output: inout ChunkedOutput) {
        var (second, rest) = value.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 { (second, rest) = (second - 1, rest + 1_000_000_000) }
        if second != self.second || prefix.isEmpty {
            self.second = second
            prefix = Array("\"\(value.description.dropLast(7))".utf8)
        }
        output.write(bytes: prefix[...])
        var unit: Int64 = 100_000_000
        while unit >= 1000 {
            output.write(byte: 0x30 + UInt8(truncatingIfNeeded: rest / unit))
            rest %= unit
            unit /= 10
        }
        output.write("Z\"" as StaticString)
    }
}
