extension Service {
    /// What stands beside a boot: images, identities, resources, metering.
    static let besideBoots: [Service] = [
        Service(name: "glance-api", publishers: ["image"], api: API(ports: [9292], paths: ["/v2/"], mount: "/image")),
        Service(
            name: "keystone", publishers: ["identity"], api: API(ports: [5000], paths: ["/v3"], mount: "/identity")),
        Service(
            name: "placement-api", isOnBus: false,
            api: API(
                ports: [8778, 8780],
                paths: [
                    "/allocation_candidates", "/allocations", "/resource_providers", "/resource_classes", "/traits",
                ], mount: "/placement")),
        Service(name: "ceilometer-agent-notification"),
        Service(name: "ceilometer-polling"),
    ]

    /// By name: heat `engine/worker.py`; ironic, manila and octavia `…/rpcapi.py`; magnum `conductor/api.py`; designate
    /// `central/rpcapi.py`; barbican `queue/__init__.py`; sahara `service/ops.py`.
    static let others: [Service] = [
        Service(name: "aodh-api"),
        Service(name: "barbican-api"),
        Service(name: "barbican-worker", topics: ["barbican.workers"]),
        Service(name: "blazar-manager"),
        Service(name: "cyborg-api", api: API(ports: [6666], paths: ["/v2/"])),
        Service(
            name: "designate-api", sends: ["designate-central": ["create_zone", "update_zone", "delete_zone"]],
            status: zones),
        Service(name: "designate-central", topics: ["central"], status: zones),
        Service(name: "designate-mdns", topics: ["mdns"], status: zones),
        Service(name: "designate-producer", status: zones),
        Service(name: "designate-sink", status: zones),
        Service(name: "designate-worker", status: zones),
        Service(name: "heat-api"),
        Service(name: "heat-api-cfn"),
        Service(
            name: "heat-engine", topics: ["engine", "engine_worker", "heat-engine-listener"],
            sends: ["heat-engine": ["check_resource"]], status: .list("openstack orchestration service list")),
        Service(
            name: "ironic-api",
            sends: [
                "ironic-conductor": [
                    "create_node", "update_node", "destroy_node", "change_node_power_state", "do_node_deploy",
                    "do_node_tear_down", "do_provisioning_action", "set_console_mode", "heartbeat",
                ]
            ]),
        Service(
            name: "ironic-conductor", topics: ["ironic.conductor_manager"],
            status: .list("openstack baremetal conductor list")),
        Service(
            name: "magnum-api", sends: ["magnum-conductor": ["cluster_create", "cluster_update", "cluster_delete"]]),
        Service(
            name: "magnum-conductor", topics: ["magnum-conductor"], status: .list("openstack coe service list")),
        Service(
            name: "manila-api",
            sends: [
                "manila-scheduler": ["create_share_instance", "create_share_replica", "create_share_group"],
                "manila-share": ["delete_share_instance", "create_snapshot", "extend_share", "shrink_share"],
            ], status: shares),
        Service(name: "manila-data", topics: ["manila-data"], status: shares),
        Service(
            name: "manila-scheduler", topics: ["manila-scheduler"],
            sends: ["manila-share": ["create_share_instance", "create_share_replica", "create_share_group"]],
            status: shares),
        Service(name: "manila-share", topics: ["manila-share"], capabilities: "share", status: shares),
        Service(name: "masakari-engine"),
        Service(name: "mistral-engine", topics: ["mistral_engine"]),
        Service(name: "mistral-executor", topics: ["mistral_executor"]),
        Service(name: "murano-engine"),
        Service(
            name: "octavia-api",
            sends: [
                "octavia-worker": [
                    "create_load_balancer", "update_load_balancer", "delete_load_balancer", "create_listener",
                    "update_listener", "delete_listener", "create_pool", "update_pool", "delete_pool",
                    "create_member", "delete_member", "batch_update_members", "create_health_monitor",
                    "delete_health_monitor",
                ]
            ]),
        Service(name: "octavia-worker", topics: ["octavia_provisioning_v2", "octavia_provisioning"]),
        Service(name: "sahara-engine", topics: ["sahara-ops"]),
        Service(name: "senlin-conductor", topics: ["senlin-conductor"]),
        Service(name: "senlin-engine", topics: ["senlin-engine"]),
        Service(name: "trove-conductor", topics: ["trove-conductor"]),
        Service(name: "trove-taskmanager", topics: ["trove-taskmanager"]),
        Service(name: "watcher-decision-engine"),
        Service(name: "zaqar-server"),
    ]

    private static let shares = Status.list("openstack share service list --binary *")
    private static let zones = Status.list("openstack dns service list")
}
