import Services
package import Trace

/// A value: what was heard of each participant in the whole capture, as far as its messages or, of an excerpt, its
/// records tell.
package struct Hearing {
    /// When each sent or acknowledged anything last.
    package private(set) var last: [ParticipantID: Timestamp] = [:]
    /// Those that were given a request addressed to their host.
    package private(set) var addressed: Set<ParticipantID>

    package init(_ trace: BusTrace) {
        addressed = trace.capture.addressed
        func hear(_ participant: ParticipantID?, at time: Timestamp?) {
            guard let participant, let time, trace.participants.contains(participant) else { return }
            last[participant] = max(last[participant] ?? time, time)
        }
        for (participant, time) in trace.capture.lastHeard { hear(participant, at: time) }
        for message in trace.messages {
            hear(message.from, at: message.publishedAt)
            for delivery in message.deliveries { hear(delivery.to, at: delivery.acknowledgedAt ?? delivery.rejectedAt) }
            if message.kind.isRequest, ServiceTopic(message.queue).host != nil {
                addressed.formUnion(message.deliveries.compactMap(\.to))
            }
        }
    }
}
