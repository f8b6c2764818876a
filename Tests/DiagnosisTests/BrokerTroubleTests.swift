import TestSupport
import Testing
import Trace

@testable import Diagnosis
@testable import Operations

@Suite struct `Trouble with the broker` {
    private func boot(_ script: TraceScript) throws -> (operation: Operation, diagnosis: Diagnosis) {
        let operation = try #require(script.operations.first)
        return (operation, try #require(operation.diagnosis))
    }

    /// A boot whose compute has begun to spawn, and two seconds later loses its connection in this way.
    private func spawning(_ end: ConnectionEnd.Kind, by side: ConnectionRole, code: Int? = nil) -> TraceScript {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.wait(.seconds(2))
        script.acknowledgeAll()
        script.trace.capture.connections[TraceScript.compute.index].end = ConnectionEnd(
            end, at: script.now, by: side, code: code)
        return script
    }

    @Test(arguments: [
        (ConnectionEnd.Kind.finished, ConnectionRole.server, nil as Int?, 31), (.closed, .server, 320, 31),
        (.reset, .client, nil, 6), (.finished, .client, nil, 6),
    ])
    func `a compute that lost its connections while it had the work, and did not come back, is named with the time`(
        end: ConnectionEnd.Kind, side: ConnectionRole, code: Int?, seconds: Int
    ) throws {
        var script = spawning(end, by: side, code: code)
        #expect(try boot(script).operation.outcome == .running, "it may come back")
        script.wait(.seconds(Int64(seconds)) - .seconds(2))
        #expect(try boot(script).operation.outcome == .running, "it may come back")
        script.wait(.seconds(2))
        let (operation, diagnosis) = try boot(script)
        #expect(operation.outcome == .stuck)
        #expect(diagnosis.cause == .connectionLost)
        #expect(diagnosis.participant == TraceScript.compute)
        #expect(diagnosis.host == "node1")
        #expect(diagnosis.step == "spawning")
        #expect(
            operation.verdict
                == "nova-compute@node1 lost its connection at +2.5 s and did not come back in \(seconds).0 s")
        // The first step that did not come.
        #expect(operation.steps.first { $0.name == "network plugged" }?.status == .missing)
        #expect(operation.steps.first { $0.name == "active" }?.status == .pending)
        let said: String
        switch (end, side) {
        case (.closed, _): said = "the broker closed the connection of nova-compute@node1: 320"
        case (.reset, _): said = "nova-compute@node1 itself reset the connection to the broker without a close"
        case (_, .server): said = "the broker ended the connection of nova-compute@node1 without a close"
        case (_, .client): said = "nova-compute@node1 itself ended the connection to the broker without a close"
        }
        #expect(diagnosis.evidence.contains { $0.text == said })
    }

