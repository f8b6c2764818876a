package import Trace

/// A value: an event that a service told to whom it may concern.
package struct Notification: Sendable {
    /// E.g. `compute.instance.update`, or `instance.update` where versioned.
    package var eventType: String
    /// Upper case, e.g. `ERROR`.
    package var priority: String?
    /// `compute.<host>`, or `nova-compute:<host>` where versioned.
    package var publisherID: String?
    /// `message_id`.
    package var messageID: String?
    package var uniqueID: String?
    /// As on the wire, `YYYY-MM-DD HH:MM:SS.ffffff` in UTC.
    package var timestamp: String?
    package var context = RequestContext()
    /// Uuids of the instances it is about, each once.
    package var instances: [String] = []
    package var instanceName: String?
    /// The names of the instances after the first, as far as it holds them.
    package var otherNames: [InstanceName] = []
    /// Of `*.update` and `*.end` events; states that did not change are filled with the present ones by nova.
    package var stateChange: StateChange?
    /// The host the instance is on; the publisher may be another.
    package var payloadHost: String?
    /// Uuids of neutron ports it is about, each once.
    package var portIDs: [String] = []
    /// Of events of priority `ERROR`, as far as they say it.
    package var fault: ReportedFault?
    /// Redacted JSON of the payload or of the whole message; `nil` unless details are asked for.
    package var detail: String?

    package init(eventType: String) { self.eventType = eventType }

    /// Whether it tells of a save of an instance, whoever made it.
    package var isStateUpdate: Bool { eventType == "compute.instance.update" || eventType == "instance.update" }
}
