import Capture
package import TestSupport
import Trace

/// Ethernet, with libpcap's largest snapshot length.
let ethernet = WrittenInterface(name: "eth0", linkType: LinkType(rawValue: 1), snapLength: 262_144)

extension PacketWriter {
    /// Writes a packet as a capture hands it over; its interface is the index of its source.
    mutating func write(_ packet: RecordedPacket, linkType: LinkType = ethernet.linkType, number: Int64 = 1) {
        let stamp = PacketStamp(time: packet.time, source: Int32(packet.interface), number: number)
        write(
            PacketHeader(stamp: stamp, linkType: linkType, wireLength: packet.wireLength), packet.bytes.span.bytes)
    }
}

/// Writes all of it to a file of its own.
func write(
    _ packets: [RecordedPacket], to path: String, interfaces: [WrittenInterface] = [ethernet],
    ring: RingOptions? = nil, dropped: [(received: Int, dropped: Int)] = []
) throws -> (files: [String], loss: WriteLoss?) {
    var writer = try PacketWriter(path: path, interfaces: interfaces, ring: ring)
    for packet in packets { writer.write(packet) }
    writer.finish(dropped: dropped)
    return (writer.files, writer.loss)
}

/// Packets of one second each, numbered in their first bytes.
func numbered(_ count: Int, bytes: Int, from first: Int = 0, interval: Nanoseconds = .seconds(1)) -> [RecordedPacket] {
    (first..<first + count).map { index in
        let time = Timestamp(nanoseconds: 1_700_000_000_123_456_789) + interval * Int64(index)
        return RecordedPacket(
            time, [UInt8(index >> 8 & 0xFF), UInt8(index & 0xFF)] + [UInt8](repeating: 7, count: bytes - 2))
    }
}

/// What our own reader makes of a file.
struct WrittenFile {
    var packets: [RecordedPacket] = []
    var linkTypes: [Int32] = []
    var isWhole = false

    init(_ path: String) throws {
        let files = try CaptureFiles(paths: [path])
        var (packets, linkTypes): ([RecordedPacket], [Int32]) = ([], [])
        while try files.nextPacket({ header, bytes in
            packets.append(
                RecordedPacket(
                    header.stamp.time, bytes.withUnsafeBytes { [UInt8]($0) }, wireLength: header.wireLength))
            linkTypes.append(header.linkType.rawValue)
        }) {}
        (self.packets, self.linkTypes, isWhole) = (packets, linkTypes, files.damages.isEmpty)
    }

    /// The numbers of the packets that `numbered` made.
    var numbers: [Int] { packets.map { Int($0.bytes[0]) << 8 | Int($0.bytes[1]) } }
}

/// The interface is not compared: a reader does not tell it.
extension RecordedPacket: Equatable {
    package static func == (left: RecordedPacket, right: RecordedPacket) -> Bool {
        left.time == right.time && left.bytes == right.bytes && left.wireLength == right.wireLength
    }
}
