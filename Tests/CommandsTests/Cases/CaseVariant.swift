import Capture
import Foundation
import TestSupport
import Trace

/// A value: another way in which the same packets could have been captured.
struct CaseVariant: Sendable, CustomStringConvertible {
    let description: String
    private let change: @Sendable ([RecordedPacket]) -> [RecordedPacket]

    /// Begun after the connections were made, before anything else happened.
    static let midStream = CaseVariant(description: "from mid-stream") { packets in
        guard let start = packets.first?.time else { return [] }
        return packets.filter { $0.time - start > .milliseconds(1600) }
    }

    /// Every packet twice, as a mirror of both directions of a port gives them.
    static let doubled = CaseVariant(description: "doubled") { packets in
        packets.flatMap { packet in
            var second = packet
            second.time = packet.time + 5_000
            return [packet, second]
        }
    }

    /// Of a host on which other packets come for another 36 hours; for captures of raw IP.
    static let lasting = CaseVariant(description: "for 36 hours more") { packets in
        guard let end = packets.last?.time else { return [] }
        let udp = PacketBuilder.big(UInt16(123)) + PacketBuilder.big(UInt16(123)) + [0, 8, 0, 0]
        let other = PacketBuilder.ipv4(from: [192, 0, 2, 1], to: [192, 0, 2, 2], protocolNumber: 17, udp)
        return packets + (1...1024).map { RecordedPacket(end + .seconds(126 * $0), other, wireLength: other.count) }
    }

    /// In VXLAN (RFC 7348) between two hosts of an overlay; for captures of raw IP.
    static let inVXLAN = CaseVariant(description: "in VXLAN") { packets in
        packets.map { packet in
            let frame = PacketBuilder.ethernet(packet.bytes)
            let vxlan: [UInt8] = [0x08, 0, 0, 0, 0, 0, 42, 0] + frame
            let udp: [UInt8] = [0xC0, 0x01, 0x12, 0xB5] + PacketBuilder.big(UInt16(vxlan.count + 8)) + [0, 0] + vxlan
            var outer = packet
            outer.bytes = PacketBuilder.ipv4(from: [192, 0, 2, 1], to: [192, 0, 2, 2], protocolNumber: 17, udp)
            outer.wireLength = packet.wireLength + outer.bytes.count - packet.bytes.count
            return outer
        }
    }

    /// Cut to so many bytes.
    static func cut(to length: Int) -> CaseVariant {
        CaseVariant(description: "cut to \(length) bytes") { packets in
            packets.map { packet in
                var cut = packet
                cut.bytes = Array(packet.bytes.prefix(length))
                return cut
            }
        }
    }

    /// Writes the capture into a folder.
    ///
    /// - Returns: the file's path.
    func write(_ incident: IncidentCase, into scratch: Scratch) throws -> String {
        let files = try CaptureFiles(paths: [incident.path])
        let linkType: UInt32 = files.linkTypes.first?.name == "EN10MB" ? 1 : Self.rawIP
        let packets = change(try Self.packets(of: files))
        return try scratch.write("variant.pcap", CaptureFileBuilder.pcap(packets, linkType: linkType))
    }

    /// What files write for raw IP, which most cases are (pcap-linktype(7)).
    private static let rawIP: UInt32 = 101

    private static func packets(of files: CaptureFiles) throws -> [RecordedPacket] {
        var packets: [RecordedPacket] = []
        while try files.nextPacket({ header, bytes in
            packets.append(
                RecordedPacket(
                    header.stamp.time, bytes.withUnsafeBytes { Array($0) }, wireLength: header.wireLength))
        }) {}
        return packets
    }
}
