import Correlation
import Network
import Protocols
import Trace

/// A machine that feeds each TCP connection to the protocol it speaks, and what it says to the message stage.
struct StreamStage {
    private var streams: [Int: ProtocolStream] = [:]
    private var registry = ConnectionRegistry()
    private var messages: MessageStage

    init(messages: MessageStage) {
        self.messages = messages
    }

    /// Takes what happened to a TCP connection.
    ///
    /// - Returns: whether more of this connection is wanted.
    mutating func receive(_ event: borrowing StreamEvent, bytes: RawSpan) -> Bool {
        let tcp = event.connection
        let stamp = event.stamp
        let side: StreamSide = event.direction == .forward ? .first : .second
        switch event.kind {
        case .opened(let ends):
            registry.opened(tcp, ends)
            streams[tcp] = ProtocolStream(
                firstPort: ends.first.port, secondPort: ends.second.port, sawHandshake: ends.sawHandshake)
            return true
        case .bytes:
            let server = streams[tcp]?.connection.serverSide ?? .second
            streams[tcp]?.receive(bytes, from: side, at: stamp) { event, body in
                Self.pass(event, body, of: tcp, server, &registry, &messages)
            }
        case .gap(let count):
            let server = streams[tcp]?.connection.serverSide ?? .second
            streams[tcp]?.gap(count, from: side, at: stamp) { event, body in
                Self.pass(event, body, of: tcp, server, &registry, &messages)
            }
        case .closed:
            close(tcp)
            return true
        }
        return isWanted(tcp)
    }

    /// Ends all streams: the capture is at its end.
    mutating func finish() {
        for tcp in streams.keys.sorted() { close(tcp) }
    }

    /// Passes on an event of a connection, which is registered when it has proved to be AMQP.
    private static func pass(
        _ event: AMQPEvent, _ body: RawSpan, of tcp: Int, _ server: StreamSide, _ registry: inout ConnectionRegistry,
        _ messages: inout MessageStage
    ) {
        if let connection = registry.index(of: tcp) {
            messages.receive(event, body: body, on: connection)
        } else if event.provesAMQP {
            let connection = registry.add(tcp)
            messages.opened(connection, client: registry.client(of: tcp, server: server))
            messages.receive(event, body: body, on: connection)
        }
    }

    private mutating func isWanted(_ tcp: Int) -> Bool {
        guard let stream = streams[tcp], case .other(let name) = stream.status else { return true }
        registry.foundOther(tcp, name: name)
        streams[tcp] = nil
        return false
    }

    private mutating func close(_ tcp: Int) {
        let server = streams[tcp]?.connection.serverSide ?? .second
        streams[tcp]?.finish { event, body in Self.pass(event, body, of: tcp, server, &registry, &messages) }
        guard let stream = streams.removeValue(forKey: tcp) else { return registry.closed(tcp) }
        if case .other(let name) = stream.status { registry.foundOther(tcp, name: name) }
        if let connection = registry.index(of: tcp) {
            registry.update(tcp, from: stream.connection)
            messages.opened(connection, client: registry.client(of: tcp, server: stream.connection.serverSide))
            messages.closed(connection)
        }
        registry.closed(tcp)
    }

    // MARK: Messages

    mutating func record(_ anomaly: Anomaly) {
        messages.record(anomaly)
    }

    mutating func expire(at now: Timestamp, _ visit: (Correlator.Finished) -> Void) {
        messages.expire(at: now, visit)
    }

    mutating func finish(at end: Timestamp, _ visit: (Correlator.Finished) -> Void) {
        messages.finish(at: end, visit)
    }

    var naming: ServiceNaming { messages.correlator.naming }

    func summary(of sources: [CaptureSource]) -> CaptureSummary {
        var summary = CaptureSummary()
        summary.sources = sources
        summary.connections = registry.connections
        summary.otherProtocols = registry.others
        summary.anomalies = messages.anomalies.kept
        summary.anomalyCount = messages.anomalies.count
        return summary
    }
}

extension AMQPEvent {
    /// Whether it cannot come from anything but AMQP.
    fileprivate var provesAMQP: Bool {
        switch self {
        case .protocolHeader, .method, .content, .settled, .heartbeat: true
        case .anomaly, .skipped: false
        }
    }
}
