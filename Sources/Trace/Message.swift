/// A value: one publish and its deliveries, joined by `_unique_id`.
package struct Message: Sendable, Identifiable {
    package enum Kind: String, Sendable, CaseIterable {
        case call, cast, fanout, reply, heartbeat, notification
        /// A body that is not oslo.messaging's, or not readable.
        case opaque

        /// Whether it asks one server for something, which takes it from a queue: a call or a cast.
        package var isRequest: Bool { self == .call || self == .cast }

        /// Whether it goes back to who called: the reply, or a sign that the call is still worked on.
        package var isAnswer: Bool { self == .reply || self == .heartbeat }

        /// Whether somebody should take it; fanouts and notifications may find nobody in a healthy cloud.
        package var expectsTaker: Bool { self != .fanout && self != .notification }
    }

    package var id: MessageID
    package var kind: Kind
    /// `nil` for a message that did not go by way of a broker.
    package var amqp: Optional<AMQPTransport>
    /// `_unique_id`.
    package var uniqueID: String?
    /// `_msg_id`: joins a call's request and its reply.
    package var messageID: String?
    /// The RPC method as on the wire, e.g. `object_action`; of a reply, its request's.
    package var method: String?
    /// The remote object method that `object_action` and its kin carry, e.g. `Instance.save`.
    package var objectMethod: String?
    package var namespace: String?
    package var version: String?
    package var eventType: String?
    /// Notification priority in upper case, e.g. `ERROR`.
    package var priority: String?
    /// Notification publisher, e.g. `compute.compute1`.
    package var publisherID: String?
    package var requestID: String?
    package var globalRequestID: String?
    /// Uuids of the instances it is about.
    package var instances: [String] = []
    /// What the first of `instances` is called, e.g. `vm-ok`; in a trace whichever message told it.
    package var instanceName: String?
    /// The states that it sets, for object saves, `instance_update` and update notifications.
    package var stateChange: StateChange? {
        get { rareState?.value }
        set { rareState = newValue.map { InPlace($0) } }
    }
    private var rareState: InPlace<StateChange>?
    /// The events of an `external_instance_event`.
    package var events: [ExternalEvent] = []
    /// What only few messages say; `nil` of most.
    package var facts: MessageFacts?
    /// The sender.
    package var from: ParticipantID?
    /// The connection it was published on.
    package var connection: ConnectionID?
    /// `nil` when only a delivery was seen.
    package var publishedAt: Timestamp?
    package var deliveries: [Delivery] = []
    /// Those to others than it was sent to.
    package var asides: [AsideDelivery] = []
    /// Size of the body.
    package var bytes: Int
    /// Whether the capture does not hold the whole body.
    package var isTruncated = false
    /// Failure carried by a reply.
    package var failure: RemoteFailure? {
        get { rareFailure?.value }
        set { rareFailure = newValue.map { InPlace($0) } }
    }
    private var rareFailure: InPlace<RemoteFailure>?
    /// The first operation it belongs to.
    package var operation: OperationID?
    package var call: CallID?
    /// Traffic that no user's request caused: heartbeats of services, periodic tasks, notifications.
    package var isBackground = false
    /// The packets of the publish, then those of the deliveries.
    package var packets: [PacketReference] = []
    /// The packets in which its receivers acknowledged it.
    package var settlements: [PacketReference] = []
    /// Redacted arguments (`--detail args`) or body (`--detail full`) as JSON text; `nil` unless asked for.
    package var detail: String?

    package init(id: MessageID, kind: Kind, amqp: AMQPTransport?, bytes: Int) {
        self.id = id
        self.kind = kind
        self.amqp = amqp
        self.bytes = bytes
    }

    /// What a person calls it: the object method, the method, the event type, else the kind.
    package var title: String {
        objectMethod ?? method ?? eventType ?? kind.rawValue
    }

    /// When it was first seen: the publish, else the first delivery.
    package var at: Timestamp? { publishedAt ?? deliveries.first?.at ?? asides.first?.delivery.at }

    /// Whether nobody was seen to take it, and it was not given back.
    package var isUntaken: Bool { deliveries.isEmpty && returned == nil }

    /// Whether nobody has it though it was given to somebody, as far as acknowledgements tell: who was given it last
    /// rejected it, or was not seen to acknowledge what was given back before.
    package var isGivenBack: Bool {
        guard let last = deliveries.last, last.rejectedAt != nil || requeues > 0 else { return false }
        return !deliveries.contains { $0.acknowledgedAt != nil }
    }

    /// Whether only `--all` shows it; errors that notifications tell of are part of the story.
    package var isHiddenByDefault: Bool { priority != "ERROR" && (isBackground || kind == .notification) }

    /// When it mattered to who called: a request when it was sent, an answer when it came in.
    package var atCaller: Timestamp? { kind.isAnswer ? deliveries.first?.at ?? publishedAt : at }
}

/// A value: one `basic.deliver` (or `basic.get-ok`) of a message.
package struct Delivery: Sendable {
    /// What the receiver said of it.
    package enum Settlement: Sendable {
        /// For RPC that means taken, not done.
        case acknowledged
        /// Rejected (`basic.reject`, `basic.nack`), to be given out again.
        case requeued
        /// Rejected, and given to nobody else, unless the broker puts it into a dead-letter queue.
        case dropped
    }

    /// The receiver.
    package var to: ParticipantID?
    package var at: Timestamp
    package var redelivered: Bool
    private(set) package var settlement: Settlement?
    private var settledAt: Timestamp?
    /// In a trace one beyond all that are listed where the delivery was on none of them.
    package var connection: ConnectionID

    package init(
        to: ParticipantID? = nil, at: Timestamp, redelivered: Bool, acknowledgedAt: Timestamp? = nil,
        connection: ConnectionID
    ) {
        self.to = to
        self.at = at
        self.redelivered = redelivered
        self.connection = connection
        self.acknowledgedAt = acknowledgedAt
    }

    /// When the receiver acknowledged it.
    package var acknowledgedAt: Timestamp? {
        get { settlement == .acknowledged ? settledAt : nil }
        set { (settlement, settledAt) = (newValue.map { _ in .acknowledged }, newValue) }
    }

    /// When the receiver rejected it.
    package var rejectedAt: Timestamp? { settlement == .acknowledged ? nil : settledAt }

    /// Notes what the receiver said of it, which is not before it had it.
    package mutating func settle(_ settlement: Settlement, at time: Timestamp) {
        (self.settlement, settledAt) = (settlement, max(time, at))
    }
}

/// A value: the exception that a reply carries, redacted.
package struct RemoteFailure: Sendable, Equatable {
    /// E.g. `NoValidHost`, without the `_Remote` suffix.
    package var className: String
    /// E.g. `nova.exception`.
    package var module: String?
    package var message: String

    package init(className: String, module: String?, message: String) {
        self.className = className
        self.module = module
        self.message = message
    }
}
