import Foundation
import TestSupport
import Testing
import Trace

@testable import Capture

/// What tshark shows of each connection, by its client's port.
private struct HandshakesByTshark {
    var virtualHosts: [String: String] = [:]
    var heartbeats: [String: Int] = [:]
    var published: [String: Int] = [:]
    var delivered: [String: Int] = [:]

    init(_ lines: some Sequence<Substring>) throws {
        for line in lines {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            try #require(fields.count == 6, "\(line)")
            let isFromBroker = fields[0] == "5672"
            let client = isFromBroker ? fields[1] : fields[0]
            let methods = zip(fields[2].split(separator: ";"), fields[3].split(separator: ";"))
            for (classID, methodID) in methods {
                switch ("\(classID).\(methodID)", isFromBroker) {
                case ("60.40", false): published[client, default: 0] += 1
                case ("60.60", true), ("60.71", true): delivered[client, default: 0] += 1
                default: break
                }
            }
            if !isFromBroker, let host = fields[4].split(separator: ";").first { virtualHosts[client] = String(host) }
            if !isFromBroker, let beat = fields[5].split(separator: ";").first { heartbeats[client] = Int(beat) }
        }
    }
}

@Suite struct `Connections are opened and used as tshark shows it` {
    private static let fields = [
        "tcp.srcport", "tcp.dstport", "amqp.method.class", "amqp.method.method",
        "amqp.method.arguments.virtual_host", "amqp.method.arguments.heartbeat",
    ]

    @Test(arguments: Recording.all)
    func `in the recordings`(recording: Recording) async throws {
        guard let tshark = ExternalProgram.installed("tshark") else {
            #expect(!ExternalProgram.mustBeInstalled, "tshark is not installed")
            print("skipped: tshark is not installed")
            return
        }
        let result = try await tshark.run(
            [
                "-r", recording.path, "-Y", "tcp.port==5672 && amqp.method.class", "-T", "fields", "-E", "separator=|",
                "-E", "aggregator=;",
            ] + Self.fields.flatMap { ["-e", $0] })
        #expect(result.status == 0, "\(result.errors)")
        let theirs = try HandshakesByTshark(result.output.split(separator: "\n"))
        let connections = try recording.trace().capture.connections
        var messages = 0
        for connection in connections {
            let port = String(connection.client.split(separator: ":").last ?? "")
            if connection.handshake != nil {
                #expect(connection.virtualHost == theirs.virtualHosts[port], "port \(port)")
                #expect(connection.handshake?.heartbeat == theirs.heartbeats[port], "port \(port)")
                #expect(connection.handshake?.user?.isEmpty == false, "port \(port)")
            } else {
                #expect(theirs.virtualHosts[port] == nil, "port \(port)")
            }
            #expect(connection.messagesSent == theirs.published[port] ?? 0, "port \(port)")
            #expect(connection.messagesReceived == theirs.delivered[port] ?? 0, "port \(port)")
            messages += connection.messagesSent + connection.messagesReceived
        }
        #expect(messages > 0)
    }
}
