import Testing

@testable import Bytes

@Suite struct `Byte cursor` {
    private let bytes: [UInt8] = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x41, 0x42]

    @Test func `integers are read big-endian and the cursor moves by their width`() throws {
        let span = bytes.span.bytes
        var cursor = ByteCursor(span, layer: "test")
        let (one, two, four) = (
            try cursor.readUInt8(span), try cursor.readUInt16(span), try cursor.readUInt32(span)
        )
        #expect((one, two, four) == (0x01, 0x0203, 0x0405_0607))
        #expect(cursor.offset == 7)
        #expect(cursor.remaining == 3)
    }

    @Test func `a read past the end throws with the offset and moves nothing`() {
        let span = bytes.span.bytes
        var cursor = ByteCursor(span, 8..<10, layer: "test")
        var found: DecodeError?
        do { _ = try cursor.readUInt32(span) } catch { found = error }
        #expect(found == DecodeError("ends before its last field", layer: "test", offset: 8))
        #expect(cursor.offset == 8)
    }

    @Test func `a region cannot be left, even when the span goes on`() {
        let span = bytes.span.bytes
        var cursor = ByteCursor(span, 0..<3, layer: "test")
        let (third, fourth) = (cursor.peekUInt8(span, ahead: 2), cursor.peekUInt8(span, ahead: 3))
        #expect(third == 0x03)
        #expect(fourth == nil)
        var refused = 0
        do { _ = try cursor.readUInt64(span) } catch { refused += 1 }
        do { _ = try cursor.readRange(4) } catch { refused += 1 }
        do { try cursor.skip(-1) } catch { refused += 1 }
        #expect(refused == 3)
        #expect(cursor.offset == 0)
    }

    @Test func `a region that reaches beyond the bytes is cut to them`() {
        let span = bytes.span.bytes
        let cursor = ByteCursor(span, 5..<500, layer: "test")
        let beyond = ByteCursor(span, 90..<500, layer: "test")
        #expect(cursor.end == 10)
        #expect(beyond.isAtEnd)
    }

    @Test func `text is read as UTF-8 and what is not becomes the replacement character`() {
        let text: [UInt8] = [0x41, 0xFF, 0x42]
        let read = text.span.bytes.string(0..<3)
        let (fits, reachesTooFar) = (bytes.span.bytes.matches("AB", at: 8), bytes.span.bytes.matches("ABC", at: 8))
        #expect(read == "A\u{FFFD}B")
        #expect(fits)
        #expect(!reachesTooFar)
    }
}
