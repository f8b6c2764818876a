import TestSupport
import Testing
import Trace

@testable import Diagnosis
@testable import Operations

@Suite struct `The end of a capture` {
    private func running(_ change: (inout TraceScript) -> Void) throws -> Operation {
        var script = TraceScript()
        script.bootUntilCompute()
        script.build(until: "spawning")
        script.connect()
        change(&script)
        let operation = try #require(script.operations.first)
        #expect(operation.outcome == .running)
        return operation
    }

    @Test func `of a file is its last packet, for it may have run on; a live one knows when it ended`() throws {
        var script = TraceScript()
        script.cast(
            "schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: [TraceScript.instance])
        let sentence = "schedule_and_build_instances was published to conductor and not seen taken"
        #expect(script.operations.first?.verdict == "\(sentence) when the last packet came right after it")
        script.trace.capture.endedAt = script.now + .seconds(3)
        #expect(script.operations.first?.verdict == "\(sentence) when the capture ended 3.0 s later")
        script.trace.capture.endedAt = script.now + .seconds(6)
        let operation = try #require(script.operations.first)
        #expect(operation.outcome == .stuck)
        let missing = operation.diagnosis?.evidence.filter(\.isMissing).map(\.text)
        #expect(missing == ["no delivery of it was seen in the 6.0 s until the capture ended"])
    }

    @Test func `shortly after a compute lost its connections leaves its boot running, and that is said`() throws {
        let operation = try running { script in
            script.wait(.seconds(1))
            script.trace.capture.connections[TraceScript.compute.index].end = ConnectionEnd(
                .finished, at: script.now, by: .client)
        }
        #expect(
            operation.verdict
                == #"reached "spawning"; nova-compute@node1 lost its connection at +1.5 s and was not back when the last "#
                + "packet came right after it")
        #expect(operation.diagnosis?.participant == TraceScript.compute)
    }

    @Test func `shortly after the broker ended all connections blames no compute`() throws {
        let operation = try running { script in
            script.wait(.seconds(1))
            for index in script.trace.capture.connections.indices {
                script.trace.capture.connections[index].end = ConnectionEnd(.reset, at: script.now, by: .server)
            }
            script.wait(.seconds(2))
        }
        #expect(
            operation.verdict
                == #"reached "spawning"; the broker 10.0.1.1:5672 ended all of its 6 connections at +1.5 s, and nobody "#
                + "was back when the last packet came 2.0 s later")
        #expect(operation.diagnosis?.host != "node2")
    }
}
