import Trace

/// A value: what a pcapng file says of one of its interfaces (draft-ietf-opsawg-pcapng, 4.2).
struct PcapngInterface {
    let linkType: LinkType
    /// 0 is no limit.
    let snapLength: Int
    /// Units of time in a second; not 0.
    private let unitsPerSecond: UInt64
    /// Seconds to add to every time.
    private let offset: Int64
    /// Packets lost in front of the capture, as the latest statistics say; `nil` where none do.
    private(set) var dropped: Int?

    /// Reads the body of an interface description block; `nil` when it is malformed.
    init?(_ body: PcapngBlock) {
        guard body.count >= 8 else { return nil }
        linkType = LinkType(numberInFiles: UInt32(body.uint16(0)))
        snapLength = Int(body.uint32(4))
        var units: UInt64? = 1_000_000
        var seconds: Int64 = 0
        body.visitOptions(from: 8) { code, place, length in
            if code == PcapngFormat.Interface.resolution, length == 1 { units = Self.units(body.uint8(place)) }
            if code == PcapngFormat.Interface.offset, length == 8 { seconds = Int64(bitPattern: body.uint64(place)) }
        }
        guard let units else { return nil }
        (unitsPerSecond, offset) = (units, seconds)
    }

    /// Takes the body of an interface statistics block: counts are those since the capture began, so the latest hold.
    mutating func take(statistics body: PcapngBlock) {
        var (byInterface, bySystem): (UInt64?, UInt64?) = (nil, nil)
        body.visitOptions(from: 12) { code, place, length in
            guard length == 8 else { return }
            if code == PcapngFormat.Statistics.droppedByInterface { byInterface = body.uint64(place) }
            if code == PcapngFormat.Statistics.droppedBySystem { bySystem = body.uint64(place) }
        }
        guard byInterface != nil || bySystem != nil else { return }
        let sum = Int(clamping: byInterface ?? 0).addingReportingOverflow(Int(clamping: bySystem ?? 0))
        dropped = sum.overflow ? .max : sum.partialValue
    }

    /// The moment that a count of the interface's units of time stands for.
    @inline(__always)
    func time(_ count: UInt64) -> Timestamp {
        let (seconds, overflow) = Int64(clamping: count / unitsPerSecond).addingReportingOverflow(offset)
        let (whole, rest) = ((count % unitsPerSecond).multipliedFullWidth(by: 1_000_000_000), unitsPerSecond)
        let nanoseconds = Int64(clamping: rest.dividingFullWidth((whole.high, whole.low)).quotient)
        return Timestamp(seconds: overflow ? .max : seconds, nanoseconds: nanoseconds)
    }

    /// Powers of ten, or of two where the highest bit is set; `nil` beyond what 64 bits can count.
    private static func units(_ resolution: UInt8) -> UInt64? {
        let exponent = Int(resolution & 0x7F)
        if resolution & 0x80 != 0 { return exponent < 64 ? 1 << exponent : nil }
        guard exponent < 20 else { return nil }
        return (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}
