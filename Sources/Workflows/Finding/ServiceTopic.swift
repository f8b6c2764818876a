/// A value: which service listens on a topic, and on which host (nova, neutron and cinder `rpcapi.py`).
///
/// `compute.node1` is nova-compute on node1; hosts may contain dots, so only known topics are split off.
struct ServiceTopic {
    let service: String?
    let host: String?

    private static let services: [(topic: String, service: String)] = [
        ("conductor", "nova-conductor"), ("scheduler", "nova-scheduler"), ("compute-alt", "nova-compute"),
        ("compute", "nova-compute"), ("network", "nova-network"), ("consoleauth", "nova-consoleauth"),
        ("cinder-scheduler", "cinder-scheduler"), ("cinder-volume", "cinder-volume"),
        ("cinder-backup", "cinder-backup"), ("q-plugin", "neutron-server"), ("q-l3-plugin", "neutron-server"),
        ("q-reports-plugin", "neutron-server"), ("dhcp_agent", "neutron-dhcp-agent"), ("l3_agent", "neutron-l3-agent"),
    ]

    init(_ routingKey: String) {
        for (topic, service) in Self.services {
            if routingKey == topic {
                (self.service, host) = (service, nil)
                return
            }
            if routingKey.hasPrefix(topic + ".") {
                (self.service, host) = (service, String(routingKey.dropFirst(topic.count + 1)))
                return
            }
        }
        (service, host) = (nil, nil)
    }
}
