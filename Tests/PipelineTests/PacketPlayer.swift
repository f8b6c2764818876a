import Bytes
import Network
import OpenStack
import Pipeline
import Protocols
import TestSupport
import Trace

@testable import Capture

/// A recording as a list of packets that a test may cut, double or reorder before it plays them to the pipeline.
struct PacketPlayer {
    struct Packet {
        var bytes: [UInt8]
        var stamp: PacketStamp
        var linkType: LinkType
        /// Where the capture cut the packet; else it is whole.
        var wireLength: Int?
    }

    var packets: [Packet]

    init(packets: [Packet]) {
        self.packets = packets
    }

    init(_ recording: Recording) throws {
        packets = []
        let files = try CaptureFiles(paths: [recording.path])
        var read: [Packet] = []
        while try files.nextPacket({ header, bytes in
            read.append(
                Packet(
                    bytes: bytes.withUnsafeBytes { [UInt8]($0) }, stamp: header.stamp, linkType: header.linkType))
        }) {}
        packets = read
    }

    /// The trace of the packets as they stand.
    func trace(detail: OsloDecoder.Detail = .none, protocols: [ProtocolRow] = ProtocolRow.all) -> BusTrace {
        var pipeline = TracePipeline(PipelineOptions(detail: detail), protocols: protocols)
        var builder = TraceBuilder()
        var source = CaptureSource(path: "test", linkType: "EN10MB")
        for packet in packets {
            pipeline.receive(
                packet.bytes.span.bytes,
                header: PacketHeader(
                    stamp: packet.stamp, linkType: packet.linkType, wireLength: packet.wireLength ?? packet.bytes.count)
            )
            source.packets += 1
            source.last = packet.stamp.time
        }
        let (capture, naming) = pipeline.finish([source], []) { builder.add($0) }
        return builder.trace(capture: capture, naming: naming)
    }

    /// The packets that carry AMQP, i.e. those of port 5672.
    func amqpOnly() -> PacketPlayer {
        PacketPlayer(packets: packets.filter { !segments(of: $0).isEmpty })
    }

    /// Every segment cut into segments of `size` bytes.
    func segmented(into size: Int) -> PacketPlayer {
        var result: [Packet] = []
        for packet in packets {
            for (segment, payload) in segments(of: packet) {
                guard payload.count > size else {
                    result.append(packet)
                    continue
                }
                for start in stride(from: 0, to: payload.count, by: size) {
                    let piece = payload[start..<min(start + size, payload.count)]
                    result.append(rebuilt(packet, segment, at: start, Array(piece)))
                }
            }
        }
        return PacketPlayer(packets: result)
    }

    func hasData(_ packet: Packet) -> Bool {
        segments(of: packet).contains { !$0.1.isEmpty }
    }

    private func segments(of packet: Packet) -> [(TCPSegment, [UInt8])] {
        var decoder = PacketDecoder()
        var found: [(TCPSegment, [UInt8])] = []
        decoder.decode(
            packet.bytes.span.bytes, linkType: packet.linkType.rawValue, wireLength: packet.bytes.count,
            at: packet.stamp
        ) { segment, payload in
            guard segment.source.port == 5672 || segment.destination.port == 5672 else { return }
            found.append((copy segment, payload.withUnsafeBytes { [UInt8]($0) }))
        }
        return found
    }

    /// The packet's headers with another part of the payload: Ethernet, IPv4 and TCP as they were.
    private func rebuilt(_ packet: Packet, _ segment: TCPSegment, at start: Int, _ payload: [UInt8]) -> Packet {
        let headerLength = packet.bytes.count - segment.capturedLength
        var bytes = Array(packet.bytes.prefix(headerLength))
        let total = UInt16(headerLength - 14 + payload.count)
        bytes[16] = UInt8(total >> 8)
        bytes[17] = UInt8(total & 0xFF)
        let tcp = 14 + Int(bytes[14] & 0x0F) * 4
        var sequence = UInt32(0)
        for index in 0..<4 { sequence = sequence << 8 | UInt32(bytes[tcp + 4 + index]) }
        sequence &+= UInt32(start)
        for index in 0..<4 { bytes[tcp + 4 + index] = UInt8(truncatingIfNeeded: sequence >> UInt32(24 - 8 * index)) }
        return Packet(bytes: bytes + payload, stamp: packet.stamp, linkType: packet.linkType)
    }
}

/// What is said of a trace when packets differ only in how the bytes were cut.
struct TraceDigest: Equatable {
    var messages: [String]
    var calls: [String]

    init(_ trace: BusTrace) {
        func name(_ id: ParticipantID?) -> String { id.map { trace.participants[$0].label } ?? "?" }
        messages = trace.messages.map { message in
            let receivers = message.deliveries.map { name($0.to) }.sorted().joined(separator: ",")
            return "\(message.kind) \(message.uniqueID ?? "-") \(message.title) \(message.bytes) "
                + "\(name(message.from)) → \(receivers)"
        }
        .sorted()
        calls = trace.calls.map {
            "\($0.messageID) \($0.title) \($0.outcome) \(name($0.from)) → \(name($0.to))"
        }
        .sorted()
    }
}
