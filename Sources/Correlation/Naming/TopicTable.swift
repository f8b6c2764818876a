/// Which service serves a topic (the services' `rpcapi`, `topics` and `api` modules).
package enum TopicTable {
    /// Longest prefixes win; what follows a `.` is the server, which may hold dots, `@` and `#`.
    static let services: [(topic: String, service: String)] = [
        ("conductor", "nova-conductor"),
        ("scheduler", "nova-scheduler"),
        ("compute", "nova-compute"),
        ("compute-alt", "nova-compute"),
        ("network", "nova-network"),
        ("consoleauth", "nova-consoleauth"),
        ("cert", "nova-cert"),
        ("cells", "nova-cells"),
        ("cinder-scheduler", "cinder-scheduler"),
        ("cinder-volume", "cinder-volume"),
        ("cinder-backup", "cinder-backup"),
        ("q-plugin", "neutron-server"),
        ("q-l3-plugin", "neutron-server"),
        ("q-reports-plugin", "neutron-server"),
        ("q-server-resource-versions", "neutron-server"),
        ("q-metering-plugin", "neutron-server"),
        ("dhcp_agent", "neutron-dhcp-agent"),
        ("l3_agent", "neutron-l3-agent"),
        ("metering_agent", "neutron-metering-agent"),
        ("bgp_dragent", "neutron-bgp-dragent"),
        ("engine", "heat-engine"),
        ("engine_worker", "heat-engine"),
        ("heat-engine-listener", "heat-engine"),
        ("ironic.conductor_manager", "ironic-conductor"),
        ("manila-scheduler", "manila-scheduler"),
        ("manila-share", "manila-share"),
        ("manila-data", "manila-data"),
        ("octavia_provisioning_v2", "octavia-worker"),
        ("octavia_provisioning", "octavia-worker"),
        ("magnum-conductor", "magnum-conductor"),
        ("mistral_engine", "mistral-engine"),
        ("mistral_executor", "mistral-executor"),
        ("trove-taskmanager", "trove-taskmanager"),
        ("trove-conductor", "trove-conductor"),
        ("senlin-engine", "senlin-engine"),
        ("senlin-conductor", "senlin-conductor"),
        ("central", "designate-central"),
    ]

    private static let byLength = services.sorted { $0.topic.utf8.count > $1.topic.utf8.count }

    /// The service and server behind a routing key, an exchange or a queue name; `nil` for topics that are not known.
    ///
    /// `compute.node1.example.org` is server `node1.example.org` of `nova-compute`; `compute_fanout_<uuid>` and the
    /// exchange `compute_fanout` are the topic `compute`.
    package static func serving(_ name: String) -> (service: String, topic: String, server: String?)? {
        guard !name.isEmpty else { return nil }
        var name = Substring(name)
        if let fanout = name.firstRange(of: "_fanout") {
            name = name[..<fanout.lowerBound]
        }
        for (topic, service) in byLength where name.hasPrefix(topic) {
            let rest = name.dropFirst(topic.count)
            if rest.isEmpty { return (service, topic, nil) }
            guard rest.first == "." else { continue }
            return (service, topic, server(in: String(rest.dropFirst()), of: service))
        }
        return nil
    }

    /// Cinder's server part is `host@backend.host` (`cinder/volume/rpcapi.py`, `_get_cctxt`); the backend names it.
    private static func server(in rest: String, of service: String) -> String {
        guard service == "cinder-volume" || service == "manila-share", let at = rest.firstIndex(of: "@") else {
            return rest
        }
        let backend = rest[at...].prefix { $0 != "." && $0 != "#" }
        return String(rest[..<at]) + backend
    }
}
