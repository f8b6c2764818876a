import Foundation
import TestSupport
import Testing
import Trace

@testable import Capture

/// What tshark shows of how connections end: the first `connection.close`, else the first FIN or reset; and blocking.
private struct EndsByTshark {
    /// By the client's port.
    var ends: [String: ConnectionEnd] = [:]
    /// Times of `connection.blocked` and `connection.unblocked`, alternating.
    var blocked: [String: [Timestamp]] = [:]
    /// Clients' ports whose FIN was answered, or that were reset.
    private(set) var isOver: Set<String> = []
    private var finished: [String: String] = [:]

    init(_ lines: some Sequence<Substring>) throws {
        for line in lines {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            try #require(fields.count == 9, "\(line)")
            let isFromBroker = fields[0] == "5672"
            let client = isFromBroker ? fields[1] : fields[0]
            let at = try timestamp(fields[2])
            note(fields, client: client, by: isFromBroker ? .server : .client, at)
        }
    }

    private mutating func note(_ fields: [String], client: String, by side: ConnectionRole, _ at: Timestamp) {
        switch (fields[5], fields[6]) {
        case ("10", "50"):
            if ends[client]?.kind != .closed {
                ends[client] = ConnectionEnd(
                    .closed, at: at, by: side, code: Int(fields[7]), text: fields[8].isEmpty ? nil : fields[8])
            }
            isOver.insert(client)
        case ("10", "60"), ("10", "61"): blocked[client, default: []].append(at)
        default: break
        }
        if fields[3] == "1" {
            if let first = finished[client], first != side.rawValue { isOver.insert(client) }
            finished[client] = finished[client] ?? side.rawValue
            if ends[client] == nil { ends[client] = ConnectionEnd(.finished, at: at, by: side) }
        }
        if fields[4] == "1" {
            isOver.insert(client)
            if ends[client] == nil { ends[client] = ConnectionEnd(.reset, at: at, by: side) }
        }
    }

    private func timestamp(_ text: String) throws -> Timestamp {
        let parts = text.split(separator: ".")
        return Timestamp(
            seconds: try #require(Int64(parts[0])), nanoseconds: try #require(Int64(parts[1].prefix(9))))
    }
}

@Suite struct `Connections end as tshark shows it` {
    private static let fields = [
        "tcp.srcport", "tcp.dstport", "frame.time_epoch", "tcp.flags.fin", "tcp.flags.reset", "amqp.method.class",
        "amqp.method.method", "amqp.method.arguments.reply_code", "amqp.method.arguments.reply_text",
    ]

    private func tshark(_ path: String) async throws -> EndsByTshark? {
        guard let tshark = ExternalProgram.installed("tshark") else {
            #expect(!ExternalProgram.mustBeInstalled, "tshark is not installed")
            print("skipped: tshark is not installed")
            return nil
        }
        let filter = "tcp.port==5672 && (tcp.flags.fin==1 || tcp.flags.reset==1 || amqp.method.class==10)"
        let result = try await tshark.run(
            ["-r", path, "-Y", filter, "-T", "fields", "-E", "separator=|"] + Self.fields.flatMap { ["-e", $0] })
        #expect(result.status == 0, "\(result.errors)")
        return try EndsByTshark(result.output.split(separator: "\n"))
    }

    private func expectAgreement(_ trace: BusTrace, _ theirs: EndsByTshark) {
        for connection in trace.capture.connections {
            let port = String(connection.client.split(separator: ":").last ?? "")
            guard theirs.isOver.contains(port) else {
                #expect(connection.end == nil, "port \(port)")
                continue
            }
            let (ours, seen) = (connection.end, theirs.ends[port])
            #expect(ours?.kind == seen?.kind && ours?.by == seen?.by, "port \(port): \(ours as Any)")
            #expect(ours?.code == seen?.code && ours?.text == seen?.text, "port \(port)")
            if ours?.kind != .finished { #expect(ours?.at == seen?.at, "port \(port)") }
            let spans = connection.blocked.flatMap { [$0.from, $0.until].compactMap { $0 } }
            #expect(spans == theirs.blocked[port] ?? [])
        }
    }

    @Test(arguments: Recording.all)
    func `in the recordings`(recording: Recording) async throws {
        guard let theirs = try await tshark(recording.path) else { return }
        expectAgreement(try recording.trace(), theirs)
    }

    @Test func `in every way there is`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "novatrace-\(UUID().uuidString).pcap")
        defer { try? FileManager.default.removeItem(at: file) }
        var packets: [RecordedPacket] = []
        for way in 0..<8 {
            var session = TCPSessionBuilder(
                client: .v4(1, port: UInt16(40_000 + way)),
                at: Timestamp(seconds: 1_700_000_000 + Int64(way), nanoseconds: 0))
            session.handshake()
            session.send(.client, AMQPBuilder.protocolHeader)
            session.send(.server, AMQPBuilder.start())
            session.send(.client, AMQPBuilder.startOk(connectionName: "x", response: "secret"))
            session.send(.server, AMQPBuilder.method(0, 10, 60) { $0.shortstr("low on memory") })
            if way % 2 == 0 { session.send(.server, AMQPBuilder.method(0, 10, 61)) }
            switch way {
            case 0: break
            case 1: session.close(.client)
            case 2: session.close(.server)
            case 3: session.reset(.client)
            case 4: session.reset(.server)
            case 5:
                session.send(.client, AMQPBuilder.close(0, code: 200, text: "OK"))
                session.send(.server, AMQPBuilder.closeOk(0))
                session.close(.client)
            case 6:
                session.send(.server, AMQPBuilder.close(0, code: 320, text: "CONNECTION_FORCED - shutdown"))
                session.reset(.client)
            default:
                session.send(.server, AMQPBuilder.close(0, code: 541, text: "INTERNAL_ERROR"))
                session.close(.server)
            }
            packets += session.packets
        }
        try Data(CaptureFileBuilder.pcap(packets)).write(to: file)
        guard let theirs = try await tshark(file.path(percentEncoded: false)) else { return }
        #expect(theirs.isOver.count == 7 && theirs.blocked.count == 8)
        let trace = try Recording.trace(at: file.path(percentEncoded: false))
        #expect(trace.capture.connections.count == 8)
        expectAgreement(trace, theirs)
    }
}
