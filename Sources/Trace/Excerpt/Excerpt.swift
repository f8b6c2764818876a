/// A value: what a file that holds only the packets of some operations says of the capture that they were taken from.
///
/// Packets that were left out on purpose are no loss, and what they told is told here instead: whose a connection is,
/// what the capture lacked of it, how it ended, and how long the capture went on. A verdict on the excerpt is thus the
/// verdict on the capture. Ids are those of the capture's trace.
package struct Excerpt: Sendable {
    /// The capture's first and last packet.
    package var first: Timestamp?
    package var last: Timestamp?
    /// `nil` where the capture did not know it.
    package var kernelDropped: Int?
    /// Packets and operations in the excerpt.
    package var packets = 0
    package var operations = 0
    package var participants: [Participant] = []
    package var connections: [Connection] = []
    /// Of `connections`, those on which messages of the excerpt may have been cut short already by the capture.
    package var cutConnections: Set<ConnectionID> = []
    package var anomalies: [Anomaly] = []
    package var anomalyCount = 0
    /// Publishes that the broker refused, by `_unique_id`: joining a refusal takes all publishes of its channel.
    package var refusals: [String: Timestamp] = [:]
    /// Calls, by `_msg_id`, whose answers reached nobody, as others that their callers were given show.
    package var undelivered: Set<String> = []
    /// Deliveries to others than a message was sent to, by its `_unique_id`; their packets are not in the excerpt.
    package var asides: [String: [AsideDelivery]] = [:]
    /// Of queues that nobody took the operations' messages from, by routing key, the last delivery of all.
    package var lastTaken: [String: Delivery] = [:]
    /// When anything was heard of participants last, and which of them were given a request addressed to their host.
    package var lastHeard: [ParticipantID: Timestamp] = [:]
    package var addressed: Set<ParticipantID> = []
    /// Of the operations those that another one put an end to, which is not among them or is.
    package var successors: [EndedOperation] = []
    /// What the capture showed of deliveries.
    package var sight: DeliverySight?
    /// What the operations' instances are called, which other messages may have told.
    package var instanceNames: [InstanceName] = []
    /// The instances that have had the ports which agents' messages of the excerpt name, by the ports' ids.
    package var ports: [String: Set<String>] = [:]
    /// Request ids of the messages that are meant: what else is in their packets is of operations of which most was left
    /// out.
    package var requests: Set<String> = []
    /// Whether messages of the operations were left out too, so that what is not there may have been.
    package var isPartial = false

    package init() {}
}

/// A value: an operation, and the one that put an end to it.
package struct EndedOperation: Sendable {
    /// A value: by what it is known in any trace.
    package struct ID: Hashable, Sendable {
        package var requestID: String?
        package var instance: String

        package init(requestID: String?, instance: String) {
            (self.requestID, self.instance) = (requestID, instance)
        }
    }

    package var id: ID
    package var successor: Operation.Successor

    package init(id: ID, successor: Operation.Successor) {
        (self.id, self.successor) = (id, successor)
    }
}

extension CaptureSource {
    /// At the end of an excerpt: it covers the time of its capture. One that lost packets since it was made is a capture
    /// like others, with gaps.
    package mutating func concludeExcerpt() {
        guard let told = excerpt else { return }
        guard told.packets == packets else { return excerpt = nil }
        first = told.first ?? first
        last = told.last ?? last
        kernelDropped = told.kernelDropped
    }
}

extension CaptureSummary {
    /// What the sources say of the captures that they were taken from; `nil` unless each is an excerpt.
    package var excerpts: [Excerpt]? {
        let excerpts = sources.compactMap(\.excerpt)
        return excerpts.isEmpty || excerpts.count < sources.count ? nil : excerpts
    }
}
