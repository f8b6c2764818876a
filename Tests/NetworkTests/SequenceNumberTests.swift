import Network
import Testing

@Suite struct `Sequence numbers` {
    @Test func `the number behind the wrap follows the one before it`() {
        let before = SequenceNumber(0xFFFF_FFF0)
        #expect(SequenceNumber(0x10).distance(from: before) == 0x20)
        #expect(before.distance(from: SequenceNumber(0x10)) == -0x20)
        #expect(SequenceNumber(0x10).follows(before))
        #expect(!before.follows(SequenceNumber(0x10)))
        #expect(!before.follows(before))
        #expect(before.advanced(by: 0x20) == SequenceNumber(0x10))
        #expect(SequenceNumber(5).advanced(by: -6) == SequenceNumber(0xFFFF_FFFF))
    }
}
