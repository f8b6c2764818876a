import Capture
import Correlation
import Glibc
import Pipeline
import TestSupport
import Trace

/// `endure FILE CONNECTIONS CALLS`: makes a capture of so many connections, one after the other, with so many calls each,
/// reads it as a live capture does, and prints the most that was kept, and what was let go.
struct Endurance {
    private let path: String
    private let connections: Int
    private let calls: Int
    private static let limits = CorrelationLimits.live

    init(_ arguments: [String]) throws(BenchmarkFailure) {
        guard arguments.count == 5, let connections = Int(arguments[3]), let calls = Int(arguments[4]),
            connections > 0, calls > 0
        else { throw BenchmarkFailure(description: "usage: novatrace-bench endure FILE CONNECTIONS CALLS") }
        path = arguments[2]
        self.connections = connections
        self.calls = calls
    }

    func run() throws {
        try write()
        print("\(connections) connections, \(2 * calls * connections) messages; memory \(memory()) kB before")
        let files = try CaptureFiles(paths: [path])
        var pipeline = TracePipeline(PipelineOptions(limits: Self.limits))
        var builder = TraceBuilder(limits: RetentionLimits(messages: 20_000, backgroundMessages: 5000))
        var most = (listed: 0, named: 0, messages: 0, calls: 0, streams: 0)
        var packets = 0
        while try files.nextPacket({ header, bytes in pipeline.receive(bytes, header: header) }) {
            packets += 1
            pipeline.expire(retaining: { builder.refers(to: $0) }, { builder.add($0) })
            guard packets % 1000 == 0 else { continue }
            let counts = pipeline.counts
            most.listed = max(most.listed, counts.listedConnections)
            most.named = max(most.named, counts.correlator.connections)
            most.messages = max(most.messages, counts.correlator.messages)
            most.calls = max(most.calls, counts.correlator.calls)
            most.streams = max(most.streams, counts.streams)
            if packets % 1_000_000 == 0 { print("\(packets) packets: \(memory()) kB at most") }
        }
        print("at most \(most)")
        let (capture, naming) = pipeline.finish(files.sources, files.damages) { builder.add($0) }
        print(pipeline.evictions + builder.evictions)
        let trace = builder.trace(capture: capture, naming: naming)
        print("\(trace.messages.count) messages, \(trace.calls.count) calls, \(trace.participants.count) participants")
        print(Set(trace.participants.map(\.label)).sorted().prefix(4), "memory \(memory()) kB at most")
    }

    private func write() throws {
        var writer = try PcapWriter(path: path)
        var traffic = ReconnectTraffic(processes: 50, callsPerConnection: calls)
        for _ in 0..<connections {
            for packet in traffic.nextConnection() {
                writer.write(at: UInt64(packet.time.nanoseconds / 1000), packet.bytes, [])
            }
        }
        try writer.finish()
    }

    /// The most that the process had so far, in kilobytes.
    private func memory() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }
}
