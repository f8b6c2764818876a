import Bytes
import Services

extension OsloDecoder {
    /// Which service on which host the sender of a request is, where its own arguments say so.
    ///
    /// Only what a service says of itself counts: the host of an instance or of a migration may be another's.
    mutating func hostHints(_ text: RawSpan, method: String, objectMethod: String?) -> [HostHint] {
        let slots = fields.argument
        guard tellsOfSender else { return [] }
        var hint: HostHint?
        switch objectMethod ?? method {
        case "report_state":
            if let binary = reader.name(slots.agentBinary, text) { hint = self.hint(binary, slots.agentHost, text) }
        case "update_service_capabilities", "notify_service_capabilities":
            hint = capabilitiesHint(text)
        case "service_update":
            hint = serviceHint(text, .service)
        case "Service.save":
            hint = serviceHint(text, .objectInstance)
        case "Service.get_by_host_and_binary":
            if let host = classArgument(0), let binary = classArgument(1).flatMap({ reader.name($0, text) }) {
                hint = self.hint(binary, host, text)
            }
        case let method:
            guard let (service, place) = Catalogue.openStack.hostTellers[method] else {
                hint = agentHint(text)
                break
            }
            hint = host(at: place).flatMap { self.hint(service, $0, text) }
        }
        return hint.map { [$0] } ?? []
    }

    /// Whether there is anything at all at one of the places that are looked at: most requests have nothing there.
    private var tellsOfSender: Bool {
        let slots = fields.argument
        return slots.host.isString || slots.hostName.isString || slots.keywordHost.isString || slots.agentID.isString
            || slots.agentBinary.isString || slots.serviceName.isString
            || fields.noted.objects.contains { $0.fields.host.isString || $0.fields.binary.isString }
            || fields.noted.texts.contains { $0.role == .classArgument }
    }

    private func host(at place: Service.HostPlace) -> JSONSlot? {
        switch place {
        case .host: fields.argument.host
        case .hostName: fields.argument.hostName
        case .keyword: fields.argument.keywordHost
        case .first: classArgument(0)
        case .object: fields.noted.objects.first { $0.role == .objectInstance }?.fields.host
        }
    }

    private mutating func hint(_ service: String, _ host: JSONSlot, _ text: RawSpan) -> HostHint? {
        guard let host = reader.name(host, text), !host.isEmpty, !service.isEmpty else { return nil }
        return HostHint(service: service, host: host)
    }

    private mutating func serviceHint(_ text: RawSpan, _ role: NotedRole) -> HostHint? {
        guard let object = fields.noted.objects.first(where: { $0.role == role }),
            let binary = reader.name(object.fields.binary, text)
        else { return nil }
        return hint(binary, object.fields.host, text)
    }

    private func classArgument(_ index: Int) -> JSONSlot? {
        fields.noted.texts.lazy.filter { $0.role == .classArgument }.dropFirst(index).first?.slot
    }

    /// nova's services up to Icehouse say `compute` and a host, cinder's `volume` and `host@backend`.
    private mutating func capabilitiesHint(_ text: RawSpan) -> HostHint? {
        let slots = fields.argument
        guard let name = reader.name(slots.serviceName, text),
            let host = reader.name(slots.host, text) ?? reader.name(slots.backend, text), !host.isEmpty
        else { return nil }
        return HostHint(service: Catalogue.openStack.service(publishing: name) ?? name, host: host)
    }

    /// neutron's layer-2 agents give their host beside an id that is made of their kind and a host or address.
    private mutating func agentHint(_ text: RawSpan) -> HostHint? {
        guard let agent = reader.name(fields.argument.agentID, text),
            let (service, host) = Catalogue.openStack.agent(id: agent)
        else { return nil }
        return hint(service, fields.argument.host, text) ?? host.map { HostHint(service: service, host: $0) }
    }
}
