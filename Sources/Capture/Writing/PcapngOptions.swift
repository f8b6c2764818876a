/// A value: the options at the end of a pcapng block, encoded in native byte order (draft-ietf-opsawg-pcapng, 3.5).
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 2 | code |
/// | 2 | 2 | length of the value |
/// | 4 | … | the value, padded with zeros to a multiple of four bytes |
///
/// The last is followed by the code and length 0; without an option there is nothing.
struct PcapngOptions {
    private var encoded: [UInt8] = []

    /// Without an option.
    static let none = PcapngOptions()

    /// Comments on what the block holds (`opt_comment`).
    init(comments: [String] = []) {
        for comment in comments { append(PcapngFormat.comment, text: comment) }
    }

    /// Adds text in UTF-8, cut at a character's border to the 65,535 bytes that an option can hold.
    mutating func append(_ code: UInt16, text: String, after prefix: [UInt8] = []) {
        var value = prefix
        if prefix.count + text.utf8.count <= Int(UInt16.max) { return append(code, prefix + Array(text.utf8)) }
        for character in text {
            guard value.count + character.utf8.count <= Int(UInt16.max) else { break }
            value += character.utf8
        }
        append(code, value)
    }

    mutating func append(_ code: UInt16, number: UInt64) {
        var value: [UInt8] = []
        value.appendNative(number)
        append(code, value)
    }

    mutating func append(_ code: UInt16, _ value: [UInt8]) {
        let value = value.prefix(Int(UInt16.max))
        encoded.appendNative(code)
        encoded.appendNative(UInt16(value.count))
        encoded += value
        encoded.padToWord()
    }

    /// Bytes that the options take in a block, a multiple of four.
    var length: Int { encoded.isEmpty ? 0 : encoded.count + 4 }

    func write(to buffer: inout [UInt8]) {
        guard !encoded.isEmpty else { return }
        buffer += encoded
        buffer.appendNative(0 as UInt32)
    }
}
