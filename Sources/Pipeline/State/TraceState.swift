import Correlation
import Network
import Protocols
import Trace

/// A machine that adds up observations: messages and calls that are joined, connections that are listed, anomalies and
/// failed attempts that are counted.
struct TraceState {
    var correlator: Correlator
    var connections: ConnectionList
    private(set) var anomalies: AnomalyLog
    private(set) var attempts: AttemptLog
    /// Connections that something out of the ordinary happened to since they were taken last, where somebody asks.
    private var troubled: [ConnectionID] = []
    private let notesChanges: Bool

    /// - Parameter ports: the ports of brokers, beside those of AMQP.
    init(limits: CorrelationLimits, ports: [UInt16]) {
        correlator = Correlator(limits: limits)
        connections = ConnectionList(notesFound: limits.notesChanges)
        anomalies = AnomalyLog(newest: limits.forgetsConnections ? CaptureSummary.anomalyLimit / 2 : 0)
        attempts = AttemptLog(ports: ports, notesNews: limits.notesChanges)
        notesChanges = limits.notesChanges
    }

    mutating func receive(_ observation: consuming Observation) {
        switch observation {
        case .passage(let passage): correlator.receive(passage)
        case .acknowledged(let acknowledgement): correlator.receive(acknowledgement)
        case .opened(let found):
            let isListed = correlator.opened(found.id, address: found.address, endpoint: found.client)
            connections.opened(found, isListed: isListed)
        case .shown(let connection, let one, let other, let source):
            correlator.watch.saw(connection, between: one, and: other, in: source)
        case .named(let connection, let name): correlator.named(connection, name)
        case .entered(let connection, let virtualHost): correlator.entered(connection, virtualHost: virtualHost)
        case .consumes(let connection, let queue): correlator.consumes(connection, queue: queue)
        case .heardBroker(let connection): correlator.heardBroker(on: connection)
        case .troubled(let connection): note(troubleOf: connection)
        case .lost(let connection, let time): correlator.lost(on: connection, at: time)
        case .told(let connection, let told): connections.keep(connection, told)
        case .closed(let account, let client, let end): close(account, client, end)
        case .foreign(let name): connections.foundOther(name)
        case .attempted(let opening, let answer, let stamp): attempts.add(opening, answer, at: stamp)
        case .anomaly(let anomaly): anomalies.add(anomaly)
        }
    }

    /// An attempt to open a TCP connection came to nothing.
    mutating func attempted(_ attempt: TCPAttempt) { attempts.add(attempt) }

    /// States something about the capture as a whole.
    mutating func state(_ anomaly: Anomaly) { anomalies.state(anomaly) }

    private mutating func close(_ account: ConnectionAccount, _ client: ConnectionClient, _ end: ConnectionEnd?) {
        let connection = account.connection
        connections.update(account)
        correlator.located(connection, address: client.address, endpoint: client.endpoint)
        correlator.closed(connection)
        guard let end = end.flatMap({ connections.ended(connection, $0) }) else { return }
        // What `connection.close` told of was noted with it.
        note(troubleOf: connection)
        guard end.kind == .reset else { return }
        let who = end.by.map { "the \($0.rawValue)" } ?? "an end"
        anomalies.add(
            Anomaly(
                at: end.at, connection: connection, kind: .connectionReset,
                detail: "\(who) reset the connection" + (end.mayHaveBeenClosed ? "" : " without closing it")))
    }

    // MARK: Trouble

    private mutating func note(troubleOf connection: ConnectionID) {
        if notesChanges, troubled.last != connection { troubled.append(connection) }
    }

    /// Whether anything went wrong with a connection, or an attempt at one, since it was taken last.
    var hasTrouble: Bool { attempts.hasNews || !troubled.isEmpty }

    mutating func takeFailedAttempts() -> [ConnectionAttempts] { attempts.takeNews() }

    /// Connections that something out of the ordinary happened to since the last time.
    mutating func takeTroubled() -> Set<ConnectionID> {
        defer { troubled.removeAll(keepingCapacity: true) }
        return Set(troubled)
    }
}
