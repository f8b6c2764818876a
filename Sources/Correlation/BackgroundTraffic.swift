import OpenStack

/// What services say to each other without anybody's request: liveness, capabilities, periodic inventories.
///
/// Told by method, never by rate. Notifications are background as well, errors aside: they tell
/// listeners what the RPC messages beside them already show.
package enum BackgroundTraffic {
    private static let methods: Set = [
        "report_state", "update_service_capabilities", "notify_service_capabilities", "publish_service_capabilities",
        "sync_instance_info", "get_active_networks_info", "report_agent_resource_versions", "oslo_rpc_server_ping",
        "update_all_instance_info", "get_ports_by_vnic_type_and_host", "update_ha_routers_states", "sync_routers",
        "get_router_ids", "get_service_plugin_list",
    ]
    private static let objectMethods: Set = ["Service.save", "ComputeNode.save"]

    /// Whether the request is background traffic by itself; within a user's operation it is not drawn either.
    package static func contains(_ request: RPCRequest) -> Bool {
        if let objectMethod = request.objectMethod { return objectMethods.contains(objectMethod) }
        return methods.contains(request.method)
    }
}
