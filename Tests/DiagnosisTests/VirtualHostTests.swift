import Advice
import TestSupport
import Testing
import Trace

@testable import Diagnosis
@testable import Operations

@Suite struct `Virtual hosts` {
    /// One connection for each participant; the conductor's are in the API's virtual host, the compute's in the cell's.
    private func inTwoHosts(_ script: inout TraceScript) {
        for participant in script.trace.participants {
            var connection = Connection(
                id: ConnectionID(participant.id.index), client: "c", server: "s", protocolName: "AMQP 0-9-1")
            connection.participant = participant.id
            connection.virtualHost = participant.id == TraceScript.compute ? "nova_cell1" : "nova_api"
            script.trace.capture.connections.append(connection)
        }
        for index in script.trace.messages.indices {
            script.trace.messages[index].connection = script.trace.messages[index].from.map {
                ConnectionID($0.index)
            }
            for place in script.trace.messages[index].deliveries.indices {
                let receiver = script.trace.messages[index].deliveries[place].to
                script.trace.messages[index].deliveries[place].connection = ConnectionID(receiver?.index ?? 0)
            }
        }
    }

    private func stuckAtSave() -> TraceScript {
        var script = TraceScript()
        script.bootUntilCompute()
        script.call(
            "Instance.save", TraceScript.compute, nil, key: "conductor", instances: [TraceScript.instance],
            outcome: .timedOut)
        script.wait(.seconds(90))
        return script
    }

    @Test func `who takes from a queue of one is not who takes from the same name in another`() throws {
        var script = stuckAtSave()
        let unknown = try #require(script.operations.first?.diagnosis)
        #expect(unknown.evidence.contains { $0.text == "the last to take anything from conductor was nova-conductor" })
        inTwoHosts(&script)
        let operation = try #require(script.operations.first)
        let diagnosis = try #require(operation.diagnosis)
        #expect(operation.verdict.contains("was published to conductor in virtual host nova_cell1"))
        #expect(
            diagnosis.evidence.contains {
                $0.text
                    == "nobody was seen to take anything from conductor in virtual host nova_cell1 in the whole capture"
            })
    }

    @Test func `rabbitmqctl is told the virtual host, quoted, and lists connections with it`() throws {
        var script = stuckAtSave()
        inTwoHosts(&script)
        script.trace.capture.connections[TraceScript.compute.index].virtualHost = "cell 1"
        let operation = try #require(script.operations.first)
        let commands = Advisor(script.trace).advice(on: operation).compactMap(\.command)
        #expect(commands.contains("rabbitmqctl list_queues -p 'cell 1' name messages consumers"))
        #expect(commands.contains("rabbitmqctl list_connections vhost name peer_host state client_properties"))
    }

    @Test func `the default one is not named to rabbitmqctl`() throws {
        var script = stuckAtSave()
        inTwoHosts(&script)
        for index in script.trace.capture.connections.indices {
            script.trace.capture.connections[index].virtualHost = "/"
        }
        let operation = try #require(script.operations.first)
        #expect(!operation.verdict.contains("virtual host"))
        let commands = Advisor(script.trace).advice(on: operation).compactMap(\.command)
        #expect(commands.contains("rabbitmqctl list_queues name messages consumers"))
    }

    @Test func `queues of two clusters are two, nodes of one cluster share theirs, and what is unknown may be any`() {
        let api = QueueScope(virtualHost: "/", cluster: "rabbit@ctl1")
        #expect(!api.mayBe(QueueScope(virtualHost: "/", cluster: "rabbit@cell1")))
        #expect(!api.mayBe(QueueScope(virtualHost: "cell1", cluster: "rabbit@ctl1")))
        #expect(api.mayBe(QueueScope(virtualHost: "/", cluster: "rabbit@ctl1")))
        #expect(api.mayBe(QueueScope()) && QueueScope(virtualHost: "/").mayBe(api))
    }
}

@Suite struct `Trouble with connections as evidence` {
    private func connected(_ script: inout TraceScript, _ change: (inout Connection) -> Void) {
        for participant in script.trace.participants {
            var connection = Connection(
                id: ConnectionID(participant.id.index), client: "10.0.0.1:1", server: "s", protocolName: "AMQP 0-9-1")
            connection.participant = participant.id
            if participant.id == TraceScript.compute { change(&connection) }
            script.trace.capture.connections.append(connection)
        }
    }

    private func stuck() -> TraceScript {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        script.call(
            "select_destinations", TraceScript.conductor, TraceScript.scheduler, key: "scheduler",
            instances: [TraceScript.instance])
        script.cast(
            "build_and_run_instance", TraceScript.conductor, nil, key: "compute.node1",
            instances: [TraceScript.instance])
        script.wait(.seconds(70))
        return script
    }

    @Test func `a consumer that the broker cancelled stands beside the cast that nobody took`() throws {
        var script = stuck()
        let at = Timestamp(seconds: 999, nanoseconds: 0)
        connected(&script) { $0.cancelled = [ConsumerCancellation(at: at, consumerTag: "2", queue: "compute.node1")] }
        let diagnosis = try #require(script.operations.first?.diagnosis)
        #expect(diagnosis.cause == .notTaken)
        #expect(
            diagnosis.evidence.contains {
                $0.text == "s cancelled 1 consumer of queue compute.node1 (nova-compute@node1 10.0.0.1)" && $0.at == at
            })
    }

    @Test func `channels that were closed over and over are one piece of evidence, with the broker's words`() throws {
        var script = stuck()
        connected(&script) { connection in
            connection.channelClosings = (0..<8).map { second in
                ChannelClosing(
                    at: Timestamp(seconds: 990 + second, nanoseconds: 0), channel: 1, by: .server, code: 404,
                    text: "NOT_FOUND - timeout", method: "queue.declare", subject: "compute.node1")
            }
        }
        let evidence = try #require(script.operations.first?.diagnosis?.evidence)
        #expect(
            evidence.map(\.text).filter { $0.contains("404") } == [
                "s closed 8 channels after queue.declare of compute.node1: 404 NOT_FOUND - timeout (nova-compute@node1 "
                    + "10.0.0.1), over 7.0 s"
            ])
    }

    @Test func `what others met before it began is no evidence`() throws {
        var script = stuck()
        connected(&script) { _ in }
        script.trace.capture.connections[TraceScript.scheduler.index].channelClosings = [
            ChannelClosing(at: Timestamp(seconds: 990, nanoseconds: 0), channel: 1, by: .server, code: 404, text: "x")
        ]
        let evidence = try #require(script.operations.first?.diagnosis?.evidence)
        #expect(!evidence.contains { $0.text.contains("404") })
    }
}
