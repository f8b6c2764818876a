import Capture
import Foundation
import Network
package import TestSupport
package import Trace

/// A value: a capture, or a part of one, that runs begin with.
package struct Cut: Sendable {
    /// A packet, and what of it a mutation wants to know.
    package struct Packet: Sendable {
        package var recorded: RecordedPacket
        /// The connection that it is of; `nil` where it holds no TCP segment.
        package var connection: ConnectionKey?
        /// Bytes in front of the TCP header and up to its payload, as far as they were found.
        package var tcpStart = 0
        package var payloadStart = 0
        /// How far off its time is.
        package var timeOff: Nanoseconds = 0
        /// Whether it acknowledges and says nothing else, and whether it ends the connection.
        package var isPlain = false
        package var isEnd = false
    }

    /// The file's name, and where the part begins in it.
    package let name: String
    /// As capture files number it.
    package let linkType: UInt32
    package let packets: [Packet]

    package init(name: String, linkType: UInt32, packets: [Packet]) {
        self.name = name
        self.linkType = linkType
        self.packets = packets
    }

    /// The connections, in the order of their first packets.
    package var connections: [ConnectionKey] {
        var seen: Set<ConnectionKey> = []
        return packets.compactMap(\.connection).filter { seen.insert($0).inserted }
    }

    /// Times in whole nanoseconds, as they are.
    package var file: [UInt8] {
        CaptureFileBuilder.pcap(packets.map(\.recorded), linkType: linkType, nanoseconds: true)
    }
}

/// A value: the captures that runs choose from, in the order of their names.
///
/// Of a recording of more than `longestWhole` packets only the bus is kept: as a whole, and in windows.
package struct Corpus: Sendable {
    package let cuts: [Cut]

    private static let longestWhole = 3000
    private static let window = 1500
    /// Of RabbitMQ, and of the one that oslo.messaging alone was recorded with.
    private static let busPorts: Set<UInt16> = [5672, 25673]

    /// - Parameter files: capture files; those that hold no whole packet of a TCP connection are left out.
    package init(_ files: [String]) throws {
        cuts = try files.sorted { Self.name(of: $0) < Self.name(of: $1) }.flatMap(Self.cuts)
    }

    /// The capture files in a folder.
    package static func files(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { name in [".pcap", ".pcapng", ".gz"].contains { name.hasSuffix($0) } }
            .map { folder + "/" + $0 }
    }

    private static func name(of file: String) -> String {
        file.split(separator: "/").last.map(String.init) ?? file
    }

    private static func cuts(of file: String) throws -> [Cut] {
        var (linkType, packets) = try read(file)
        guard packets.contains(where: { $0.connection != nil }) else { return [] }
        guard packets.count > longestWhole else {
            return [Cut(name: name(of: file), linkType: linkType, packets: packets)]
        }
        packets.removeAll { packet in !(packet.connection.map { $0.hasPort(of: busPorts) } ?? false) }
        var cuts = [Cut(name: name(of: file), linkType: linkType, packets: packets)]
        for start in stride(from: 0, to: max(0, packets.count - window / 2), by: window) {
            let part = Array(packets[start..<min(start + window, packets.count)])
            cuts.append(Cut(name: "\(name(of: file))+\(start)", linkType: linkType, packets: part))
        }
        return cuts
    }

    private static func read(_ file: String) throws -> (linkType: UInt32, packets: [Cut.Packet]) {
        let files = try CaptureFiles(paths: [file])
        let linkType = files.linkTypes[0]
        var packets: [Cut.Packet] = []
        var decoder = PacketDecoder()
        while try files.nextPacket({ header, bytes in
            guard header.linkType == linkType else { return }
            let octets = bytes.withUnsafeBytes { [UInt8]($0) }
            var packet = Cut.Packet(
                recorded: RecordedPacket(header.stamp.time, octets, wireLength: header.wireLength))
            decoder.decode(
                bytes, linkType: linkType.rawValue, wireLength: header.wireLength, at: header.stamp
            ) { segment, payload in
                packet.connection = ConnectionKey(segment.source, segment.destination)
                packet.payloadStart = octets.count - payload.byteCount
                packet.tcpStart = max(0, packet.payloadStart - 32)
                packet.isPlain = segment.wireLength == 0 && segment.flags == .ack
                packet.isEnd = !segment.flags.isDisjoint(with: [.fin, .rst])
            }
            packets.append(packet)
        }) {}
        // Files number raw IP otherwise than libpcap does.
        return (linkType.rawValue == 12 ? 101 : UInt32(truncatingIfNeeded: linkType.rawValue), packets)
    }
}
