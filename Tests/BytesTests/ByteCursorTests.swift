import Testing

@testable import Bytes

@Suite struct `Byte cursor` {
    private let bytes: [UInt8] = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x41, 0x42]

    @Test func `integers are read big-endian and the cursor moves by their width`() throws {
        let span = bytes.span.bytes
        var cursor = ByteCursor(span, layer: "test")
        #expect(try cursor.readUInt8(span) == 0x01)
        #expect(try cursor.readUInt16(span) == 0x0203)
        #expect(try cursor.readUInt32(span) == 0x0405_0607)
        #expect(cursor.offset == 7)
        #expect(cursor.remaining == 3)
    }

    @Test func `a read past the end throws with the offset and moves nothing`() {
        let span = bytes.span.bytes
        var cursor = ByteCursor(span, 8..<10, layer: "test")
        #expect(throws: DecodeError("ends before its last field", layer: "test", offset: 8)) {
            try cursor.readUInt32(span)
        }
        #expect(cursor.offset == 8)
    }

    @Test func `a region cannot be left, even when the span goes on`() {
        let span = bytes.span.bytes
        var cursor = ByteCursor(span, 0..<3, layer: "test")
        #expect(throws: DecodeError.self) { try cursor.readUInt64(span) }
        #expect(throws: DecodeError.self) { try cursor.readRange(4) }
        #expect(throws: DecodeError.self) { try cursor.skip(-1) }
        #expect(cursor.peekUInt8(span, ahead: 2) == 0x03)
        #expect(cursor.peekUInt8(span, ahead: 3) == nil)
    }

    @Test func `a region that reaches beyond the bytes is cut to them`() {
        let span = bytes.span.bytes
        let cursor = ByteCursor(span, 5..<500, layer: "test")
        #expect(cursor.end == 10)
        #expect(ByteCursor(span, 90..<500, layer: "test").isAtEnd)
    }

    @Test func `text is read as UTF-8 and what is not becomes the replacement character`() {
        let text: [UInt8] = [0x41, 0xFF, 0x42]
        #expect(text.span.bytes.string(0..<3) == "A\u{FFFD}B")
        #expect(bytes.span.bytes.matches("AB", at: 8))
        #expect(!bytes.span.bytes.matches("ABC", at: 8))
    }
}
