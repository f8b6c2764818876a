import Services

/// Which service alone sends a method (nova `compute/rpcapi.py`, `conductor/rpcapi.py`, `scheduler/rpcapi.py`; neutron
/// `api/rpc`; cinder, manila and octavia `…/rpcapi.py`; heat `engine/worker.py`; ironic `conductor/rpcapi.py`; magnum
/// `conductor/api.py`; designate `central/rpcapi.py`).
///
/// An API under uWSGI or mod_wsgi has no telling `connection_name`; what it sends names it.
package enum SenderTable {
    /// The sender of `method` to `topic`, `nil` where several services send it.
    package static func sender(of method: String, topic: String, exchange: String) -> String? {
        if topic.hasPrefix("neutron-vo-") || exchange.hasPrefix("neutron-vo-") {
            return method == "push" ? "neutron-server" : nil
        }
        if topic.hasPrefix("q-agent-notifier-") || exchange.hasPrefix("q-agent-notifier-") {
            return agentFanouts.contains(method) ? nil : "neutron-server"
        }
        switch ServiceTopic(topic).topic ?? ServiceTopic(exchange).topic {
        case "conductor":
            if objectMethods.contains(method) || conductorFromCompute.contains(method) { return "nova-compute" }
            return conductorFromAPI.contains(method) ? "nova-api" : nil
        case "scheduler":
            if schedulerFromCompute.contains(method) { return "nova-compute" }
            return method == "select_destinations" ? "nova-conductor" : nil
        case "compute", "compute-alt":
            if computeFromConductor.contains(method) { return "nova-conductor" }
            if computeFromCompute.contains(method) { return "nova-compute" }
            return computeFromAPI.contains(method) ? "nova-api" : nil
        case "dhcp_agent", "l3_agent":
            return "neutron-server"
        case let topic?:
            return others[topic]?.first { $0.methods.contains(method) }?.sender
        case nil:
            return nil
        }
    }

    /// By topic, since methods of one name are sent by one service to another: `create_volume` by cinder-api to the
    /// scheduler, by the scheduler to a volume service.
    private static let others: [String: [(sender: String, methods: Set<String>)]] = [
        "cinder-scheduler": [
            (
                "cinder-api",
                ["create_volume", "retype", "manage_existing", "migrate_volume", "create_group", "get_pools"]
            )
        ],
        "cinder-volume": [
            (
                "cinder-api",
                [
                    "attachment_update", "attachment_delete", "initialize_connection", "terminate_connection",
                    "create_snapshot", "delete_snapshot", "manage_existing_snapshot", "get_manageable_volumes",
                    "get_manageable_snapshots", "accept_transfer", "revert_to_snapshot", "failover_host",
                    "freeze_host", "thaw_host",
                ]
            ),
            ("cinder-scheduler", ["create_volume", "create_group", "retype", "manage_existing", "migrate_volume"]),
            ("cinder-backup", ["get_backup_device", "secure_file_operations_enabled"]),
        ],
        "cinder-backup": [("cinder-api", ["restore_backup", "delete_backup", "export_record", "import_record"])],
        "q-plugin": [
            (
                "neutron-dhcp-agent",
                ["get_active_networks_info", "dhcp_ready_on_ports", "create_dhcp_port", "release_dhcp_port"]
            )
        ],
        "manila-scheduler": [("manila-api", ["create_share_instance", "create_share_replica", "create_share_group"])],
        "manila-share": [
            ("manila-api", ["delete_share_instance", "create_snapshot", "extend_share", "shrink_share"]),
            ("manila-scheduler", ["create_share_instance", "create_share_replica", "create_share_group"]),
        ],
        "engine_worker": [("heat-engine", ["check_resource"])],
        "ironic.conductor_manager": [
            (
                "ironic-api",
                [
                    "create_node", "update_node", "destroy_node", "change_node_power_state", "do_node_deploy",
                    "do_node_tear_down", "do_provisioning_action", "set_console_mode", "heartbeat",
                ]
            )
        ],
        "octavia_provisioning_v2": [
            (
                "octavia-api",
                [
                    "create_load_balancer", "update_load_balancer", "delete_load_balancer", "create_listener",
                    "update_listener", "delete_listener", "create_pool", "update_pool", "delete_pool",
                    "create_member", "delete_member", "batch_update_members", "create_health_monitor",
                    "delete_health_monitor",
                ]
            )
        ],
        "magnum-conductor": [("magnum-api", ["cluster_create", "cluster_update", "cluster_delete"])],
        "central": [("designate-api", ["create_zone", "update_zone", "delete_zone"])],
    ]

    private static let objectMethods: Set = [
        "object_action", "object_class_action", "object_class_action_versions", "object_backport",
        "object_backport_versions",
    ]
    private static let conductorFromCompute: Set = ["instance_update", "instance_get_by_uuid"]
    private static let conductorFromAPI: Set = [
        "schedule_and_build_instances", "live_migrate_instance", "rebuild_instance", "unshelve_instance",
        "cache_images", "confirm_snapshot_based_resize", "revert_snapshot_based_resize",
    ]
    private static let schedulerFromCompute: Set = [
        "update_instance_info", "delete_instance_info", "sync_instance_info",
    ]
    private static let computeFromConductor: Set = [
        "build_and_run_instance", "prep_resize", "live_migration", "check_can_live_migrate_destination",
        "unshelve_instance", "rebuild_instance", "cache_images",
    ]
    private static let computeFromCompute: Set = [
        "resize_instance", "finish_resize", "finish_revert_resize", "check_can_live_migrate_source",
        "pre_live_migration", "post_live_migration_at_destination", "rollback_live_migration_at_destination",
        "remove_volume_connection", "drop_move_claim_at_destination",
    ]
    private static let computeFromAPI: Set = [
        "external_instance_event", "terminate_instance", "soft_delete_instance", "restore_instance", "stop_instance",
        "start_instance", "reboot_instance", "pause_instance", "unpause_instance", "suspend_instance",
        "resume_instance", "rescue_instance", "unrescue_instance", "confirm_resize", "revert_resize",
        "snapshot_instance", "backup_instance", "shelve_instance", "attach_interface", "detach_interface",
        "detach_volume", "extend_volume", "get_vnc_console", "get_spice_console", "get_serial_console",
        "get_mks_console", "get_console_output", "set_admin_password", "change_instance_metadata", "reset_network",
        "inject_network_info", "quiesce_instance", "unquiesce_instance", "trigger_crash_dump", "get_diagnostics",
        "get_instance_diagnostics",
    ]
    /// Agents tell each other about tunnels and forwarding entries on the same kind of topic.
    private static let agentFanouts: Set = [
        "tunnel_update", "tunnel_delete", "add_fdb_entries", "remove_fdb_entries", "update_fdb_entries",
    ]
}
