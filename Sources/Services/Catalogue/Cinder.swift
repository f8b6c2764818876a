extension Service {
    /// cinder `scheduler/rpcapi.py`, `volume/rpcapi.py`, `backup/rpcapi.py`, `volume/volume_utils.py`.
    static let cinder: [Service] = [
        Service(
            name: "cinder-api", publishers: ["volume"],
            sends: [
                "cinder-scheduler": [
                    "create_volume", "retype", "manage_existing", "migrate_volume", "create_group", "get_pools",
                ],
                "cinder-volume": [
                    "attachment_update", "attachment_delete", "initialize_connection", "terminate_connection",
                    "create_snapshot", "delete_snapshot", "manage_existing_snapshot", "get_manageable_volumes",
                    "get_manageable_snapshots", "accept_transfer", "revert_to_snapshot", "failover_host",
                    "freeze_host", "thaw_host",
                ],
                "cinder-backup": ["restore_backup", "delete_backup", "export_record", "import_record"],
            ],
            api: API(ports: [8776], paths: ["/v3/", "/v2/"], mount: "/volume")),
        Service(
            name: "cinder-scheduler", topics: ["cinder-scheduler"],
            sends: ["cinder-volume": ["create_volume", "create_group", "retype", "manage_existing", "migrate_volume"]],
            status: volumes),
        Service(
            name: "cinder-volume", topics: ["cinder-volume"], publishers: ["volume@"], capabilities: "volume",
            status: volumes),
        Service(
            name: "cinder-backup", topics: ["cinder-backup"], publishers: ["backup"],
            sends: ["cinder-volume": ["get_backup_device", "secure_file_operations_enabled"]],
            capabilities: "backup", status: volumes),
    ]

    /// Hosts are names of backends, which no topic tells whole.
    private static let volumes = Status.list("openstack volume service list --service *")
}
