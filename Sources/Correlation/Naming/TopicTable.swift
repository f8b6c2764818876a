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
        ("mdns", "designate-mdns"),
        ("barbican.workers", "barbican-worker"),
        ("sahara-ops", "sahara-engine"),
    ]

    /// The service and server behind a routing key, an exchange or a queue name; `nil` for topics that are not known.
    ///
    /// `compute.node1.example.org` is server `node1.example.org` of `nova-compute`; `compute_fanout_<uuid>` and the
    /// exchange `compute_fanout` are the topic `compute`.
    package static func serving(_ name: String) -> (service: String, topic: String, server: String?)? {
        var name = name
        let found = name.withUTF8 { name -> (place: Int, server: Range<Int>?)? in
            guard let first = name.first else { return nil }
            let end = start(of: fanout, in: name) ?? name.count
            for prefix in prefixes[Int(first)] where prefix.bytes.count <= end && begins(name, with: prefix.bytes) {
                let length = prefix.bytes.count
                if length == end { return (prefix.place, nil) }
                if name[length] == UInt8(ascii: ".") { return (prefix.place, length + 1..<end) }
            }
            return nil
        }
        guard let found else { return nil }
        let (topic, service) = services[found.place]
        let rest = found.server.map { server in name.withUTF8 { String(decoding: $0[server], as: UTF8.self) } }
        return (service, topic, rest.map { server(in: $0, of: service) })
    }

    private static let fanout = Array("_fanout".utf8)

    /// The topics by their first byte, the longest first.
    private static let prefixes: [[(bytes: [UInt8], place: Int)]] = {
        let all = services.enumerated().map { (bytes: Array($1.topic.utf8), place: $0) }
            .sorted { $0.bytes.count > $1.bytes.count }
        return (0...255).map { first in all.filter { $0.bytes[0] == first } }
    }()

    private static func start(of part: [UInt8], in name: UnsafeBufferPointer<UInt8>) -> Int? {
        guard name.count >= part.count else { return nil }
        return (0...name.count - part.count).first {
            name[$0] == part[0] && begins(UnsafeBufferPointer(rebasing: name[$0...]), with: part)
        }
    }

    private static func begins(_ name: UnsafeBufferPointer<UInt8>, with prefix: [UInt8]) -> Bool {
        prefix.indices.allSatisfy { name[$0] == prefix[$0] }
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
