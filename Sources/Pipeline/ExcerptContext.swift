import Protocols
import Trace

/// A value: what excerpts tell of their connections, found by the addresses of both ends.
struct ExcerptContext: Sendable {
    /// A value: the two ends of a connection, in either order.
    private struct Ends: Hashable {
        let lower: String
        let upper: String

        init(_ connection: Connection) {
            self.init(connection.client, connection.server)
        }

        init(_ one: String, _ other: String) {
            (lower, upper) = one < other ? (one, other) : (other, one)
        }
    }

    let participants: [Participant]
    /// Ids are indexes.
    let connections: [Connection]
    let anomalies: [Anomaly]
    let anomalyCount: Int
    let refusals: [String: Timestamp]
    let lastTaken: [String: Delivery]
    private let requests: Set<String>
    /// Of `connections`, those on which the capture itself cut messages short.
    private let cut: Set<Int>
    private var places: [Ends: [Int]] = [:]

    /// Sets excerpts side by side: ids that they have in common mean different things.
    init(_ excerpts: [Excerpt]) {
        var (participants, connections, anomalies): ([Participant], [Connection], [Anomaly]) = ([], [], [])
        var (refusals, cut, requests): ([String: Timestamp], Set<Int>, Set<String>) = ([:], [], [])
        var lastTaken: [String: Delivery] = [:]
        var count = 0
        for excerpt in excerpts {
            var newParticipants: [Int: Int] = [:]
            for var participant in excerpt.participants where newParticipants[participant.id] == nil {
                newParticipants[participant.id] = participants.count
                participant.id = participants.count
                participants.append(participant)
            }
            var newConnections: [Int: Int] = [:]
            for var connection in excerpt.connections {
                newConnections[connection.id] = connections.count
                if excerpt.cutConnections.contains(connection.id) { cut.insert(connections.count) }
                connection.id = connections.count
                connection.participant = connection.participant.flatMap { newParticipants[$0] }
                connections.append(connection)
            }
            for var anomaly in excerpt.anomalies {
                anomaly.connection = anomaly.connection.flatMap { newConnections[$0] }
                anomalies.append(anomaly)
            }
            count += excerpt.anomalyCount
            refusals.merge(excerpt.refusals) { first, _ in first }
            requests.formUnion(excerpt.requests)
            for (queue, var delivery) in excerpt.lastTaken where delivery.at > lastTaken[queue]?.at ?? .earliest {
                delivery.to = delivery.to.flatMap { newParticipants[$0] }
                lastTaken[queue] = delivery
            }
        }
        (self.lastTaken, self.requests) = (lastTaken, requests)
        (self.participants, self.connections, self.anomalies) = (participants, connections, anomalies)
        (self.refusals, self.cut, anomalyCount) = (refusals, cut, max(count, anomalies.count))
        for connection in connections { places[Ends(connection), default: []].append(connection.id) }
    }

    /// Indexes into `connections` of those that were read; of several with the same ends the first are the first.
    func indexes(of read: [Connection]) -> [Int: Int] {
        var used: [Ends: Int] = [:]
        var indexes: [Int: Int] = [:]
        for connection in read.sorted(by: { $0.id < $1.id }) {
            let ends = Ends(connection)
            guard let known = places[ends] else { continue }
            indexes[connection.id] = known[min(used[ends, default: 0], known.count - 1)]
            used[ends, default: 0] += 1
        }
        return indexes
    }

    /// Whether messages between these ends that are not whole were cut off by the excerpt: they shared a packet with one
    /// that it holds.
    func holdsWholeMessages(between one: String, and other: String) -> Bool {
        places[Ends(one, other)]?.allSatisfy { !cut.contains($0) } ?? false
    }

    /// Whether a message is of a request whose messages are here; what only shared a packet with them is not.
    func holds(_ message: Message) -> Bool {
        let own = [message.requestID, message.globalRequestID].compactMap(\.self)
        return own.isEmpty || own.contains(where: requests.contains)
    }
}

extension Timestamp {
    fileprivate static let earliest = Timestamp(nanoseconds: .min)
}
