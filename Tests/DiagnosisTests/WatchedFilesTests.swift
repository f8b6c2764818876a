import TestSupport
import Testing
import Trace

@testable import Diagnosis
@testable import Operations

/// A boot in several files: one of the controller, and one of the compute that ends on its own.
@Suite struct `What another file does not show` {
    /// A build that was cast and not taken; then so long nothing, in the controller's file.
    private func script(computeWatched: Nanoseconds, then wait: Nanoseconds = .seconds(60)) -> TraceScript {
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
        let cast = script.now
        script.wait(wait)
        script.connect()
        let start = Timestamp(seconds: 1000, nanoseconds: 0)
        for index in script.trace.capture.connections.indices {
            let isCompute = index == TraceScript.compute.index
            script.trace.capture.connections[index].watched = WatchedTime([
                WatchedTime.Stretch(from: start, until: isCompute ? cast + computeWatched : script.now)
            ])
        }
        var source = CaptureSource(path: "node1.pcap", linkType: "EN10MB")
        (source.first, source.last) = (start, cast + computeWatched)
        script.trace.capture.sources.append(source)
        return script
    }

    @Test func `a cast is not untaken where the file of who would take it had ended`() throws {
        let boot = try #require(script(computeWatched: .seconds(2)).operations.first)
        #expect(boot.outcome != .stuck)
        #expect(
            boot.verdict
                == "build_and_run_instance was published to compute.node1 and not seen taken, but node1.pcap, which "
                + "would have shown it, ends at 00:16:42")
    }

    @Test func `it is where that file went on for long enough, and until then`() throws {
        let boot = try #require(script(computeWatched: .seconds(20)).operations.first)
        #expect(boot.outcome == .stuck)
        #expect(boot.verdict.hasSuffix("taken by nobody in 20.0 s"))
        #expect(
            boot.diagnosis?.evidence.filter(\.isMissing).map(\.text) == [
                "no delivery of it was seen in the 20.0 s until the last packet of node1.pcap"
            ])
    }

    @Test func `where nothing was captured for a while nothing is missing`() throws {
        var script = script(computeWatched: .seconds(60))
        let start = Timestamp(seconds: 1000, nanoseconds: 0)
        for index in script.trace.capture.connections.indices {
            script.trace.capture.connections[index].watched = WatchedTime([
                WatchedTime.Stretch(from: start, until: start + .seconds(2)),
                WatchedTime.Stretch(from: start + .seconds(30), until: script.now),
            ])
        }
        let boot = try #require(script.operations.first)
        #expect(boot.outcome != .stuck)
        #expect(boot.verdict.hasSuffix("but nothing was captured from 00:16:42 to 00:17:10"))
    }

    @Test func `a connection had a sign of life as far as is known while nothing was captured`() {
        let start = Timestamp(seconds: 1000, nanoseconds: 0)
        var connection = Connection(id: 0, client: "10.0.0.1:1", server: "10.0.0.9:5672", protocolName: "AMQP 0-9-1")
        connection.lastSeenServer = start
        connection.lastSeenClient = start + .seconds(100)
        connection.messagesSent = 1
        connection.end = ConnectionEnd(.reset, at: start + .seconds(100), by: .client)
        #expect(connection.incidents.first?.silence == .seconds(100))
        connection.watched = WatchedTime([
            WatchedTime.Stretch(from: start, until: start + .seconds(10)),
            WatchedTime.Stretch(from: start + .seconds(75), until: start + .seconds(120)),
        ])
        #expect(connection.incidents.first?.silence == .seconds(25))
        connection.watched = WatchedTime([
            WatchedTime.Stretch(from: start, until: start + .seconds(10)),
            WatchedTime.Stretch(from: start + .seconds(95), until: start + .seconds(120)),
        ])
        #expect(connection.incidents.first?.silence == nil)
    }
}
