import Bytes

/// The header of Geneve and its options (RFC 8926, 3.4).
///
/// ```
/// |Ver|  Opt Len  |O|C|    Rsvd.  |          protocol type        |
/// |                     VNI                       |   reserved    |
/// |                          options …                            |
/// ```
/// `Opt Len` counts words of four bytes.
enum Geneve {
    static let minimumLength = 8

    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(minimumLength, at: start)
        let first = bytes.uint8(at: start)
        guard first >> 6 == 0 else { throw .malformed }
        let inside = start + minimumLength + Int(first & 0x3F) * 4
        let network = bytes.uint32(at: start + 4) >> 8
        // A control packet may carry no payload, or one that is meant for the other end only (3.4, O).
        guard bytes.uint8(at: start + 1) & 0x80 == 0 else { return Carried(.control, at: inside) }
        return Carried(.etherType(bytes.uint16(at: start + 2)), at: inside).within(.geneve, network)
    }
}
