import Capture
import Correlation
import Glibc
import Protocols
import Trace

/// Reads capture files to their end.
///
/// Where there are processors for it one thread reads packets and decodes streams, and the caller's understands what they
/// say. What passes between them is the same, in the same order, as where one thread does both, and so is what comes of it.
package enum FileRun {
    typealias Result = (capture: CaptureSummary, naming: ServiceNaming)

    /// - Parameters:
    ///   - threads: two, or one that does all.
    ///   - progress: called once in a while with the packets read so far.
    ///   - isRetained: as of `TraceStage.expire`.
    static func run(
        _ files: CaptureFiles, _ options: PipelineOptions, threads: Int, _ progress: (Int) -> Void,
        retaining isRetained: (ConnectionID) -> Bool, _ visit: (Correlator.Finished) -> Void
    ) throws(CaptureError) -> Result {
        var summary = CaptureSummary()
        summary.sources = files.sources
        let excerpts = summary.excerpts
        let streams = StreamStage(
            options, isOfExcerpts: excerpts != nil, watchesAll: files.sources.captureCount == 1,
            protocols: ProtocolRow.all)
        var trace = TraceStage(options, excerpts: excerpts, shares: 1)
        trace.state.correlator.watch.clocks = files.sources.clocks
        trace.state.correlator.watch.captures = files.sources.captures
        guard threads > 1, let reader = StreamReader(files, streams) else {
            return try runAlone(files, TracePipeline(streams, trace), progress, retaining: isRetained, visit)
        }
        var packets = 0
        while let batch = reader.next() {
            batch.empty { output, bytes, isLast in
                if case .due(let expiry) = output {
                    trace.expire(expiry, retaining: isRetained, visit)
                } else {
                    trace.receive(output, bytes)
                    if isLast { trace.makeRoom(visit) }
                }
            }
            if batch.packets >> 16 != packets >> 16 { progress(batch.packets) }
            packets = batch.packets
            reader.recycle(batch)
        }
        let ended = try reader.join()
        return trace.finish(
            files.sources, files.damages, last: ended.last, endedAt: nil, ended.counts, visit)
    }

    private static func runAlone(
        _ files: CaptureFiles, _ pipeline: consuming TracePipeline, _ progress: (Int) -> Void,
        retaining isRetained: (ConnectionID) -> Bool, _ visit: (Correlator.Finished) -> Void
    ) throws(CaptureError) -> Result {
        var packets = 0
        while try files.nextPacket({ header, bytes in pipeline.receive(bytes, header: header) }) {
            packets += 1
            pipeline.expire(retaining: isRetained, visit)
            if packets & 0xFFFF == 0 { progress(packets) }
        }
        return pipeline.finish(files.sources, files.damages, visit)
    }

    /// Threads that are worth their while: two where this process may use as many processors, and as much address space as
    /// it likes, of which the memory of a second thread takes a lot (`malloc`, "arenas").
    package static let threads: Int = {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        return limit.rlim_cur == .max && hasSeveralProcessors ? 2 : 1
    }()

    private static var hasSeveralProcessors: Bool {
        typealias Function = @convention(c) (pid_t, Int, UnsafeMutableRawPointer) -> Int32
        // The module does not show it.
        guard let function = dlsym(nil, "sched_getaffinity") else { return false }
        var processors = cpu_set_t()
        return withUnsafeMutableBytes(of: &processors) { bytes in
            guard let start = bytes.baseAddress,
                unsafeBitCast(function, to: Function.self)(0, bytes.count, start) == 0
            else { return false }
            let isAlone = bytes.count { $0 != 0 } == 1 && bytes.allSatisfy { $0.nonzeroBitCount <= 1 }
            return !isAlone
        }
    }
}
