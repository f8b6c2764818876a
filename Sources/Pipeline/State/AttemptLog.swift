import Bytes
import Network
import Protocols
import Trace

/// A machine that counts attempts to reach a broker by client, broker and kind.
///
/// Attempts on the ports of AMQP have a table of their own, so that a scan of other ports does not displace them.
struct AttemptLog: Sendable {
    private struct Key: Hashable {
        let kind: ConnectionAttempts.Kind
        let client: IPAddress
        let server: SocketAddress
        let spoken: String?
        let answer: String?
    }

    private var own: [Key: ConnectionAttempts] = [:]
    private var others: [Key: ConnectionAttempts] = [:]
    /// Attempts that found no room, those on ports of AMQP.
    private(set) var uncounted = 0
    /// What is new since it was taken last, where somebody asks; a count of each.
    private var news: [ConnectionAttempts] = []
    private let notesNews: Bool
    /// On so many ports attempts are of somebody who wants to reach something, not of one who looks what is open.
    private static let portsAlone = 4
    private let ports: Set<UInt16>

    /// - Parameter ports: the ports of brokers, beside those of AMQP.
    init(ports: [UInt16] = [], notesNews: Bool) {
        self.ports = Set(AMQPConnection.ports + ports)
        self.notesNews = notesNews
    }

    mutating func add(_ attempt: TCPAttempt) {
        let kind: ConnectionAttempts.Kind =
            switch attempt.outcome {
            case .refused: .refused
            case .unanswered: .unanswered
            case .endedAtOnce: .endedAtOnce
            }
        add(
            kind, from: attempt.client, to: attempt.server, began: attempt.began, at: attempt.at,
            source: attempt.source)
    }

    /// Somebody spoke another protocol to a broker.
    mutating func add(_ opening: ForeignOpening, _ answer: ForeignOpening.Answer, at stamp: PacketStamp) {
        add(
            .foreign, from: opening.client, to: opening.server, spoken: opening.name, answer: answer.version,
            began: opening.began.time, at: stamp.time, source: opening.began.source)
    }

    private mutating func add(
        _ kind: ConnectionAttempts.Kind, from client: SocketAddress, to server: SocketAddress,
        spoken: String? = nil, answer: String? = nil, began: Timestamp, at: Timestamp, source: Int32
    ) {
        let key = Key(kind: kind, client: client.address, server: server, spoken: spoken, answer: answer)
        let isOwn = answer != nil || ports.contains(server.port)
        if isOwn {
            guard Self.count(key, began, at, source, in: &own) else { return uncounted += 1 }
            guard notesNews, news.count < PipelineLimits.attemptNews else { return }
            news.append(Self.attempts(key, began, at, source))
        } else {
            _ = Self.count(key, began, at, source, in: &others)
        }
    }

    mutating func takeNews() -> [ConnectionAttempts] {
        defer { news.removeAll(keepingCapacity: true) }
        return news
    }

    var hasNews: Bool { !news.isEmpty }

    /// Attempts to reach a broker: on a port of AMQP, or on one on which AMQP was spoken otherwise, there or elsewhere.
    ///
    /// - Parameters:
    ///   - servers: to whom AMQP was spoken, `address:port`.
    ///   - isAlone: whether nothing else was seen: whatever their ports are then, unless they are many.
    func attempts(to servers: Set<String>, isAlone: Bool) -> [ConnectionAttempts] {
        let spoken = Set(servers.compactMap { $0.split(separator: ":").last.flatMap { UInt16($0) } })
        let isAll = isAlone && own.isEmpty && Set(others.keys.map(\.server.port)).count <= Self.portsAlone
        let wanted = others.filter { isAll || spoken.contains($0.key.server.port) }
        return (own.values + wanted.map(\.value))
            .sorted {
                ($0.first, $0.client, $0.server, $0.kind.rawValue) < ($1.first, $1.client, $1.server, $1.kind.rawValue)
            }
    }

    private static func count(
        _ key: Key, _ began: Timestamp, _ at: Timestamp, _ source: Int32,
        in table: inout [Key: ConnectionAttempts]
    ) -> Bool {
        if table[key] != nil {
            table[key]?.count += 1
            table[key]?.last = at
            table[key]?.sources.insert(Int(source))
            return true
        }
        guard table.count < PipelineLimits.attemptGroups else { return false }
        table[key] = attempts(key, began, at, source)
        return true
    }

    private static func attempts(
        _ key: Key, _ began: Timestamp, _ at: Timestamp, _ source: Int32
    ) -> ConnectionAttempts {
        var attempts = ConnectionAttempts(
            key.kind, client: key.client.description, server: key.server.description, spoken: key.spoken,
            answer: key.answer, first: began, last: at)
        attempts.sources = [Int(source)]
        return attempts
    }
}
