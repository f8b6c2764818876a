import Bytes

/// The header of TCP (RFC 9293, 3.1).
///
/// ```
/// |          source port          |       destination port        |
/// |                        sequence number                        |
/// |                     acknowledgment number                     |
/// | offset| reserved|    flags    |            window             |
/// |           checksum            |        urgent pointer         |
/// |                           options …                           |
/// ```
enum TCPHeader {
    static let minimumLength = 20

    /// Reads the header at the start of `payload`, which is in the network `scope`; the range is where its captured payload lies.
    @inline(__always)
    static func segment(
        _ bytes: RawSpan, _ payload: IPPayload, in scope: TunnelScope
    ) throws(PacketDefect) -> (segment: TCPSegment, range: Range<Int>) {
        let start = payload.start
        guard payload.end - start >= minimumLength else { throw .malformed }
        try bytes.requireCaptured(minimumLength, at: start)
        let (first, second) = (bytes.uint64(at: start), bytes.uint64(at: start + 8))
        let headerLength = Int(second >> 28 & 0x0F) * 4
        guard headerLength >= minimumLength, headerLength <= payload.end - start else { throw .malformed }
        let dataStart = start + headerLength
        let capturedEnd = min(payload.end, bytes.byteCount)
        let range = min(dataStart, capturedEnd)..<capturedEnd
        let segment = TCPSegment(
            source: SocketAddress(address: payload.source, port: UInt16(first >> 48)),
            destination: SocketAddress(
                address: payload.destination, port: UInt16(truncatingIfNeeded: first >> 32)),
            sequence: SequenceNumber(UInt32(truncatingIfNeeded: first)),
            acknowledgment: SequenceNumber(UInt32(second >> 32)),
            flags: TCPFlags(rawValue: UInt8(truncatingIfNeeded: second >> 16) & 0x3F),
            capturedLength: range.count, wireLength: payload.end - dataStart, scope: scope,
            timestamps: headerLength >= 32 ? timestamps(bytes, at: start + minimumLength) : 0)
        return (segment, range)
    }

    /// The timestamps option where senders put it: two bytes of padding, kind and length, two numbers (RFC 7323, A).
    @inline(__always)
    private static func timestamps(_ bytes: RawSpan, at start: Int) -> UInt64 {
        guard start + 12 <= bytes.byteCount, bytes.uint32(at: start) == 0x0101_080A else { return 0 }
        return bytes.uint64(at: start + 4)
    }
}
