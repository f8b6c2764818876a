import Trace

/// A machine that reads the packets of a pcapng file (draft-ietf-opsawg-pcapng).
///
/// Sections may differ in byte order, interfaces in link type, resolution and snapshot length, and they may be described
/// anywhere in front of their first packet. Interface statistics are counted. Other blocks are stepped over.
struct PcapngReader {
    private var block = PcapngBlock()
    private var interfaces: [PcapngInterface] = []
    /// Packets lost in sections that are over; `nil` where no statistics were seen.
    private var droppedBefore: Int?
    /// Of the first interface.
    private(set) var linkType = LinkType(rawValue: 0)
    /// Those on the first section.
    private var comments: [String] = []
    /// Sections begun.
    private(set) var sections = 0

    /// Packets lost in front of the capture, over all interfaces, as the statistics read last say; `nil` without any.
    var dropped: Int? {
        interfaces.reduce(droppedBefore) { sum, interface in
            interface.dropped.map { Self.add(sum ?? 0, $0) } ?? sum
        }
    }

    /// Begins a pcapng file that describes an interface; else it says why not.
    init?(_ stream: inout CaptureStream, error: inout String) {
        guard readUntilFirstInterface(&stream, &error) else { return nil }
    }

    private mutating func readUntilFirstInterface(_ stream: inout CaptureStream, _ error: inout String) -> Bool {
        while interfaces.isEmpty {
            switch block.read(&stream) {
            case .end:
                error = "the capture file has no Interface Description Blocks"
                return false
            case .failed(let cause):
                error = sections == 0 ? "unknown file format" : cause
                return false
            case .block: break
            }
            if sections == 0, block.type != PcapngFormat.Block.sectionHeader {
                error = "unknown file format"
                return false
            }
            var packet = FilePacket(linkType: linkType)
            if takeBlock(&packet) != .other {
                error = "the capture file has a packet block before any Interface Description Blocks"
                return false
            }
        }
        linkType = interfaces[0].linkType
        return true
    }

    /// Reads the next packet in place of the one before.
    mutating func read(_ stream: inout CaptureStream, _ packet: inout FilePacket) -> PacketFile.Next {
        while true {
            switch block.read(&stream) {
            case .end: return .end
            case .failed(let cause): return .failed(cause)
            case .block: break
            }
            switch takeBlock(&packet) {
            case .packet: return .packet
            case .malformed: return .failed("malformed block in pcapng dump file")
            case .other: break
            }
        }
    }

    // MARK: Blocks

    private enum Content {
        case packet
        case other
        case malformed
    }

    private mutating func takeBlock(_ packet: inout FilePacket) -> Content {
        switch block.type {
        case PcapngFormat.Block.enhancedPacket: return readEnhancedPacket(&packet) ? .packet : .malformed
        case PcapngFormat.Block.sectionHeader: return beginSection()
        case PcapngFormat.Block.interface: return addInterface() ? .other : .malformed
        case PcapngFormat.Block.interfaceStatistics: return takeStatistics()
        case PcapngFormat.Block.simplePacket: return readSimplePacket(&packet) ? .packet : .malformed
        case PcapngFormat.Block.obsoletePacket: return readObsoletePacket(&packet) ? .packet : .malformed
        default: return .other
        }
    }

    private mutating func beginSection() -> Content {
        droppedBefore = dropped
        interfaces.removeAll()
        sections += 1
        if sections == 1 { readComments() }
        return .other
    }

    /// Byte order, version and length of the section come before the options (draft-ietf-opsawg-pcapng, 4.1).
    private mutating func readComments() {
        block.visitOptions(from: 16) { code, place, length in
            if code == PcapngFormat.comment { comments.append(block.text(place..<place + length)) }
        }
    }

    /// Hands on the comments on the first section, once.
    mutating func takeComments() -> [String] {
        defer { comments = [] }
        return comments
    }

    private mutating func addInterface() -> Bool {
        guard interfaces.count < Limits.pcapngInterfaces, let interface = PcapngInterface(block) else { return false }
        interfaces.append(interface)
        return true
    }

    /// `| interface (4) | time (8) | options … |`; statistics of an interface that is not described say nothing.
    private mutating func takeStatistics() -> Content {
        guard block.count >= 12 else { return .other }
        let index = Int(block.uint32(0))
        if interfaces.indices.contains(index) { interfaces[index].take(statistics: block) }
        return .other
    }

    /// `| interface (4) | time, high (4) | time, low (4) | captured length (4) | length (4) | packet …`
    @inline(__always)
    private func readEnhancedPacket(_ packet: inout FilePacket) -> Bool {
        guard block.count >= 20 else { return false }
        return set(
            &packet, interface: Int(block.uint32(0)), high: block.uint32(4), low: block.uint32(8),
            captured: Int(block.uint32(12)), wire: Int(block.uint32(16)), at: 20)
    }

    /// `| interface (2) | drops (2) |`, then as in an enhanced packet block
    private func readObsoletePacket(_ packet: inout FilePacket) -> Bool {
        guard block.count >= 20 else { return false }
        return set(
            &packet, interface: Int(block.uint16(0)), high: block.uint32(4), low: block.uint32(8),
            captured: Int(block.uint32(12)), wire: Int(block.uint32(16)), at: 20)
    }

    /// `| length (4) | packet …`, on the first interface and without a time: that of the packet before it is taken.
    private func readSimplePacket(_ packet: inout FilePacket) -> Bool {
        guard block.count >= 4, let interface = interfaces.first else { return false }
        let wireLength = Int(block.uint32(0))
        let limit = interface.snapLength == 0 ? wireLength : min(wireLength, interface.snapLength)
        packet.bytes = block.bytes(4..<4 + min(limit, block.count - 4))
        (packet.wireLength, packet.linkType, packet.interface) = (wireLength, interface.linkType, 0)
        return true
    }

    @inline(__always)
    private func set(
        _ packet: inout FilePacket, interface index: Int, high: UInt32, low: UInt32, captured: Int, wire: Int,
        at start: Int
    ) -> Bool {
        guard interfaces.indices.contains(index), captured <= block.count - start else { return false }
        packet.time = interfaces[index].time(UInt64(high) << 32 | UInt64(low))
        packet.linkType = interfaces[index].linkType
        packet.interface = index
        packet.wireLength = wire
        packet.bytes = block.bytes(start..<start + captured)
        return true
    }

    private static func add(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
