import Operations
import Trace

/// A value: what the capture shows of the connections of a participant that were not seen to end.
struct Presence {
    /// Those that were watched until the end, and that something was heard of as often as is due.
    var open = 0
    /// The others, and when any of them was heard last: so long ago that two heartbeats did not come, or none are due.
    var mute = 0
    var heard: Timestamp?
    /// How often a heartbeat of them is due; `nil` where that is not known, or none is.
    var heartbeat: Nanoseconds?
    /// Until when they were watched that were not until the end.
    var watchedUntil: Timestamp?
    /// Those of them.
    var unwatched = 0
}

extension Facts {
    /// RabbitMQ's default, where the opening was not seen.
    private static let usualHeartbeat = 60

    func presence(of participant: ParticipantID) -> Presence {
        var presence = Presence()
        for connection in agents.ofProcess(participant) where connection.end == nil {
            if let until = connection.watched.end, captureEnd - until > .seconds(2) {
                presence.unwatched += 1
                presence.watchedUntil = max(presence.watchedUntil ?? until, until)
                continue
            }
            let seconds = connection.handshake?.heartbeat ?? Self.usualHeartbeat
            let heard = connection.lastSeenClient ?? connection.openedAt
            let isHeard = heard.map { captureEnd - $0 <= .seconds(2 * Int64(seconds)) } ?? true
            guard !isHeard else {
                presence.open += 1
                continue
            }
            presence.mute += 1
            presence.heard = [presence.heard, heard].compactMap(\.self).max()
            if connection.handshake?.heartbeat ?? 0 > 0 { presence.heartbeat = .seconds(Int64(seconds)) }
        }
        return presence
    }

    /// `3 of its connections are open`; `nil` where it has none that is known.
    func words(onConnectionsOf participant: ParticipantID) -> String? {
        guard !agents.ofProcess(participant).isEmpty else { return nil }
        let presence = presence(of: participant)
        func its(_ count: Int) -> String { count == 1 ? "a connection of it" : "\(count) of its connections" }
        if presence.open > 0 { return "\(its(presence.open)) \(presence.open == 1 ? "is" : "are") open" }
        if let heard = presence.heard, presence.mute > 0 {
            let due = presence.heartbeat.map { ", where a heartbeat is due every \(seconds($0))" } ?? ""
            return "no end of \(its(presence.mute)) was seen, but nothing of "
                + (presence.mute == 1 ? "it" : "them") + " in the last \(seconds(captureEnd - heard))\(due)"
        }
        if let until = presence.watchedUntil {
            let verb = presence.unwatched == 1 ? "was" : "were"
            return
                "\(its(presence.unwatched)) \(verb) open when the capture of \(presence.unwatched == 1 ? "it" : "them") "
                + "ended, \(seconds(captureEnd - until)) before this"
        }
        return "its connections ended"
    }

    // MARK: Who consumes

    /// That nobody consumes from a message's queue any more, and how the last who did went; `nil` where somebody does, or
    /// nobody was seen to at all.
    func lastConsumer(of message: Message) -> (sentence: String, evidence: Diagnosis.Evidence, isOfConnection: Bool)? {
        let scope = trace.scope(of: message)
        var last: (connection: Connection, consumer: QueueConsumer, at: Timestamp)?
        for (connection, consumer) in agents.consumers(of: message.queue) where connection.scope.mayBe(scope) {
            let ends = [consumer.until, connection.end.flatMap { $0.isSeen ? $0.at : nil }].compactMap(\.self)
            guard let at = ends.min() else { return nil }
            if at >= last?.at ?? at { last = (connection, consumer, at) }
        }
        guard let last, doubtOnWays == nil else { return nil }
        let who = name(last.connection.participant)
        let isOfConnection = last.consumer.until != last.at
        let what: String
        switch isOfConnection ? nil : last.consumer.end {
        case .cancelled: what = "\(who) cancelled its consumer itself"
        case .cancelledByBroker: what = "the broker cancelled the consumer of \(who)"
        case .channelClosed: what = "\(who) closed the channel of its consumer"
        case .channelClosedByBroker: what = "the broker closed the channel of the consumer of \(who)"
        case nil: what = "the connection of the consumer of \(who) ended"
        }
        let time =
            last.at < operation.startedAt
            ? "\(seconds(operation.startedAt - last.at)) before the operation began" : "at \(moment(last.at))"
        let packet = isOfConnection ? last.connection.end?.packet : last.consumer.packet
        return (
            "nobody consumes from \(message.queue) any more: \(what) \(time)",
            Diagnosis.Evidence(what, at: last.at, packets: [packet].compactMap(\.self)), isOfConnection
        )
    }
}
