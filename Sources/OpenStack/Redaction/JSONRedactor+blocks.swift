/// Lists of lines, among them those of a PEM block: `["-----BEGIN RSA PRIVATE KEY-----", "MII…", …]`.
extension JSONRedactor {
    /// Notes whether the element that was written last begins a block that does not end in it.
    mutating func noteBlock(_ slot: JSONSlot, _ text: RawSpan) {
        guard output.suffix(4).elementsEqual("***\"".utf8) else { return }
        let line = slot.decodedBytes(text)
        let last = line.indices.last { line.matches("-----BEGIN", at: $0) || line.matches("-----END", at: $0) }
        stack[stack.count - 1].isInBlock = last.map { line.matches("-----BEGIN", at: $0) } ?? false
    }

    /// Writes the mask for an element that goes on with the block; `false` where it does not, and the block is left.
    mutating func writeBlockLine(_ slot: JSONSlot, _ text: RawSpan) -> Bool {
        let line = slot.decodedBytes(text)
        let isEnd = line.indices.contains { line.matches("-----END", at: $0) }
        let content = line.drop { $0 <= 0x20 }.prefix { $0.isBase64 || $0 == UInt8(ascii: "=") }
        // Of headers (RFC 1421, 4.6) an encrypted key has two.
        let isLine =
            isEnd || line[content.endIndex...].allSatisfy { $0 <= 0x20 } || line.matches("Proc-Type:", at: 0)
            || line.matches("DEK-Info:", at: 0)
        stack[stack.count - 1].isInBlock = isLine && !isEnd
        guard isLine, isEnd || !content.isEmpty else { return false }
        writeMask()
        return true
    }
}
