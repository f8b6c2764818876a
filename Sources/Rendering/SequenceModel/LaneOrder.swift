/// The order in which services stand side by side: that of a boot, then by name.
enum LaneOrder {
    /// A service and the topics it serves, so that a queue nobody reads stands where its service would.
    private static let workflow: [(service: String, topics: [String])] = [
        ("client", []),
        ("nova-api", []),
        ("nova-conductor", ["conductor"]),
        ("nova-scheduler", ["scheduler"]),
        ("nova-cells", ["cells"]),
        ("nova-compute", ["compute", "compute-alt"]),
        ("nova-network", ["network"]),
        ("nova-consoleauth", ["consoleauth"]),
        ("neutron-server", ["q-plugin", "q-l3-plugin", "q-reports-plugin", "q-server-resource-versions"]),
        ("neutron-rpc-server", []),
        ("neutron-openvswitch-agent", ["q-agent-notifier"]),
        ("neutron-linuxbridge-agent", []),
        ("neutron-dhcp-agent", ["dhcp_agent"]),
        ("neutron-l3-agent", ["l3_agent"]),
        ("neutron-metadata-agent", []),
        ("cinder-api", []),
        ("cinder-scheduler", ["cinder-scheduler"]),
        ("cinder-volume", ["cinder-volume"]),
        ("cinder-backup", ["cinder-backup"]),
        ("glance-api", []),
        ("keystone", []),
        ("ceilometer", []),
    ]

    /// A service's place; a service that is not in the table stands behind its family, an unknown name last.
    static func rank(service: String) -> Int {
        if let exact = workflow.firstIndex(where: { $0.service == service }) { return exact * 2 }
        let family = service.split(separator: "-").first.map { $0 + "-" } ?? ""
        if let last = workflow.lastIndex(where: { $0.service.hasPrefix(family) }), service.contains("-") {
            return last * 2 + 1
        }
        return unknown
    }

    /// The place of the service that would read a topic, e.g. `compute.compute1`.
    static func rank(topic: String) -> Int {
        let place = workflow.firstIndex { row in
            row.topics.contains { topic == $0 || topic.hasPrefix($0 + ".") }
        }
        return place.map { $0 * 2 } ?? unknown
    }

    static let unknown = workflow.count * 2
}
