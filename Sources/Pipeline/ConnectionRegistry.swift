import Network
import Protocols
import Trace

/// A machine that keeps the account of the AMQP connections that were found.
struct ConnectionRegistry: Sendable {
    private(set) var connections: [Connection] = []
    /// AMQP connections found; those beyond the limit are read but not listed.
    private(set) var count = 0
    private let limit: Int
    private var endpoints: [Int: TCPEndpoints] = [:]
    /// TCP connection → index into `connections`.
    private var indexes: [Int: Int] = [:]
    /// Other protocols by name.
    private(set) var others: [String: Int] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    mutating func opened(_ tcp: Int, _ ends: TCPEndpoints) {
        endpoints[tcp] = ends
    }

    /// The index of an AMQP connection.
    func index(of tcp: Int) -> Int? { indexes[tcp] }

    /// Takes a TCP connection in as an AMQP one.
    mutating func add(_ tcp: Int) -> Int {
        let index = count
        count += 1
        indexes[tcp] = index
        guard index < limit else { return index }
        connections.append(Connection(id: index, client: "", server: "", protocolName: "AMQP"))
        return index
    }

    /// The client's address without and with its port.
    func client(of tcp: Int, server: StreamSide) -> (address: String, endpoint: String) {
        guard let ends = endpoints[tcp] else { return ("", "") }
        let client = server == .first ? ends.second : ends.first
        return (client.address.description, client.description)
    }

    /// Takes over what the stream has counted.
    mutating func update(_ tcp: Int, from stream: AMQPConnection) {
        guard let index = indexes[tcp], index < connections.count, let ends = endpoints[tcp] else { return }
        let (client, server) = stream.serverSide == .first ? (ends.second, ends.first) : (ends.first, ends.second)
        let counts = [stream.counts(from: .first), stream.counts(from: .second)]
        connections[index].client = client.description
        connections[index].server = server.description
        connections[index].protocolName = stream.version?.description ?? AMQPConnection.name
        connections[index].bytes = counts.reduce(0) { $0 + $1.seen }
        connections[index].bytesDecoded = counts.reduce(0) { $0 + $1.decoded }
        connections[index].bytesSkipped = counts.reduce(0) { $0 + $1.skipped }
        connections[index].bytesMissing = counts.reduce(0) { $0 + $1.missing }
        connections[index].gaps = counts.reduce(0) { $0 + $1.gaps }
        connections[index].midstream = stream.isMidstream
        // An idle connection may show a heartbeat of one end only; a conversation has two sides.
        connections[index].oneSided = !stream.isIdle && counts.contains { $0.seen == 0 }
    }

    mutating func foundOther(_ tcp: Int, name: String) {
        others[name, default: 0] += 1
        endpoints[tcp] = nil
    }

    /// The TCP connection is gone; what was counted of it stays.
    mutating func closed(_ tcp: Int) {
        endpoints[tcp] = nil
        indexes[tcp] = nil
    }
}
