extension Service {
    /// nova `compute/rpcapi.py`, `conductor/rpcapi.py`, `scheduler/rpcapi.py`, `notifications/objects/base.py`.
    static let nova: [Service] = [
        Service(
            name: "nova-api",
            programs: [
                "nova-api-os-compute", "nova-osapi_compute", "nova-api-metadata", "nova-metadata", "nova-metadata-api",
            ], publishers: ["api"],
            sends: [
                "nova-conductor": [
                    "schedule_and_build_instances", "live_migrate_instance", "rebuild_instance", "unshelve_instance",
                    "cache_images", "confirm_snapshot_based_resize", "revert_snapshot_based_resize",
                ],
                "nova-compute": [
                    "external_instance_event", "terminate_instance", "soft_delete_instance", "restore_instance",
                    "stop_instance", "start_instance", "reboot_instance", "pause_instance", "unpause_instance",
                    "suspend_instance", "resume_instance", "rescue_instance", "unrescue_instance", "confirm_resize",
                    "revert_resize", "snapshot_instance", "backup_instance", "shelve_instance", "attach_interface",
                    "detach_interface", "detach_volume", "extend_volume", "get_vnc_console", "get_spice_console",
                    "get_serial_console", "get_mks_console", "get_console_output", "set_admin_password",
                    "change_instance_metadata", "reset_network", "inject_network_info", "quiesce_instance",
                    "unquiesce_instance", "trigger_crash_dump", "get_diagnostics", "get_instance_diagnostics",
                ],
            ],
            api: API(ports: [8774, 8775], paths: ["/v2.1/", "/v2/", "/openstack/", "/latest/"], mount: "/compute")),
        Service(
            name: "nova-conductor", topics: ["conductor"], publishers: ["conductor"],
            sends: [
                "nova-scheduler": ["select_destinations"],
                "nova-compute": [
                    "build_and_run_instance", "prep_resize", "live_migration", "check_can_live_migrate_destination",
                    "unshelve_instance", "rebuild_instance", "cache_images",
                ],
            ], status: computes),
        Service(name: "nova-scheduler", topics: ["scheduler"], publishers: ["scheduler"], status: computes),
        Service(name: "nova-cells", topics: ["cells"]),
        // Only a compute sends its objects' methods to the conductor (nova cmd/compute.py, `indirection_api`).
        Service(
            name: "nova-compute", topics: ["compute", "compute-alt"], publishers: ["compute"],
            sharedEvents: ["compute.instance.update", "instance.update"],
            sends: [
                "nova-conductor": [
                    "object_action", "object_class_action", "object_class_action_versions", "object_backport",
                    "object_backport_versions", "instance_update", "instance_get_by_uuid",
                ],
                "nova-scheduler": ["update_instance_info", "delete_instance_info", "sync_instance_info"],
                "nova-compute": [
                    "resize_instance", "finish_resize", "finish_revert_resize", "check_can_live_migrate_source",
                    "pre_live_migration", "post_live_migration_at_destination", "drop_move_claim_at_destination",
                    "rollback_live_migration_at_destination", "remove_volume_connection",
                ],
            ],
            tellsHost: [
                .hostName: ["update_instance_info", "delete_instance_info", "sync_instance_info"],
                .object: ["ComputeNode.save", "ComputeNode.create"],
                .keyword: ["InstanceActionEvent.event_start"],
                .first: [
                    "InstanceList.get_by_host", "InstanceList.get_by_host_and_node", "ComputeNodeList.get_all_by_host",
                ],
            ],
            background: ["sync_instance_info", "update_all_instance_info", "ComputeNode.save"],
            capabilities: "compute", status: computes),
        Service(name: "nova-network", topics: ["network"], capabilities: "network"),
        Service(name: "nova-consoleauth", topics: ["consoleauth"]),
        Service(name: "nova-cert", topics: ["cert"]),
    ]

    private static let computes = Status.listOfHost("openstack compute service list --service *")
}
