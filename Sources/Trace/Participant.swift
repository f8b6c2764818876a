/// A value: a service process, or a host of one.
package struct Participant: Sendable, Identifiable, Equatable {
    package var id: ParticipantID
    /// E.g. `nova-compute`; `nil` where nothing on the wire told it.
    package var service: String?
    /// The host it serves, where topics or notifications told it, e.g. `compute1`.
    package var host: String?
    package var pid: Int?
    /// The virtual host that it serves, where others of its name serve another one.
    package var virtualHost: String?
    /// What stands on its lane: `service@host` for services that run on many hosts, the service, else the address.
    package var label: String
    /// How the name was learned, strongest first, e.g. `consumes compute.compute1`.
    package var learnedFrom: [String]

    package init(
        id: ParticipantID, service: String? = nil, host: String? = nil, pid: Int? = nil, label: String,
        learnedFrom: [String] = []
    ) {
        self.id = id
        self.service = service
        self.host = host
        self.pid = pid
        self.label = label
        self.learnedFrom = learnedFrom
    }
}
