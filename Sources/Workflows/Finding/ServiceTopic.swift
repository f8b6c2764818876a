/// A value: which service listens on a topic, and on which host (`rpcapi.py` and `topics.py` of each project).
///
/// `compute.node1` is nova-compute on node1; hosts may contain dots, so only known topics are split off. A topic that is
/// not here may be anybody's: who was seen to take from it tells more.
struct ServiceTopic {
    let service: String?
    let host: String?

    private static let services: [(topic: String, service: String)] = [
        ("conductor", "nova-conductor"), ("scheduler", "nova-scheduler"), ("compute-alt", "nova-compute"),
        ("compute", "nova-compute"), ("network", "nova-network"), ("consoleauth", "nova-consoleauth"),
        ("cells", "nova-cells"), ("cert", "nova-cert"),

        ("cinder-scheduler", "cinder-scheduler"), ("cinder-volume", "cinder-volume"),
        ("cinder-backup", "cinder-backup"),

        ("q-plugin", "neutron-server"), ("q-l3-plugin", "neutron-server"), ("q-reports-plugin", "neutron-server"),
        ("q-metering-plugin", "neutron-server"), ("q-server-resource-versions", "neutron-server"),
        ("dhcp_agent", "neutron-dhcp-agent"), ("l3_agent", "neutron-l3-agent"),
        ("metering_agent", "neutron-metering-agent"), ("bgp_dragent", "neutron-bgp-dragent"),

        ("engine", "heat-engine"), ("engine_worker", "heat-engine"), ("heat-engine-listener", "heat-engine"),
        ("ironic.conductor_manager", "ironic-conductor"),
        ("manila-scheduler", "manila-scheduler"), ("manila-share", "manila-share"), ("manila-data", "manila-data"),
        ("octavia_provisioning_v2", "octavia-worker"), ("octavia_provisioning", "octavia-worker"),
        ("magnum-conductor", "magnum-conductor"),
        ("central", "designate-central"), ("mdns", "designate-mdns"),
        ("mistral_engine", "mistral-engine"), ("mistral_executor", "mistral-executor"),
        ("trove-taskmanager", "trove-taskmanager"), ("trove-conductor", "trove-conductor"),
        ("barbican.workers", "barbican-worker"), ("sahara-ops", "sahara-engine"),
        ("senlin-engine", "senlin-engine"), ("senlin-conductor", "senlin-conductor"),
    ]

    init(_ routingKey: String) {
        for (topic, service) in Self.services {
            if routingKey == topic {
                (self.service, host) = (service, nil)
                return
            }
            if routingKey.hasPrefix(topic + ".") {
                self.service = service
                host = Self.host(in: String(routingKey.dropFirst(topic.count + 1)), of: service)
                return
            }
        }
        (service, host) = (nil, nil)
    }

    /// Cinder and manila name a backend, and since Queens the host behind it once more: `ctl1@ceph.ctl1` is `ctl1@ceph`
    /// (cinder `volume/rpcapi.py`, `_get_cctxt`).
    private static func host(in rest: String, of service: String) -> String {
        guard service == "cinder-volume" || service == "manila-share", let at = rest.firstIndex(of: "@") else {
            return rest
        }
        return String(rest[..<at]) + rest[at...].prefix { $0 != "." && $0 != "#" }
    }
}
