import CAllocationCounter
import Capture
import Correlation
import Pipeline
import TestSupport

/// Counts what the pipeline allocates for packets that have nothing to do with the message bus.
enum AllocationCount {
    /// Allocations a packet, without those that come with opening a file and a connection: the difference between a file
    /// and one of twice as many packets.
    static func perUnrelatedPacket(in folder: String) throws -> Double {
        let (short, long) = (folder + "/unrelated.pcap", folder + "/unrelated-twice.pcap")
        let first = try TrafficGenerator.write(.unrelatedPackets(200_000), to: short)
        let second = try TrafficGenerator.write(.unrelatedPackets(400_000), to: long)
        // What is set up once, at the first use, is set up by then.
        _ = try allocations(reading: long)
        let difference = try allocations(reading: long) - allocations(reading: short)
        return Double(max(0, difference)) / Double(second.packets - first.packets)
    }

    private static func allocations(reading path: String) throws -> Int {
        let before = novatrace_allocations()
        _ = try TracePipeline.run(over: CaptureFiles(paths: [path]), PipelineOptions(limits: .streaming)) { _ in }
        return Int(novatrace_allocations() - before)
    }
}
