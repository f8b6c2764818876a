/// Which service alone sends a method (nova `compute/rpcapi.py`, `conductor/rpcapi.py`, `scheduler/rpcapi.py`; neutron
/// `api/rpc`; cinder `volume/manager.py`).
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
        switch TopicTable.serving(topic)?.topic ?? TopicTable.serving(exchange)?.topic {
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
        case "cinder-scheduler":
            return ["create_volume", "retype", "manage_existing"].contains(method) ? "cinder-api" : nil
        case "cinder-volume":
            return ["attachment_update", "attachment_delete", "initialize_connection", "terminate_connection"]
                .contains(method) ? "cinder-api" : nil
        case "dhcp_agent", "l3_agent":
            return "neutron-server"
        default:
            return nil
        }
    }

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
