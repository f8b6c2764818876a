@testable import Services
import Testing

@Suite struct `The catalogue of services` {
    private let services = Catalogue.openStack.services

    /// What two rows claim, or one row twice.
    private func doubled(_ claims: (Service) -> [String]) -> Set<String> {
        var seen: Set<String> = []
        return Set(services.flatMap(claims).filter { !seen.insert($0).inserted })
    }

    @Test func `lets no two rows claim the same`() {
        #expect(doubled { [$0.name] + $0.programs } == [])
        #expect(doubled(\.topics) == [])
        #expect(doubled(\.publishers) == [])
        #expect(doubled { $0.capabilities.map { [$0] } ?? [] } == [])
        #expect(doubled { $0.tellsHost.values.flatMap(\.self) } == [])
        #expect(doubled { $0.api?.ports.map(String.init) ?? [] } == [])
        #expect(doubled { $0.api?.mount.map { [$0] } ?? [] } == [])
        let sent = doubled { service in
            service.sends.flatMap { receiver, methods in
                guard case .only(let methods) = methods else { return [receiver] }
                return methods.map { "\(receiver) \($0)" }
            }
        }
        #expect(sent == [])
        let ids = services.compactMap(\.agentID)
        #expect(ids.allSatisfy { id in ids.count { id.hasPrefix($0) } == 1 })
    }

    @Test func `has rows that are well formed`() {
        let word = "abcdefghijklmnopqrstuvwxyz0123456789-_"
        for service in services {
            #expect(service.name.allSatisfy { (word + "*").contains($0) } && service.name.count < 40)
            #expect(service.name == String(service.project) || service.name.hasPrefix("\(service.project)-"))
            #expect(service.programs.allSatisfy { $0.hasPrefix("\(service.project)-") }, "\(service.name)")
            #expect(service.topics.allSatisfy { !$0.isEmpty && !$0.hasSuffix(".") && !$0.contains("_fanout") })
            #expect(service.publishers.allSatisfy { !$0.contains(".") && !$0.contains(":") })
            #expect(service.isOnBus || service.topics.isEmpty && service.publishers.isEmpty && service.sends.isEmpty)
            for receiver in service.sends.keys where !receiver.hasSuffix("*") {
                let row = Catalogue.openStack.service(named: receiver)
                #expect(row?.topics.isEmpty == false, "\(service.name) sends to \(receiver), which serves no topic")
            }
            guard let api = service.api else { continue }
            #expect(!api.ports.isEmpty && !api.paths.isEmpty)
            #expect((api.paths + [api.mount ?? "/"]).allSatisfy { $0.hasPrefix("/") }, "\(service.name)")
        }
    }

    @Test func `keeps each project together`() {
        var projects = services.map(\.project)
        projects = zip(projects, projects.dropFirst()).filter { $0 != $1 }.map(\.1)
        #expect(Set(projects).count == projects.count)
    }

    /// A new service is one row, and everything that asks knows it.
    @Test func `knows a service by its row alone`() throws {
        let zun = Service(
            name: "zun-compute", programs: ["zun-cni"], topics: ["zun.compute"], publishers: ["container"],
            sends: ["zun-compute": ["container_migrate"]], tellsHost: [.host: ["zun_hello"]],
            background: ["zun_hello"], capabilities: "container", agentID: "zun-agent-",
            status: .list("openstack appcontainer service list"))
        let catalogue = Catalogue(services + [zun])
        let topic = ServiceTopic("zun.compute.node1", in: catalogue)
        #expect(topic.service == zun.name && topic.topic == "zun.compute" && topic.host == "node1")
        #expect(catalogue.publisher("container.node1", eventType: "e")?.service == zun.name)
        #expect(catalogue.publisher("zun-compute:node1", eventType: "e")?.service == zun.name)
        #expect(catalogue.sender(of: "container_migrate", topic: "zun.compute.node1", exchange: "zun") == zun.name)
        #expect(catalogue.service(ofProgram: "zun-cni") == zun.name)
        #expect(catalogue.service(ofProgram: "zun-wsproxy") == "zun-wsproxy")
        #expect(catalogue.hostTellers["zun_hello"]?.service == zun.name)
        #expect(catalogue.isBackground("zun_hello"))
        #expect(catalogue.service(publishing: "container") == zun.name)
        #expect(try #require(catalogue.agent(id: "zun-agent-node1")) == (zun.name, "node1"))
        #expect(catalogue.projects.contains("zun"))
        #expect(catalogue.place(ofLane: "zun-compute") == services.count)
        let unknown = Catalogue.openStack
        #expect(ServiceTopic("zun.compute.node1").service == nil && unknown.service(named: zun.name) == nil)
        #expect(unknown.service(ofProgram: "zun-cni") == nil && unknown.place(ofLane: zun.name) == nil)
    }

