import TestSupport
import Testing
import Trace

/// Captures of very many connections: each is a copy of one with a client and a name of its own.
struct ManyConnections: CustomTestStringConvertible, Sendable {
    let testDescription: String
    private let session: TCPSessionBuilder

    /// Stands in the session for what is another in each copy: eight digits.
    private static let mark = "NNNNNNNN"

    /// Opened, with one consumer.
    static let complete = ManyConnections(testDescription: "complete", session: opened(until: .consumer))
    /// The same, with a call that nobody answers.
    static let calling = ManyConnections(testDescription: "with a call on each", session: opened(until: .call))
    /// Closed by the broker instead of let in.
    static let refused = ManyConnections(testDescription: "refused", session: opened(until: .refusal))
    /// Open before the capture began.
    static let midstream = ManyConnections(
        testDescription: "in mid-stream",
        session: session { session in
            session.send(.client, AMQPBuilder.heartbeat + AMQPBuilder.heartbeat)
            session.send(.server, AMQPBuilder.heartbeat + AMQPBuilder.heartbeat)
        })
    /// Of another protocol.
    static let foreign = ManyConnections(
        testDescription: "of another protocol",
        session: session { session in
            session.handshake()
            session.send(.client, [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0, 3, 3])
        })

    private enum End { case consumer, call, refusal }

    private static func opened(until end: End) -> TCPSessionBuilder {
        session { session in
            session.handshake()
            session.send(.client, AMQPBuilder.protocolHeader)
            session.send(.server, AMQPBuilder.start())
            let name = "nova-compute:1:\(mark)-b870-49a9-bbeb-902381dffe38"
            session.send(.client, AMQPBuilder.startOk(connectionName: name, response: "secret"))
            guard end != .refusal else {
                session.send(.server, AMQPBuilder.close(0, code: 403, text: "ACCESS_REFUSED"))
                return session.close(.server)
            }
            session.send(.server, AMQPBuilder.tune(ok: false))
            session.send(.client, AMQPBuilder.tune(ok: true) + AMQPBuilder.channelOpen(1))
            session.send(
                .client,
                AMQPBuilder.method(1, 60, 20) {
                    $0.short(0).shortstr("compute.host\(mark)").shortstr("1").octet(0).table([])
                })
            if end == .call { session.send(.client, call) }
        }
    }

    private static var call: [UInt8] {
        let id = "\(mark)b87049a9bbeb902381dffe38"
        let uuid = "\(mark)-b870-49a9-bbeb-902381dffe38"
        let request = OsloBuilder.request(
            "ping", ["instance_uuid": .string(uuid)], messageID: id, replyQueue: "reply_\(id)",
            uniqueID: String(id.reversed()), context: OsloBuilder.context(requestID: "req-\(uuid)"))
        return AMQPBuilder.publish(1, exchange: "nova", routingKey: "conductor") + AMQPBuilder.content(1, request)
    }

    private static func session(_ body: (inout TCPSessionBuilder) -> Void) -> TCPSessionBuilder {
        var session = TCPSessionBuilder()
        body(&session)
        return session
    }

    /// The bytes of a capture of so many.
    func capture(_ count: Int) -> [UInt8] {
        var template: [UInt8] = []
        var (clients, names): ([Int], [Int]) = ([], [])
        let mark = Array(Self.mark.utf8)
        for packet in session.packets {
            template += CaptureFileBuilder.pcapRecordHeader(packet)
            // The ports lie behind Ethernet and IPv4: the client is who does not have the broker's.
            let isFromServer = Array(packet.bytes[34..<36]) == PacketBuilder.big(UInt16(5672))
            clients.append(template.count + (isFromServer ? 30 : 26))
            for start in packet.bytes.indices where packet.bytes[start...].starts(with: mark) {
                names.append(template.count + start)
            }
            template += packet.bytes
        }
        var file = CaptureFileBuilder.pcap([])
        file.reserveCapacity(file.count + count * template.count)
        for number in 0..<count {
            let start = file.count
            file += template
            for place in clients { file.replace(at: start + place, PacketBuilder.big(0x0A80_0000 + UInt32(number))) }
            let digits = Array(String(100_000_000 + number).utf8.dropFirst())
            for place in names { file.replace(at: start + place, digits) }
        }
        return file
    }
}

extension [UInt8] {
    fileprivate mutating func replace(at place: Int, _ bytes: [UInt8]) {
        for index in bytes.indices { self[place + index] = bytes[index] }
    }
}
