import Bytes

extension OsloDecoder {
    /// Which service on which host the sender of a request is, where its own arguments say so.
    ///
    /// Only what a service says of itself counts: the host of an instance or of a migration may be another's.
    mutating func hostHints(_ text: RawSpan, method: String, objectMethod: String?) -> [HostHint] {
        let slots = fields.argument
        var hint: HostHint?
        switch method {
        case "object_action", "object_class_action", "object_class_action_versions":
            hint = objectHint(text, objectMethod)
        case "update_instance_info", "delete_instance_info", "sync_instance_info":
            hint = self.hint("nova-compute", slots.hostName, text)
        case "report_state":
            if let binary = reader.name(slots.agentBinary, text) { hint = self.hint(binary, slots.agentHost, text) }
        case "update_service_capabilities", "notify_service_capabilities":
            hint = capabilitiesHint(text)
        case "service_update":
            hint = fields.findings.objects.first { $0.role == .service }.flatMap { serviceHint($0, text) }
        case "get_active_networks_info", "get_network_info", "create_dhcp_port", "update_dhcp_port",
            "release_dhcp_port", "get_dhcp_port", "dhcp_ready_on_ports":
            hint = self.hint("neutron-dhcp-agent", slots.host, text)
        case "sync_routers", "get_router_ids", "update_ha_routers_states", "update_floatingip_statuses",
            "update_all_ha_network_port_statuses", "get_agent_gateway_port":
            hint = self.hint("neutron-l3-agent", slots.host, text)
        default:
            hint = agentHint(text)
        }
        return hint.map { [$0] } ?? []
    }

    private mutating func hint(_ service: String, _ host: JSONSlot, _ text: RawSpan) -> HostHint? {
        guard let host = reader.name(host, text), !host.isEmpty, !service.isEmpty else { return nil }
        return HostHint(service: service, host: host)
    }

    private mutating func serviceHint(_ object: VisitedObject, _ text: RawSpan) -> HostHint? {
        guard let binary = reader.name(object.fields.binary, text) else { return nil }
        return hint(binary, object.fields.host, text)
    }

    /// Only nova-compute sends its objects' methods to the conductor (nova cmd/compute.py, `indirection_api`).
    private mutating func objectHint(_ text: RawSpan, _ objectMethod: String?) -> HostHint? {
        let object = fields.findings.objects.first { $0.role == .objectInstance }
        switch objectMethod {
        case "Service.save":
            return object.flatMap { serviceHint($0, text) }
        case "ComputeNode.save", "ComputeNode.create":
            return object.flatMap { hint("nova-compute", $0.fields.host, text) }
        case "InstanceActionEvent.event_start":
            return hint("nova-compute", fields.argument.keywordHost, text)
        case "InstanceList.get_by_host", "InstanceList.get_by_host_and_node", "ComputeNodeList.get_all_by_host":
            return classArgument(0).flatMap { hint("nova-compute", $0, text) }
        case "Service.get_by_host_and_binary":
            guard let host = classArgument(0), let binary = classArgument(1).flatMap({ reader.name($0, text) })
            else { return nil }
            return hint(binary, host, text)
        default:
            return nil
        }
    }

    private func classArgument(_ index: Int) -> JSONSlot? {
        fields.findings.texts.lazy.filter { $0.role == .classArgument }.dropFirst(index).first?.slot
    }

    /// nova's services up to Icehouse say `compute` and a host, cinder's `volume` and `host@backend`.
    private mutating func capabilitiesHint(_ text: RawSpan) -> HostHint? {
        let slots = fields.argument
        guard let name = reader.name(slots.serviceName, text),
            let host = reader.name(slots.host, text) ?? reader.name(slots.backend, text), !host.isEmpty
        else { return nil }
        switch name {
        case "volume", "backup": return HostHint(service: "cinder-\(name)", host: host)
        case "compute", "network": return HostHint(service: "nova-\(name)", host: host)
        default: return HostHint(service: name, host: host)
        }
    }

    /// neutron's layer-2 agents give their host beside an id that is made of their kind and a host or address.
    private mutating func agentHint(_ text: RawSpan) -> HostHint? {
        guard let agent = reader.name(fields.argument.agentID, text) else { return nil }
        let service: String? =
            if agent.hasPrefix("ovs-agent-") {
                "neutron-openvswitch-agent"
            } else if agent.hasPrefix("nic-switch-agent") {
                "neutron-sriov-nic-agent"
            } else if agent.hasPrefix("lb") {
                "neutron-linuxbridge-agent"
            } else if agent.hasPrefix("macvtap") {
                "neutron-macvtap-agent"
            } else {
                nil
            }
        guard let service else { return nil }
        if let hint = hint(service, fields.argument.host, text) { return hint }
        guard agent.hasPrefix("ovs-agent-") else { return nil }
        return HostHint(service: service, host: String(agent.dropFirst("ovs-agent-".count)))
    }
}
