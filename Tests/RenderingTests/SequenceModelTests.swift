import Testing
import Trace

@testable import Rendering

extension SequenceDiagram {
    var arrows: [SequenceArrow] {
        events.compactMap { if case .arrow(let arrow) = $0.content { arrow } else { nil } }
    }

    var giveUps: [GiveUp] {
        events.compactMap { if case .giveUp(let giveUp) = $0.content { giveUp } else { nil } }
    }

    var pauses: [Nanoseconds] {
        events.compactMap { if case .pause(let length) = $0.content { length } else { nil } }
    }
}

/// The model of a trace's first operation.
func model(of trace: BusTrace, _ options: DiagramOptions = DiagramOptions()) -> SequenceDiagram {
    sequence(of: trace.operations[0], in: trace, options: options)
}

@Suite struct `Sequence model` {
    @Test func `lanes stand in workflow order, hosts of a service in natural order, unknown names last`() {
        var boot = TraceBuilder(services: [
            ("mystery", nil), ("nova-compute", "compute10"), ("nova-compute", "compute2"), ("glance-api", nil),
            ("neutron-sriov-agent", "c1"), ("neutron-server", nil), ("nova-scheduler", nil), ("nova-api", nil),
        ])
        for sender in 0..<8 {
            boot.send(
                .cast, "ping", from: ParticipantID(sender), to: [ParticipantID((sender + 1) % 8)], at: Double(sender))
        }
        let names = model(of: boot.finish(outcome: .completed, verdict: "")).lanes.map(\.name)
        #expect(
            names == [
                "nova-api", "nova-scheduler", "nova-compute@compute2", "nova-compute@compute10", "neutron-server",
                "neutron-sriov-agent@c1", "glance-api", "mystery",
            ])
    }

    @Test func `services of every project stand before unknown names`() {
        var boot = TraceBuilder(services: [
            ("10.0.0.1", nil), ("heat-engine", nil), ("ceilometer-polling", nil), ("neutron-metering-agent", nil),
            ("neutron-mlnx-agent", nil), ("keystone", nil),
        ])
        for sender in 0..<6 {
            boot.send(
                .cast, "ping", from: ParticipantID(sender), to: [ParticipantID((sender + 1) % 6)], at: Double(sender))
        }
        #expect(
            model(of: boot.finish(outcome: .completed, verdict: "")).lanes.map(\.name) == [
                "neutron-metering-agent", "neutron-mlnx-agent", "keystone", "ceilometer-polling", "heat-engine",
                "10.0.0.1",
            ])
        #expect(laneRank(topic: "q-metering-plugin") == laneRank(service: "neutron-server"))
    }

    @Test func `processes of the same service and host share a lane`() {
        var boot = TraceBuilder(services: [
            ("nova-api", nil), ("nova-conductor", nil), ("nova-conductor", nil), ("nova-conductor", nil),
        ])
        boot.send(.cast, "a", from: 0, to: [1], at: 0)
        boot.send(.cast, "b", from: 2, to: [0], at: 1)
        boot.send(.cast, "c", from: 3, to: [0], at: 2)
        let diagram = model(of: boot.finish(outcome: .completed, verdict: ""))
        #expect(diagram.lanes.map(\.title) == ["nova-api", "nova-conductor"])
        #expect(diagram.lanes[1].participants == [1, 2, 3])
        #expect(diagram.arrows.map(\.from) == [0, 1, 1])
    }

    @Test func `a process without a host shares the lane of its service where that has one host`() {
        func lanes(_ hosts: [String?]) -> [String] {
            var boot = TraceBuilder(services: [("nova-api", nil)])
            for (index, host) in hosts.enumerated() {
                boot.participant("nova-conductor", host: host)
                boot.edit { $0.participants[index + 1].label = "nova-conductor" }
                boot.send(.cast, "a", from: 0, to: [ParticipantID(index + 1)], at: Double(index))
            }
            return model(of: boot.finish(outcome: .completed, verdict: "")).lanes.map(\.name)
        }
        #expect(lanes([nil, "ctl1", nil]) == ["nova-api", "nova-conductor"])
        #expect(
            lanes(["ctl2", "ctl1", nil])
                == ["nova-api", "nova-conductor", "nova-conductor@ctl1", "nova-conductor@ctl2"])
    }

    @Test func `calls alike in a row fold into one with the median latency, and expand`() {
        var boot = Boots.builder()
        for (index, latency) in [0.010, 0.050, 0.020].enumerated() {
            Boots.save(&boot, at: Double(index) * 0.1, latency)
        }
        Boots.save(&boot, "Service.save", at: 0.5, 0.01)
        let trace = boot.finish(outcome: .completed, verdict: "")
        let folded = model(of: trace).arrows
        #expect(folded.map(\.count) == [3, 1, 1])
        #expect(folded[0].latency == .milliseconds(20))
        #expect(folded[0].holdsAnswers && folded[0].messages.count == 6)
        #expect(folded[2].answersPrevious)
        let all = model(of: trace, DiagramOptions(width: 80) { $0.expand = true }).arrows
        #expect(all.count == 8 && all.allSatisfy { $0.count == 1 })
    }

    @Test func `a failed call does not fold with those that worked`() {
        var boot = Boots.builder()
        Boots.save(&boot, at: 0, 0.01)
        boot.call(
            "Instance.save", from: 3, to: 1, at: 0.1, latency: 0.01, outcome: .error,
            failure: RemoteFailure(className: "UnexpectedTaskStateError", module: nil, message: ""))
        Boots.save(&boot, at: 0.2, 0.01)
        let arrows = model(of: boot.finish(outcome: .failed, verdict: "")).arrows
        #expect(arrows.map(\.count) == [1, 1, 1, 1, 1, 1])
    }

    @Test func `background and notifications are hidden and counted, errors are not`() {
        let trace = Boots.noValidHost()
        let shown = model(of: trace)
        #expect(shown.arrows.map(\.label).last == "compute_task.build_instances")
        #expect(shown.header.counts.hidden == 0)
        let completed = Boots.completed()
        let few = model(of: completed).header.counts
        let all = model(of: completed, DiagramOptions(width: 80) { $0.showsBackground = true }).header.counts
        #expect(few.hidden > 0 && all.hidden == 0)
        #expect(few.messages + few.hidden == all.messages)
    }

    @Test func `an answer never stands above its request, whatever the clocks said`() {
        var boot = Boots.builder()
        boot.call("select_destinations", from: 1, to: 2, at: 1, latency: -0.4)
        let arrows = model(of: boot.finish(outcome: .completed, verdict: "")).arrows
        #expect(arrows.map(\.kind) == [.call, .reply])
        #expect(arrows[1].latency == .milliseconds(-400))
    }

    @Test func `a message nobody took goes toward who took its like, else toward its queue`() {
        var boot = Boots.builder()
        boot.send(.cast, "build_and_run_instance", from: 1, to: [3], at: 0)
        boot.send(.cast, "terminate_instance", from: 1, to: [], at: 1) { $0.amqp?.routingKey = "nova-compute@compute1" }
        boot.send(.cast, "terminate_instance", from: 1, to: [], at: 2) { $0.amqp?.routingKey = "compute.compute9" }
        boot.send(.fanout, "port_update", from: 5, to: [], at: 3) { $0.amqp?.routingKey = "" }
        let diagram = model(of: boot.finish(outcome: .stuck, verdict: ""))
        let names = diagram.arrows.map { $0.missed.map { diagram.lanes[$0].name } }
        #expect(names == [nil, "nova-compute@compute1", "compute.compute9(nobody)", nil])
        #expect(diagram.arrows[2].marks == [.neverDelivered("compute.compute9")])
        #expect(diagram.arrows[3].marks == [.noListener])
    }

    @Test func `marks tell what is out of the ordinary`() {
        var boot = Boots.builder()
        boot.send(.cast, "a", from: nil, to: [1], at: 0)
        boot.send(.cast, "b", from: 0, to: [1, 1, 1], at: 1) {
            for index in 1..<3 { $0.deliveries[index].redelivered = true }
        }
        boot.send(.cast, "c", from: 0, to: [], at: 2) { $0.amqp?.returned = Returned(code: 312, text: "NO_ROUTE") }
        boot.send(.cast, "d", from: 0, to: [1], at: 3) { $0.isTruncated = true }
        boot.send(.reply, "e", from: 1, to: [0], at: 4)
        boot.call("f", from: 0, to: 1, at: 5, latency: 3, outcome: .timedOut) { $0.amqp?.expiration = .seconds(2) }
        boot.edit { $0.calls[0].isLate = true }
        let diagram = model(of: boot.finish(outcome: .unknown, verdict: ""))
        #expect(
            diagram.arrows.map(\.marks) == [
                [.senderUnknown], [.redelivered(times: 2)], [.returned(Returned(code: 312, text: "NO_ROUTE"))],
                [.truncated], [.requestNotSeen], [], [.late],
            ])
        #expect(diagram.giveUps.map(\.reason) == [.timeout])
        #expect(diagram.giveUps.map(\.waited) == [.seconds(2)])
        #expect(diagram.notes.contains { $0.contains("cut short") })
    }

    @Test func `an unanswered call ends where the capture does`() {
        let diagram = model(of: Boots.stuck())
        #expect(diagram.giveUps.map(\.label) == ["ping", "Instance.save"])
        #expect(diagram.giveUps.map(\.count) == [3, 1])
        #expect(diagram.events.last?.content == .captureEnd)
        #expect(diagram.events.last?.at == TraceBuilder.at(12))
    }

    @Test func `silences are pauses, as long as nothing happened`() {
        #expect(model(of: Boots.completed()).pauses.count == 2)
        let patient = DiagramOptions(width: 80) { $0.pauseThreshold = .seconds(60) }
        #expect(model(of: Boots.completed(), patient).pauses.isEmpty)
    }

    @Test func `states show what changed, once it is confirmed`() {
        let states = model(of: Boots.completed()).events.compactMap { event in
            if case .state(let mark) = event.content { mark.states.joined(separator: " ") } else { nil }
        }
        #expect(
            states == [
                "building", "on compute1", "networking", "block_device_mapping", "spawning", "active running",
            ])
    }

    @Test func `hosts that share a lane are named on their arrows`() {
        var boot = Boots.builder()
        boot.send(.cast, "a", from: 1, to: [3], at: 0)
        boot.send(.cast, "b", from: 3, to: [4], at: 1)
        boot.send(.fanout, "c", from: 1, to: [3, 4], at: 2)
        let merged = model(of: boot.finish(outcome: .completed, verdict: "")).mergingHosts()
        #expect(merged?.lanes.map(\.name) == ["nova-conductor", "nova-compute2 hosts"])
        #expect(merged?.arrows.map(\.qualifier) == ["@compute1", "@compute1 to @compute2", "@compute1, @compute2"])
    }

    @Test func `indexes that lead nowhere are stepped over`() {
        var boot = Boots.builder()
        boot.send(.call, "a", from: 99, to: [], at: 0) {
            $0.call = 77
            $0.deliveries = [Delivery(to: 55, at: TraceBuilder.at(0), redelivered: false, connection: 44)]
        }
        boot.send(.reply, "a", from: nil, to: [], at: 1) { $0.call = -3 }
        var trace = boot.finish(outcome: .running, verdict: "")
        trace.operations[0].messages += [1000, -1]
        #expect(model(of: trace).arrows.count == 2)
        #expect(!diagram(of: trace).isEmpty)
    }
}
