package import Trace

/// A value: the beginning of a packet, in which its headers are.
package struct PacketHead: Sendable {
    /// What the clock of the file showed.
    package let time: Timestamp
    package let linkType: LinkType
    package let wireLength: Int
    /// At most `PacketHead.longest`.
    package let bytes: [UInt8]

    /// Ethernet, VXLAN, and in it Ethernet, IPv6 and TCP with its options are less.
    static let longest = 160
}

/// A machine that keeps the beginnings of the last packets of a file.
struct RecentPackets: ~Copyable {
    private struct Entry {
        var time = Timestamp(nanoseconds: 0)
        var linkType = LinkType(rawValue: 0)
        var wireLength = 0
        var count = 0
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let bytes: UnsafeMutableRawPointer
    private var next = 0
    private var isFull = false
    /// Packets kept.
    private static let packets = 512

    init() {
        entries = .allocate(capacity: Self.packets)
        entries.initialize(repeating: Entry(), count: Self.packets)
        bytes = .allocate(byteCount: Self.packets * PacketHead.longest, alignment: 16)
    }

    deinit {
        entries.deallocate()
        bytes.deallocate()
    }

    @inline(__always)
    mutating func add(_ time: Timestamp, _ linkType: LinkType, _ packet: RawSpan, of wireLength: Int) {
        let count = min(packet.byteCount, PacketHead.longest)
        entries[next] = Entry(time: time, linkType: linkType, wireLength: wireLength, count: count)
        packet.withUnsafeBytes { packet in
            guard let start = packet.baseAddress else { return }
            (bytes + next * PacketHead.longest).copyMemory(from: start, byteCount: count)
        }
        next += 1
        if next == Self.packets { (next, isFull) = (0, true) }
    }

    /// The last of them, in order.
    func last(_ count: Int) -> [PacketHead] {
        let kept = isFull ? Self.packets : next
        return (max(0, kept - count)..<kept).map { index in
            let place = isFull ? (next + index) % Self.packets : index
            let entry = entries[place]
            let start = bytes + place * PacketHead.longest
            return PacketHead(
                time: entry.time, linkType: entry.linkType, wireLength: entry.wireLength,
                bytes: [UInt8](UnsafeRawBufferPointer(start: start, count: entry.count)))
        }
    }
}
