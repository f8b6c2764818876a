import Glibc
import Trace

/// A machine that reads the packets of a pcapng file that libpcap refuses: one with interfaces of different link types
/// or snapshot lengths (draft-ietf-opsawg-pcapng).
///
/// Blocks that hold no packet and describe no interface are stepped over.
final class PcapngReader {
    private let file: UnsafeMutablePointer<FILE>
    private let buffer: StreamBuffer
    private var block = PcapngBlock()
    private var interfaces: [PcapngInterface] = []
    private var packet = 0..<0

    private(set) var time = Timestamp(nanoseconds: 0)
    private(set) var wireLength = 0
    private(set) var linkType = LinkType(rawValue: 0)
    var capturedLength: Int { packet.count }
    var hasStreamError: Bool { ferror(file) != 0 }

    private static let mostInterfaces = 65_536

    /// Takes over `file`.
    init(_ file: UnsafeMutablePointer<FILE>, _ buffer: StreamBuffer) {
        self.file = file
        self.buffer = buffer
    }

    deinit { fclose(file) }

    /// Reads the next packet; it stays where it is until the next call.
    func read() -> PcapHandle.Reading {
        while true {
            switch block.read(file) {
            case .end: return .end
            case .failed(let cause): return .failed(cause)
            case .block: break
            }
            let isPacket: Bool?
            switch block.type {
            case PcapngBlock.sectionHeader:
                interfaces.removeAll()
                isPacket = false
            case BlockType.interface: isPacket = addInterface() ? false : nil
            case BlockType.enhancedPacket: isPacket = readEnhancedPacket() ? true : nil
            case BlockType.simplePacket: isPacket = readSimplePacket() ? true : nil
            case BlockType.obsoletePacket: isPacket = readObsoletePacket() ? true : nil
            default: isPacket = false
            }
            guard let isPacket else { return .failed("malformed block in pcapng dump file") }
            if isPacket { return .packet }
        }
    }

    /// Hands on the captured bytes of the packet.
    func withBytes(_ body: (RawSpan) -> Void) {
        block.bytes.withUnsafeBytes { body($0.bytes.extracting(packet)) }
    }

    private enum BlockType {
        static let interface: UInt32 = 1
        static let obsoletePacket: UInt32 = 2
        static let simplePacket: UInt32 = 3
        static let enhancedPacket: UInt32 = 6
    }

    private func addInterface() -> Bool {
        guard interfaces.count < Self.mostInterfaces, let interface = PcapngInterface(block) else { return false }
        interfaces.append(interface)
        return true
    }

    /// `| interface (4) | time, high (4) | time, low (4) | captured length (4) | length (4) | packet …`
    private func readEnhancedPacket() -> Bool {
        guard block.count >= 20 else { return false }
        return setPacket(
            interface: Int(block.uint32(0)), high: block.uint32(4), low: block.uint32(8),
            captured: Int(block.uint32(12)), wire: Int(block.uint32(16)), at: 20)
    }

    /// `| interface (2) | drops (2) |`, then as in an enhanced packet block
    private func readObsoletePacket() -> Bool {
        guard block.count >= 20 else { return false }
        return setPacket(
            interface: Int(block.uint16(0)), high: block.uint32(4), low: block.uint32(8),
            captured: Int(block.uint32(12)), wire: Int(block.uint32(16)), at: 20)
    }

    /// `| length (4) | packet …`, on the first interface and without a time: that of the packet before it is taken.
    private func readSimplePacket() -> Bool {
        guard block.count >= 4, let interface = interfaces.first else { return false }
        wireLength = Int(block.uint32(0))
        let limit = interface.snapLength == 0 ? wireLength : min(wireLength, interface.snapLength)
        packet = 4..<4 + min(limit, block.count - 4)
        linkType = interface.linkType
        return true
    }

    private func setPacket(interface index: Int, high: UInt32, low: UInt32, captured: Int, wire: Int, at start: Int)
        -> Bool
    {
        guard interfaces.indices.contains(index), captured <= block.count - start else { return false }
        time = interfaces[index].time(UInt64(high) << 32 | UInt64(low))
        linkType = interfaces[index].linkType
        wireLength = wire
        packet = start..<start + captured
        return true
    }
}
