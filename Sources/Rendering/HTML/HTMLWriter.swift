/// A machine that writes HTML as it goes, nothing held back.
///
/// Markup, names of elements and names of attributes come from static strings only; every other text passes through
/// `TerminalText`, so that no control or override is left in it, and is then escaped. A text off the wire can neither
/// end an element, an attribute or a script, nor begin one.
struct HTMLWriter {
    typealias Attributes = KeyValuePairs<StaticString, String?>

    private var output: ChunkedOutput
    private let sink: OutputSink
    /// Escapes whatever is not ASCII.
    private let ascii: Bool

    init(to sink: @escaping OutputSink, ascii: Bool = false) {
        output = ChunkedOutput(to: sink)
        self.sink = sink
        self.ascii = ascii
    }

    mutating func markup(_ markup: StaticString) { output.write(markup) }

    mutating func text(_ raw: String) { text(TerminalText(raw, ascii: ascii)) }

    mutating func text(_ text: TerminalText) { write(escaped: text.string) }

    /// An element around what `content` writes; attributes without a value are left out, empty ones have the name only.
    mutating func element(
        _ name: StaticString, _ attributes: Attributes, _ content: (inout HTMLWriter) -> Void
    ) {
        open(name, attributes)
        content(&self)
        output.write("</" as StaticString)
        output.write(name)
        output.write(byte: 0x3E)
    }

    mutating func element(_ name: StaticString, _ content: (inout HTMLWriter) -> Void) {
        element(name, [:], content)
    }

    mutating func element(_ name: StaticString, _ attributes: Attributes, _ text: String) {
        element(name, attributes) { $0.text(text) }
    }

    mutating func element(_ name: StaticString, _ text: String) { element(name, [:], text) }

    /// JSON that the page's script reads: `<`, `>` and `&`, which JSON has in strings only, are written as escapes of
    /// JSON, so that nothing in it is markup.
    mutating func data(_ attributes: Attributes, _ members: (inout JSONWriter) -> Void) {
        output.write("<script type=\"application/json\"" as StaticString)
        write(attributes)
        output.write(byte: 0x3E)
        output.flush()
        let sink = sink
        var json = JSONWriter(to: { sink(Self.withoutMarkup($0)) }, pretty: false)
        json.object(members)
        json.flush()
        output.write("</script>" as StaticString)
    }

    /// Bytes of another writer, who answers for them.
    mutating func embed(_ write: (@escaping OutputSink) -> Void) {
        output.flush()
        write(sink)
    }

    mutating func flush() { output.flush() }

    private mutating func open(_ name: StaticString, _ attributes: Attributes) {
        output.write(byte: 0x3C)
        output.write(name)
        write(attributes)
        output.write(byte: 0x3E)
    }

    private mutating func write(_ attributes: Attributes) {
        for (name, value) in attributes {
            guard let value else { continue }
            output.write(byte: 0x20)
            output.write(name)
            if value.isEmpty { continue }
            output.write("=\"" as StaticString)
            text(value)
            output.write(byte: 0x22)
        }
    }

    /// Copies runs that need no escape whole.
    private mutating func write(escaped text: String) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices {
                guard let escape = Self.escape(of: bytes[index]) else { continue }
                output.write(bytes: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                output.write(escape)
                start = index + 1
            }
            output.write(bytes: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
    }

    private static func escape(of byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }

    private static func withoutMarkup(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(json.count + json.count / 16)
        for byte in json {
            switch byte {
            case UInt8(ascii: "&"): result += "\\u0026".utf8
            case UInt8(ascii: "<"): result += "\\u003c".utf8
            case UInt8(ascii: ">"): result += "\\u003e".utf8
            default: result.append(byte)
            }
        }
        return result
    }
}
