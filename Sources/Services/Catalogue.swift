/// The services that are known, and who is meant by what the wire shows.
///
/// What is looked up is made once, of the rows; a new service is one more row. A class, since what would be copied with a
/// value at every look is much.
package final class Catalogue: Sendable {
    /// Those of OpenStack, in the order in which their lanes stand side by side: that of a boot, then by name.
    package static let openStack = Catalogue(
        Service.nova + Service.neutron + Service.cinder + Service.besideBoots + Service.others)

    package let services: [Service]
    package let projects: Set<Substring>
    /// Methods in which a service says where it is: which service, and where that stands.
    package let hostTellers: [String: (service: String, place: Service.HostPlace)]
    /// The topics by their first byte, the longest first.
    let topics: [[(bytes: [UInt8], topic: String, service: String)]]
    private let projectsOnBus: Set<Substring>
    private let places: [String: Int]
    private let programs: [String: Int]
    private let publishers: [String: Int]
    private let capabilities: [String: Int]
    private let senders: [String: [(service: String, methods: Service.Methods)]]
    /// Of those, the receivers that are beginnings of topics.
    private let families: [(beginning: String, receiver: String)]
    private let agents: [(service: String, id: String)]
    private let background: Set<String>

    package init(_ services: [Service]) {
        self.services = services
        projects = Set(services.map(\.project))
        projectsOnBus = Set(services.lazy.filter(\.isOnBus).map(\.project))
        places = Self.places(of: services) { [$0.name] }
        programs = Self.places(of: services) { $0.isOnBus ? [$0.name] + $0.programs : [] }
        publishers = Self.places(of: services, by: \.publishers)
        capabilities = Self.places(of: services) { [$0.capabilities].compactMap(\.self) }
        agents = services.compactMap { service in service.agentID.map { (service.name, $0) } }
        background = services.reduce(into: Self.background) { $0.formUnion($1.background) }
        senders = services.reduce(into: [:]) { senders, service in
            for (receiver, methods) in service.sends { senders[receiver, default: []].append((service.name, methods)) }
        }
        families = senders.keys.filter { $0.hasSuffix("*") }.map { (String($0.dropLast()), $0) }
        hostTellers = services.reduce(into: [:]) { tellers, service in
            for (place, methods) in service.tellsHost {
                for method in methods { tellers[method] = (service.name, place) }
            }
        }
        let rows = services.flatMap { row in row.topics.map { (bytes: Array($0.utf8), topic: $0, service: row.name) } }
        let longestFirst = rows.sorted { $0.bytes.count > $1.bytes.count }
        topics = (0...255).map { first in longestFirst.filter { $0.bytes.first == first } }
    }

    private static func places(of services: [Service], by keys: (Service) -> [String]) -> [String: Int] {
        services.enumerated().reduce(into: [:]) { places, row in
            for key in keys(row.element) { places[key] = row.offset }
        }
    }

    // MARK: Names

    /// The row of that name, or one for any more of its kind.
    package func service(named name: String) -> Service? {
        if let place = places[name] { return services[place] }
        return services.first { row in
            let ends = row.name.split(separator: "*")
            return ends.count == 2 && name.hasPrefix(ends[0]) && name.hasSuffix(ends[1])
        }
    }

    /// Where its lane stands; a service of a known project that has no row stands behind those that have.
    package func place(ofLane name: String) -> Int? {
        places[name] ?? services.lastIndex { $0.project == Service.project(of: name) && name.contains("-") }
    }

    /// The service that a command runs, e.g. `nova-compute`; neutron's RPC workers are part of the server. Wrappers like
    /// `uwsgi` are none.
    package func service(ofProgram command: String) -> String? {
        if let place = programs[command] { return services[place].name }
        let project = Service.project(of: command)
        let isOne = project.endIndex < command.endIndex && projectsOnBus.contains(project)
        return isOne && !command.hasSuffix("-wsgi") ? command : nil
    }

    /// The service whose name is its project's, so that whatever of the project runs is it: `keystone`.
    package func service(namedAsProject project: Substring) -> String? {
        programs[String(project)].map { services[$0].name }
    }

    /// A project's API.
    package func api(of project: String) -> String {
        services.first { $0.api != nil && $0.project == project }?.name ?? "\(project)-api"
    }

    package func isAPI(_ service: String) -> Bool {
        service.hasSuffix("-api") || places[service].map { services[$0].api != nil } ?? false
    }

    /// Whether a program of another service begins so, too.
    package func isAmbiguous(_ beginning: Substring, for service: String) -> Bool {
        programs.contains { $0.key.hasPrefix(beginning) && services[$0.value].name != service }
    }

    // MARK: Messages

    /// Which service alone sends `method` to a topic; `nil` where several do.
    ///
    /// An API under uWSGI or mod_wsgi has no telling `connection_name`; what it sends names it.
    package func sender(of method: String, topic: String, exchange: String) -> String? {
        let family = families.first { topic.hasPrefix($0.beginning) || exchange.hasPrefix($0.beginning) }
        let receiver =
            family?.receiver ?? ServiceTopic(topic, in: self).service ?? ServiceTopic(exchange, in: self).service
        return receiver.flatMap { senders[$0] }?.first { sender in
            switch sender.methods {
            case .only(let methods): methods.contains(method)
            case .allBut(let methods): !methods.contains(method)
            }
        }?.service
    }

    /// The service that publishes its capabilities under that `service_name`.
    package func service(publishing name: String) -> String? { capabilities[name].map { services[$0].name } }

    /// Which layer-2 agent of neutron gives such an id, and its host where that is in it.
    package func agent(id: String) -> (service: String, host: String?)? {
        guard let agent = agents.first(where: { id.hasPrefix($0.id) }) else { return nil }
        return (agent.service, agent.id.hasSuffix("-") ? String(id.dropFirst(agent.id.count)) : nil)
    }

    /// The service and host that a notification's `publisher_id` names: `<service>.<host>` in the legacy format,
    /// `<binary>:<host>` in the versioned one (nova `notifications/objects/base.py`); `nil` where it does not tell.
    package func publisher(_ id: String, eventType: String) -> (service: String, host: String?)? {
        let (colon, dot) = (UInt8(ascii: ":"), UInt8(ascii: "."))
        guard let end = id.utf8.firstIndex(of: colon) ?? id.utf8.firstIndex(of: dot) else { return nil }
        let (name, host) = (String(id[..<end]), String(id[id.utf8.index(after: end)...]))
        // `volume.<host>@<backend>#<pool>` is a volume service; without a backend it is the API.
        if id.utf8[end] == dot, host.utf8.contains(UInt8(ascii: "@")), let place = publishers[name + "@"] {
            return (services[place].name, String(host.prefix { $0 != "#" }))
        }
        let service = id.utf8[end] == colon ? service(ofProgram: name) : publishers[name].map { services[$0].name }
        guard let service, places[service].map({ !services[$0].sharedEvents.contains(eventType) }) ?? true else {
            return nil
        }
        return (service, host)
    }

    // MARK: Background

    /// What services of many projects call by themselves.
    private static let background: Set = [
        "report_state", "update_service_capabilities", "notify_service_capabilities", "publish_service_capabilities",
        "report_agent_resource_versions", "oslo_rpc_server_ping", "Service.save",
    ]

    /// Whether services call it without anybody's request: liveness, capabilities, periodic inventories.
    package func isBackground(_ method: String) -> Bool { background.contains(method) }
}
