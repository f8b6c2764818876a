import Services
package import Trace

/// Of several files each shows a part of the bus, and each ends on its own: what was not seen is missing only until the
/// last of those ended that would have shown it.
extension BusTrace {
    /// When the connections were watched that messages of an operation passed on.
    package func watched(_ operation: Operation) -> WatchedTime {
        guard capture.hasParts else { return WatchedTime() }
        var connections: Set<ConnectionID> = []
        for id in operation.messages where messages.contains(id) {
            if let connection = messages[id].connection { connections.insert(connection) }
            for delivery in messages[id].deliveries { connections.insert(delivery.connection) }
        }
        return watched(connections)
    }

    /// Until when it is known what became of an operation; `nil` where nothing was captured.
    package func watchedEnd(of operation: Operation) -> Timestamp? { watched(operation).end ?? capture.end }

    /// The path of the file that ended there, where others went on.
    package func fileEnding(at end: Timestamp) -> String? {
        guard capture.sources.count > 1, capture.endedAt == nil, end != capture.end else { return nil }
        return capture.sources.first { $0.last == end }?.path
    }

    /// Whether the times of what passed on two connections go by one clock, as far as their sources are known.
    func areOfOneClock(_ one: ConnectionID?, _ other: ConnectionID?) -> Bool {
        guard capture.sources.count > 1, let one = connection(one), let other = connection(other) else { return true }
        let clocks = capture.sources.clocks
        return Set(one.sources.union(other.sources).lazy.filter(clocks.indices.contains).map { clocks[$0] }).count < 2
    }

    func watched(_ ids: some Sequence<ConnectionID>) -> WatchedTime {
        guard capture.hasParts else { return WatchedTime() }
        return WatchedTime.union(ids.lazy.compactMap { capture.connections[ifKnown: $0]?.watched })
    }
}

extension Facts {
    /// Until when something of these participants would have been seen, from a moment on; of those that have no connection
    /// that is known, of the operation.
    func end(of participants: some Sequence<ParticipantID>, since time: Timestamp) -> Timestamp {
        end(on: participants.flatMap(agents.connections), since: time)
    }

    func end(on connections: [Connection], since time: Timestamp) -> Timestamp {
        let watched = WatchedTime.union(connections.lazy.map(\.watched))
        guard let stretch = watched.stretch(at: time) else { return captureEnd }
        return max(time, successor == nil ? stretch.until : min(stretch.until, captureEnd))
    }

    /// Until when the next thing that a request waits for would have been seen: its delivery to who takes from its queue,
    /// or what who took it and who asked do then.
    func end(of wait: Wait) -> Timestamp {
        let message = message(wait.request)
        guard wait.isTaken else { return endOfTaking(message, since: wait.since) }
        return end(of: [message.deliveries.last?.to, message.from].compactMap(\.self), since: wait.since)
    }

    /// Until when it would have been seen that somebody takes a message.
    func endOfTaking(_ message: Message, since time: Timestamp) -> Timestamp {
        guard trace.capture.hasParts, let service = ServiceTopic(message.queue).service else { return captureEnd }
        let host = ServiceTopic(message.queue).host
        let scope = trace.scope(of: message)
        let takers = trace.participants.filter { $0.service == service && (host == nil || $0.host == host) }
        let connections = takers.flatMap { agents.connections(of: $0.id) }.filter { $0.scope.mayBe(scope) }
        // Brokers of several clouds may have one name; nodes of a cluster pass messages on.
        let server = trace.connection(message.connection)?.server
        let near = connections.filter { $0.server == server }
        return end(on: near.isEmpty ? connections : near, since: time)
    }

    /// That what came after a moment would not have been seen.
    func blindness(after end: Timestamp) -> String {
        guard let file = trace.fileEnding(at: end) else { return "nothing was captured there from \(moment(end)) on" }
        return "\(file), which would have shown it, ends at \(String(end.clock.prefix(8)))"
    }

    /// How long the operation was watched since.
    func watchedTime(since time: Timestamp) -> Nanoseconds {
        watched.isWhole ? captureEnd - time : watched.length(since: time)
    }
}
