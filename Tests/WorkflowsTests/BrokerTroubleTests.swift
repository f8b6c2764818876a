import Testing
import Trace

@testable import Workflows

@Suite struct `Trouble with the broker` {
    private func boot(_ script: TraceScript) throws -> (operation: Operation, diagnosis: Diagnosis) {
        let operation = try #require(script.operations.first)
        return (operation, try #require(operation.diagnosis))
    }

    /// One connection for each participant, by which its messages go.
    private func connect(_ script: inout TraceScript) {
        for participant in script.trace.participants {
            var connection = Connection(id: participant.id, client: "c", server: "s", protocolName: "AMQP 0-9-1")
            connection.participant = participant.id
            script.trace.capture.connections.append(connection)
        }
        for index in script.trace.messages.indices {
            script.trace.messages[index].connection = script.trace.messages[index].from
            for place in script.trace.messages[index].deliveries.indices {
                let receiver = script.trace.messages[index].deliveries[place].to
                script.trace.messages[index].deliveries[place].connection = receiver ?? 0
            }
        }
    }

    @Test func `a compute whose connection is reset after it took the build is named, with the time`() throws {
        var script = TraceScript()
        script.bootUntilCompute()
        script.wait(.seconds(2))
        connect(&script)
        script.trace.capture.connections[TraceScript.compute].end = ConnectionEnd(.reset, at: script.now, by: .client)
        #expect(try boot(script).diagnosis.cause == .underWay, "there is patience at first")
        script.wait(.seconds(70))
        let (operation, diagnosis) = try boot(script)
        #expect(operation.outcome == .stuck)
        #expect(diagnosis.cause == .connectionLost)
        #expect(diagnosis.participant == TraceScript.compute)
        #expect(diagnosis.host == "node1")
        #expect(
            operation.verdict == "build_and_run_instance was taken by nova-compute@node1, and its connection to the "
                + "broker was reset 2.0 s later")
    }

    @Test func `a connection that ended as it should, or before, proves nothing`() throws {
        for end in [ConnectionEnd.Kind.closed, .reset] {
            var script = TraceScript()
            let early = script.now
            script.bootUntilCompute()
            script.wait(.seconds(2))
            connect(&script)
            script.trace.capture.connections[TraceScript.compute].end = ConnectionEnd(
                end, at: end == .reset ? early : script.now, by: .client, code: 200)
            script.wait(.seconds(70))
            #expect(try boot(script).diagnosis.cause == .unanswered)
        }
    }

    @Test func `a conductor that the broker lets publish nothing is named, with the broker's reason`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
            instances: [TraceScript.instance])
        connect(&script)
        let span = BlockedSpan(from: script.now, reason: "low on memory")
        script.trace.capture.connections[TraceScript.conductor].blocked = [span]
        script.wait(.seconds(70))
        let (operation, diagnosis) = try boot(script)
        #expect(operation.outcome == .stuck)
        #expect(diagnosis.cause == .brokerBlocked)
        #expect(diagnosis.service == "nova-conductor")
        #expect(operation.verdict == "the broker lets nova-conductor publish nothing: low on memory")
        script.trace.capture.connections[TraceScript.conductor].blocked[0].until = span.from + .seconds(1)
        #expect(try boot(script).diagnosis.cause != .brokerBlocked)
    }

    @Test func `a channel that the broker closes over a message refuses it, and so does a nack`() throws {
        var script = TraceScript()
        let cast = script.cast(
            "schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: [TraceScript.instance])
        connect(&script)
        var nacked = script
        let at = script.now + .milliseconds(3)
        script.trace.capture.connections[TraceScript.api].channelClosings = [
            ChannelClosing(at: at, channel: 1, by: .broker, code: 404, text: "NOT_FOUND - no exchange 'nova'")
        ]
        let (operation, diagnosis) = try boot(script)
        #expect(diagnosis.cause == .brokerRefused)
        #expect(diagnosis.message == cast)
        #expect(
            operation.verdict
                == "schedule_and_build_instances was published to conductor, but the broker closed the channel: "
                + "404 NOT_FOUND - no exchange 'nova'")
        nacked.trace.messages[cast].refusedAt = at
        #expect(try boot(nacked).diagnosis.cause == .brokerRefused)
    }
}
