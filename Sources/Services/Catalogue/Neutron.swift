extension Service {
    /// neutron `api/rpc`, `agent/rpc.py`, neutron-lib `agent/topics.py`.
    static let neutron: [Service] = [
        Service(
            name: "neutron-server", programs: ["neutron-rpc-server", "neutron-periodic-workers"],
            topics: ["q-plugin", "q-l3-plugin", "q-reports-plugin", "q-server-resource-versions", "q-metering-plugin"],
            publishers: ["network"],
            sends: [
                "neutron-dhcp-agent": .allBut([]), "neutron-l3-agent": .allBut([]), "neutron-vo-*": ["push"],
                // Agents tell each other about tunnels and forwarding entries on the same kind of topic.
                "q-agent-notifier-*": .allBut([
                    "tunnel_update", "tunnel_delete", "add_fdb_entries", "remove_fdb_entries", "update_fdb_entries",
                ]),
            ],
            api: API(ports: [9696], paths: ["/v2.0/"], mount: "/networking")),
        Service(name: "neutron-openvswitch-agent", agentID: "ovs-agent-", status: agents),
        Service(name: "neutron-linuxbridge-agent", agentID: "lb", status: agents),
        Service(
            name: "neutron-dhcp-agent", topics: ["dhcp_agent"],
            sends: [
                "neutron-server": [
                    "get_active_networks_info", "dhcp_ready_on_ports", "create_dhcp_port", "release_dhcp_port",
                ]
            ],
            tellsHost: [
                .host: [
                    "get_active_networks_info", "get_network_info", "create_dhcp_port", "update_dhcp_port",
                    "release_dhcp_port", "get_dhcp_port", "dhcp_ready_on_ports",
                ]
            ],
            background: ["get_active_networks_info"], status: agents),
        Service(
            name: "neutron-l3-agent", topics: ["l3_agent"],
            tellsHost: [
                .host: [
                    "sync_routers", "get_router_ids", "update_ha_routers_states", "update_floatingip_statuses",
                    "update_all_ha_network_port_statuses", "get_agent_gateway_port",
                ]
            ],
            background: ["sync_routers", "get_router_ids", "update_ha_routers_states", "get_service_plugin_list"],
            status: agents),
        Service(name: "neutron-metadata-agent", status: agents),
        Service(name: "neutron-bgp-dragent", topics: ["bgp_dragent"]),
        Service(name: "neutron-macvtap-agent", agentID: "macvtap", status: agents),
        Service(name: "neutron-metering-agent", topics: ["metering_agent"], status: agents),
        Service(
            name: "neutron-sriov-nic-agent", background: ["get_ports_by_vnic_type_and_host"],
            agentID: "nic-switch-agent", status: agents),
        // Agents of other projects report to neutron, too.
        Service(name: "neutron-*-agent", status: agents),
    ]

    private static let agents = Status.listOfHost("openstack network agent list")
}