    // MARK: Topics

    @Test(arguments: [
        ("compute.node1", "nova-compute", "node1"), ("compute-alt.node1", "nova-compute", "node1"),
        ("compute_fanout_f4aafce04adb4247aee359f298d8d821", "nova-compute", nil),
        ("scheduler_fanout", "nova-scheduler", nil), ("cinder-volume.ctl1@lvm.ctl1", "cinder-volume", "ctl1@lvm"),
        ("q-plugin", "neutron-server", nil), ("l3_agent.net1", "neutron-l3-agent", "net1"),
        ("mdns.dns1", "designate-mdns", "dns1"), ("barbican.workers.queue1", "barbican-worker", "queue1"),
        ("sahara-ops", "sahara-engine", nil),
    ])
    func `names services by topics, and the rest is the host`(name: String, service: String, host: String?) {
        let found = ServiceTopic(name)
        #expect(found.service == service)
        #expect(found.host == host)
    }

    @Test(arguments: ["computers", "", "neutron-vo-Port-1.7_fanout", "comput", "compute_", "\u{E9}"])
    func `names nobody by an unknown topic`(name: String) {
        #expect(ServiceTopic(name).service == nil)
    }

    // MARK: Names

    @Test func `names a program as on the command line wherever its name stands`() {
        for (program, service) in [
            ("nova-osapi_compute", "nova-api"), ("neutron-rpc-server", "neutron-server"),
            ("nova-compute", "nova-compute"),
        ] {
            #expect(Catalogue.openStack.service(ofProgram: program) == service)
            #expect(Catalogue.openStack.publisher("\(program):h", eventType: "e")?.service == service)
        }
        #expect(Catalogue.openStack.service(ofProgram: "nova-wsgi") == nil)
        #expect(Catalogue.openStack.service(ofProgram: "swift-proxy") == nil)
    }

    @Test func `tells a volume service from the API by its backend`() throws {
        let catalogue = Catalogue.openStack
        #expect(try #require(catalogue.publisher("volume.h@lvm#p", eventType: "e")) == ("cinder-volume", "h@lvm"))
        #expect(try #require(catalogue.publisher("volume.h", eventType: "e")) == ("cinder-api", "h"))
        #expect(catalogue.publisher("compute.h", eventType: "compute.instance.update") == nil)
        #expect(catalogue.publisher("somebody.h", eventType: "e") == nil)
    }

    // MARK: APIs

    /// A boot's requests, as the recordings show them.
    @Test(arguments: [
        ("keystone", 5000, "/v3/auth/tokens"), ("nova-api", 8774, "/v2.1/servers"),
        ("glance-api", 9292, "/v2/images/2672332b"), ("glance-api", 9292, "/v2/schemas/image"),
        ("neutron-server", 9696, "/v2.0/networks?id=1"), ("neutron-server", 9696, "/v2.0/ports"),
        ("cinder-api", 8776, "/v3/0a/attachments"), ("cinder-api", 8776, "/v3/0a/volumes/1"),
        ("placement-api", 8778, "/allocation_candidates?limit=1000"), ("placement-api", 8780, "/allocations/2672332b"),
        ("placement-api", 8778, "/resource_providers"), ("nova-api", 8774, "/v2.1/os-server-external-events"),
        ("nova-api", 8775, "/openstack/latest/meta_data.json"), ("cyborg-api", 6666, "/v2/accelerator_requests"),
        ("keystone", 80, "/identity/v3"), ("placement-api", 80, "/placement/allocations/2672332b"),
    ])
    func `has the ports and paths of each API`(service: String, port: UInt16, path: String) throws {
        let serving = services.filter { service in
            guard let api = service.api else { return false }
            let mount = port == 80 ? api.mount ?? "-" : ""
            return (port == 80 || api.ports.contains(port)) && api.paths.contains { path.hasPrefix(mount + $0) }
        }
        #expect(serving.map(\.name) == [service])
    }
}