    /// The broker may notice that a service was killed before it hands out the next message, or after.
    @Test func `what nobody took since the only service for it lost its connections is told with that`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "networking")
        script.wait(.seconds(1))
        let lost = script.now
        let ask = script.call(
            "object_action", TraceScript.compute, nil, key: "conductor", instances: [TraceScript.instance],
            outcome: .unanswered)
        script.acknowledgeAll()
        script.trace.capture.connections[TraceScript.conductor.index].end = ConnectionEnd(
            .finished, at: lost, by: .client)
        script.wait(.seconds(7))
        let (operation, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .notTaken)
        #expect(diagnosis.message == ask)
        #expect(diagnosis.participant == TraceScript.conductor)
        #expect(
            operation.verdict == "object_action was published to conductor and taken by nobody in 7.0 s; "
                + "nova-conductor lost its connection at +1.3 s and did not come back in 7.1 s")
        #expect(diagnosis.evidence.contains { $0.text.hasPrefix("nova-conductor itself ended") })

        var another = script.trace.participants[TraceScript.conductor]
        another.id = ParticipantID(script.trace.participants.count)
        another.host = "controller2"
        script.trace.participants.append(another)
        #expect(try !boot(script).operation.verdict.contains("lost its connection"), "another one may take it")
    }

    @Test func `packets show how connections ended, and what was cancelled or closed`() throws {
        var script = spawning(.finished, by: .server)
        let packet = PacketReference(source: 0, number: 812)
        script.trace.capture.connections[TraceScript.compute.index].end?.packet = packet
        script.trace.capture.connections[TraceScript.compute.index].cancelled = [
            ConsumerCancellation(
                at: script.now, consumerTag: "1", queue: "compute.node1",
                packet: PacketReference(source: 0, number: 800))
        ]
        script.wait(.seconds(40))
        let diagnosis = try boot(script).diagnosis
        #expect(diagnosis.cause == .connectionLost)
        #expect(diagnosis.evidence.contains { $0.packets == [packet] && $0.text.contains("without a close") })
        #expect(diagnosis.evidence.contains { $0.packets.map(\.number) == [800] && $0.text.contains("cancelled") })
    }

    @Test func `after the time for the event too, it is the compute that is gone, not the event`() throws {
        var script = spawning(.finished, by: .server)
        script.wait(.seconds(400))
        #expect(try boot(script).diagnosis.cause == .connectionLost)
    }

    @Test func `a compute that closed its connections as it should is gone as well, and that is said so`() throws {
        var script = spawning(.closed, by: .client, code: 200)
        script.wait(.seconds(10))
        let (operation, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .connectionLost)
        #expect(operation.verdict.hasPrefix("nova-compute@node1 closed its connection at +2.5 s"))
    }

    @Test func `one that came back is not gone: by a new connection, a later message, or one that may be its own`()
        throws
    {
        let lost = spawning(.finished, by: .server)
        var message = lost
        message.wait(.seconds(20))
        message.cast(
            "update_instance_info", TraceScript.compute, TraceScript.scheduler, key: "scheduler", request: "req-9")
        var others: [TraceScript] = []
        for service in ["nova-compute", nil] {
            let participant = Participant(id: 6, service: service, host: service.map { _ in "node1" }, label: "x")
            var connection = Connection(
                id: 6, client: "10.0.0.\(TraceScript.compute):2", server: "10.0.1.1:5672", protocolName: "AMQP 0-9-1")
            connection.participant = 6
            var script = lost
            script.trace.participants.append(participant)
            script.trace.capture.connections.append(connection)
            others.append(script)
        }
        for var script in [message] + others {
            script.wait(.seconds(100))
            let diagnosis = try boot(script).diagnosis
            #expect(diagnosis.cause != .connectionLost)
        }
    }

    /// A second process of the compute's name, connected all the time or since the first was lost.
    private func withAnother(
        _ script: TraceScript, pid: Int?, own: Int? = 100, since began: Timestamp? = nil
    ) -> TraceScript {
        var script = script
        script.trace.participants[TraceScript.compute].pid = own
        script.trace.participants.append(
            Participant(id: 6, service: "nova-compute", host: "node1", pid: pid, label: "nova-compute@node1"))
        var connection = Connection(
            id: 6, client: "10.0.0.\(TraceScript.compute):2", server: "10.0.1.1:5672", protocolName: "AMQP 0-9-1")
        connection.participant = 6
        connection.openedAt = began
        script.trace.capture.connections.append(connection)
        return script
    }

    @Test func `a process that went with the work in hand is named by its number, though another has come or goes on`()
        throws
    {
        let lost = spawning(.finished, by: .client)
        for (began, words) in [(lost.now + .seconds(1), "connected since then"), (nil, "connected all the time")] {
            var script = withAnother(lost, pid: 200, since: began)
            script.wait(.seconds(4))
            #expect(try boot(script).operation.outcome == .running)
            script.wait(.seconds(2))
            let (operation, diagnosis) = try boot(script)
            #expect(operation.outcome == .stuck)
            #expect(diagnosis.cause == .connectionLost)
            #expect(diagnosis.participant == TraceScript.compute)
            #expect(
                operation.verdict
                    == "nova-compute@node1 (process 100) lost its connection at +2.5 s, and no other process went on with "
                    + "it in 6.0 s")
            #expect(
                diagnosis.evidence.contains {
                    $0.text.hasPrefix("process 200 of nova-compute@node1 is another one") && $0.text.hasSuffix(words)
                })
        }
    }

    @Test func `a process that may be the same one, back again, is not called another`() throws {
        let lost = spawning(.finished, by: .client)
        for (own, pid) in [(100, 100), (100, nil), (nil, 200)] as [(Int?, Int?)] {
            var script = withAnother(lost, pid: pid, own: own)
            script.wait(.seconds(200))
            #expect(try boot(script).diagnosis.cause == .silent)
        }
        var cut = withAnother(spawning(.finished, by: .server), pid: 200)
        cut.wait(.seconds(20))
        #expect(try boot(cut).operation.outcome == .running, "one that the broker cut off tries again")
    }

    @Test func `a message that its taker did not acknowledge goes to another one`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.acknowledgeAll()
        let build = try #require(script.trace.messages.last { $0.method == "build_and_run_instance" }?.id)
        script.trace.messages[build].deliveries[0].acknowledgedAt = nil
        script.trace.capture.connections[TraceScript.compute.index].end = ConnectionEnd(
            .finished, at: script.now, by: .client)
        var other = withAnother(script, pid: 200)
        other.wait(.seconds(10))
        #expect(try !boot(other).operation.verdict.contains("process 100"))
    }

    @Test func `of work that no workflow knows it is said at once that who took it went`() throws {
        var script = TraceScript()
        script.cast("create_volume", TraceScript.api, TraceScript.compute, key: "compute.node1")
        script.acknowledgeAll()
        script.wait(.seconds(1))
        script.trace.capture.connections[TraceScript.compute.index].end = ConnectionEnd(
            .reset, at: script.now, by: .client)
        script.wait(.seconds(10))
        let (operation, diagnosis) = try boot(script)
        #expect(operation.outcome == .unknown && diagnosis.isSilent)
        #expect(
            operation.verdict
                == "create_volume was taken by nova-compute@node1, which lost its connection at +1.0 s and did not come "
                + "back in 10.0 s")
        #expect(
            try boot(withAnother(script, pid: 200)).operation.verdict
                == "create_volume was taken by nova-compute@node1 (process 100), which lost its connection at +1.0 s; "
                + "another process of it goes on")
    }

    @Test func `a conductor that goes when it may have asked another cell's broker is not blamed`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        script.call(
            "select_destinations", TraceScript.conductor, TraceScript.scheduler, key: "scheduler",
            instances: [TraceScript.instance])
        script.acknowledgeAll()
        var soon = script
        soon.trace.capture.connections[TraceScript.conductor.index].end = ConnectionEnd(
            .finished, at: soon.now + .milliseconds(20), by: .client)
        soon.wait(.seconds(100))
        #expect(try boot(soon).diagnosis.cause == .unclear, "the capture shows no builds at all")
        soon.cast(
            "build_and_run_instance", TraceScript.conductor, TraceScript.otherCompute, key: "compute.node2",
            instances: ["another"], request: "req-2")
        soon.trace.messages[soon.trace.messages.count - 1].publishedAt = soon.trace.messages[0].publishedAt
        soon.trace.messages[soon.trace.messages.count - 1].from = TraceScript.api
        #expect(try boot(soon).diagnosis.cause == .connectionLost)
    }

    @Test func `a process of the same service on the same host but in another virtual host is another`() throws {
        var script = spawning(.finished, by: .client)
        script.trace.participants[TraceScript.compute].virtualHost = "cell2"
        var other = Participant(id: 6, service: "nova-compute", host: "node1", label: "nova-compute@node1 (cell1)")
        other.virtualHost = "cell1"
        var connection = Connection(
            id: 6, client: "10.0.0.\(TraceScript.compute):2", server: "10.0.1.1:5672", protocolName: "AMQP 0-9-1")
        connection.participant = 6
        script.trace.participants.append(other)
        script.trace.capture.connections.append(connection)
        script.wait(.seconds(10))
        let diagnosis = try boot(script).diagnosis
        #expect(diagnosis.cause == .connectionLost)
        #expect(diagnosis.participant == TraceScript.compute)
    }

    @Test func `a compute that is quiet, or whose other connection goes on, is not gone`() throws {
        var quiet = spawning(.finished, by: .server)
        quiet.trace.capture.connections[TraceScript.compute.index].end = nil
        for var script in [quiet, spawning(.replaced, by: .server), spawning(.silent, by: .server)] {
            script.wait(.seconds(200))
            let (operation, diagnosis) = try boot(script)
            #expect(diagnosis.cause == .silent, "stuck, but not called gone")
            #expect(!operation.verdict.contains("did not come back"))
        }
        quiet = spawning(.finished, by: .server)
        var other = Connection(
            id: 6, client: "10.0.0.\(TraceScript.compute):2", server: "10.0.1.1:5672", protocolName: "AMQP 0-9-1")
        other.participant = TraceScript.compute
        quiet.trace.capture.connections.append(other)
        quiet.wait(.seconds(200))
        #expect(try boot(quiet).diagnosis.cause == .silent)
    }

    @Test func `where the capture may lack its return nothing is said for certain`() throws {
        var script = spawning(.finished, by: .server)
        script.wait(.seconds(1))
        script.trace.capture.sources[0].kernelDropped = 4
        script.wait(.seconds(100))
        #expect(try boot(script).operation.outcome == .unknown)
    }

    @Test func `a connection that ended before the work was taken proves nothing`() throws {
        var script = TraceScript()
        let early = script.now
        script.bootUntilCompute()
        script.wait(.seconds(2))
        script.acknowledgeAll()
        script.trace.capture.connections[TraceScript.compute.index].end = ConnectionEnd(.reset, at: early, by: .client)
        script.wait(.seconds(70))
        #expect(try boot(script).diagnosis.cause == .unanswered)
    }

    @Test func `when all lose the broker at once it is the broker that is gone, and no agent is blamed`() throws {
        var script = spawning(.reset, by: .server)
        for index in script.trace.capture.connections.indices {
            script.trace.capture.connections[index].end = ConnectionEnd(
                .reset, at: script.now + .milliseconds(Int64(index) * 20), by: .server)
        }
        script.wait(.seconds(4))
        #expect(try boot(script).operation.outcome == .running)
        script.wait(.seconds(4))
        let (operation, diagnosis) = try boot(script)
        #expect(operation.outcome == .stuck)
        #expect(diagnosis.cause == .connectionLost)
        #expect(diagnosis.service == nil)
        #expect(
            operation.verdict
                == "the broker 10.0.1.1:5672 ended all of its 6 connections at +2.6 s, and nobody came back in 7.9 s")
    }

    @Test func `it is the turn of who is blocked, not of another one that is blocked as well`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        script.connect()
        let span = BlockedSpan(from: script.now, reason: "low on memory")
        for who in [TraceScript.api, TraceScript.conductor] {
            script.trace.capture.connections[who.index].blocked = [span]
        }
        script.wait(.seconds(70))
        let (operation, diagnosis) = try boot(script)
        #expect(operation.outcome == .stuck)
        #expect(diagnosis.cause == .brokerBlocked)
        #expect(diagnosis.service == "nova-conductor")
        #expect(
            operation.verdict
                == "it is the turn of nova-conductor, which the broker has blocked since +0.0 s: low on memory")
        var api = script
        api.trace.capture.connections[TraceScript.conductor.index].blocked = []
        #expect(try boot(api).diagnosis.cause == .unanswered, "the API has done its part")
        script.trace.capture.connections[TraceScript.conductor.index].blocked[0].until = span.from + .seconds(1)
        #expect(try boot(script).diagnosis.cause != .brokerBlocked)
    }

    @Test func `a request from a connection that the broker does not read waits for the broker, not for who takes it`()
        throws
    {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: [TraceScript.instance])
        script.acknowledgeAll()
        script.trace.messages[0].connection = ConnectionID(TraceScript.api.index)
        let span = BlockedSpan(from: script.now + .milliseconds(1), reason: "low on memory")
        script.trace.capture.connections[TraceScript.api.index].blocked = [span]
        script.wait(.seconds(4))
        #expect(try boot(script).operation.outcome == .running, "it may be unblocked")
        script.wait(.seconds(4))
        let (operation, diagnosis) = try boot(script)
        #expect(operation.outcome == .stuck)
        #expect(diagnosis.cause == .brokerBlocked)
        #expect(diagnosis.participant == TraceScript.api)
        #expect(
            operation.verdict
                == "schedule_and_build_instances was sent to conductor by nova-api, which the broker has blocked since "
                + "+0.0 s: low on memory")
        for other in [
            BlockedSpan(from: span.from + .seconds(2), reason: ""),
            BlockedSpan(from: span.from, until: span.from + .seconds(1), reason: ""),
        ] {
            script.trace.capture.connections[TraceScript.api.index].blocked = [other]
            #expect(try boot(script).diagnosis.cause == .notTaken, "the broker had it, or read it since")
        }
    }

    @Test func `a channel that the broker closes over a message refuses it, and so does a nack`() throws {
        var script = TraceScript()
        let cast = script.cast(
            "schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: [TraceScript.instance])
        script.connect()
        var nacked = script
        let at = script.now + .milliseconds(3)
        script.trace.capture.connections[TraceScript.api.index].channelClosings = [
            ChannelClosing(at: at, channel: 1, by: .server, code: 404, text: "NOT_FOUND - no exchange 'nova'")
        ]
        let (operation, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .brokerRefused)
        #expect(diagnosis.message == cast)
        #expect(
            operation.verdict
                == "schedule_and_build_instances was published to conductor, but the broker closed the channel: "
                + "404 NOT_FOUND - no exchange 'nova'")
        nacked.trace.messages[cast].amqp?.refusedAt = at
        #expect(try boot(nacked).diagnosis.cause == .brokerRefused)
    }
}
