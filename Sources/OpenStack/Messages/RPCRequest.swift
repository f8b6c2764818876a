package import Trace

/// A value: a message that names a method: a call where it has `messageID`, else a cast.
package struct RPCRequest: Sendable {
    package var method: String
    /// E.g. `compute_task`.
    package var namespace: String?
    /// Of the RPC API, e.g. `1.17`.
    package var version: String?
    /// `_msg_id`, of calls only; before Grizzly also the name of the reply's queue.
    package var messageID: String?
    /// `_reply_q`.
    package var replyQueue: String?
    /// `_timeout`: the caller expects a heartbeat twice in this time.
    package var callMonitorTimeout: Nanoseconds?
    /// `_unique_id`: one for each published message.
    package var uniqueID: String?
    package var context = RequestContext()
    /// The remote object method, e.g. `Instance.save`, of `object_action`, `object_class_action` and their kin.
    package var objectMethod: String?
    /// Uuids of the instances it is about, each once.
    package var instances: [String] = []
    /// The display name, else the host name, of the first of `instances`.
    package var instanceName: String?
    /// The names of the instances after the first, as far as it holds them.
    package var otherNames: [InstanceName] = []
    /// What an `Instance.save` or `instance_update` sets.
    package var stateChange: StateChange?
    /// Task states one of which the instance must have for the save to happen; `nil` in it for none.
    package var expectedTaskStates: [String?]?
    /// Which service on which host the sender says it is.
    package var hostHints: [HostHint] = []
    /// Uuids of neutron ports it is about, each once.
    package var portIDs: [String] = []
    /// Those of them that the sender, a layer-2 agent, says are plugged.
    package var upPortIDs: [String] = []
    /// The events of an `external_instance_event`.
    package var events: [ExternalEvent] = []
    /// How often, where and why a build was tried before.
    package var retry: BuildRetry?
    /// Whether a rebuild is to be done on another host, as the instance's own is down.
    package var isEvacuation = false
    /// What went wrong in the sender's work, where that is what it tells.
    package var fault: ReportedFault?
    /// Names of the arguments in the order of the wire; empty unless details are asked for.
    package var argumentNames: [String] = []
    /// Redacted JSON of the arguments or of the whole message; `nil` unless details are asked for.
    package var detail: String?

    package init(method: String) { self.method = method }
}

/// A value: a service and the host it runs on, as its own message says.
package struct HostHint: Sendable, Hashable {
    /// E.g. `nova-compute`, `neutron-openvswitch-agent`.
    package var service: String
    package var host: String

    package init(service: String, host: String) {
        self.service = service
        self.host = host
    }
}
