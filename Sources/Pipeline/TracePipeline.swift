package import Capture
package import Correlation
import Network
package import OpenStack
package import Protocols
package import Trace

/// A machine that is the whole flow: packets → segments → byte streams → frames → RPC messages → trace.
///
/// Data flows one way, one packet at a time, on packet time only: the same input gives the same output. It owns both
/// halves and hands what the first emits to the second; files are read with a thread for each (`FileRun`).
package struct TracePipeline {
    private var streams: StreamStage
    private var trace: TraceStage

    /// - Parameters:
    ///   - excerpts: what the sources tell of themselves where each is an excerpt; their holes are no losses.
    ///   - shares: pipelines that read a part of the same input each.
    ///   - watchesAll: whether there is one source, which shows every connection from beginning to end.
    ///   - protocols: those that are decoded.
    package init(
        _ options: PipelineOptions = PipelineOptions(), excerpts: [Excerpt]? = nil, shares: Int = 1,
        watchesAll: Bool = false, protocols: [ProtocolRow] = ProtocolRow.all
    ) {
        streams = StreamStage(options, isOfExcerpts: excerpts != nil, watchesAll: watchesAll, protocols: protocols)
        trace = TraceStage(options, excerpts: excerpts, shares: shares)
    }

    /// Made of its two halves.
    init(_ streams: consuming StreamStage, _ trace: consuming TraceStage) {
        self.streams = streams
        self.trace = trace
    }

    // MARK: One packet

    /// Takes one packet.
    package mutating func receive(_ bytes: RawSpan, header: borrowing PacketHeader) {
        streams.receive(bytes, header: header) { trace.receive($0, $1) }
    }

    /// It is as late as `time`, although no packet says so: what waited for packets does not wait any longer.
    ///
    /// - Returns: whether anything was emitted.
    @discardableResult
    package mutating func advance(to time: Timestamp) -> Bool {
        streams.advance(to: time) { trace.receive($0, $1) }
    }

    /// Evicts what is beyond the limits or expired; called for every packet, and does something once in a while.
    ///
    /// - Parameter isRetained: whether what was emitted before, and is kept, refers to a connection: it is not forgotten
    ///   then (`TraceBuilder.refers(to:)`).
    package mutating func expire(
        retaining isRetained: (ConnectionID) -> Bool = { _ in false }, _ visit: (Correlator.Finished) -> Void
    ) {
        trace.makeRoom(visit)
        if let expiry = streams.takeExpiry() { trace.expire(expiry, retaining: isRetained, visit) }
    }

    /// The kernel dropped packets: some that came until now are not here.
    package mutating func lostPackets() {
        if let last = streams.last { trace.state.correlator.lostPackets(until: last) }
    }

    // MARK: While it goes on

    /// Connections found since the last time, where the limits say that changes are noted.
    package mutating func takeFoundConnections() -> [FoundConnection] { trace.state.connections.takeFound() }

    /// Whether anything went wrong with a connection, or an attempt at one, since it was taken last, where the limits
    /// say that changes are noted.
    package var hasTrouble: Bool { trace.state.hasTrouble }

    package mutating func takeFailedAttempts() -> [ConnectionAttempts] { trace.state.takeFailedAttempts() }

    /// The connections that something out of the ordinary happened to since the last time, as they stand.
    package mutating func takeTroubledConnections() -> [Connection] {
        let troubled = trace.state.takeTroubled()
        guard !troubled.isEmpty else { return [] }
        trace.update(from: streams, sawBothEnds: { _ in false }, where: troubled.contains)
        return troubled.sorted().compactMap { trace.state.connections.connection($0) }
    }

    /// The table of processes says whose a connection is.
    package mutating func belongs(_ connection: ConnectionID, to process: ProcessHint) {
        trace.state.correlator.naming.belongs(connection, to: process)
    }

    /// Visits the messages that something passed of since the last time, where the limits say that changes are noted.
    package mutating func visitChanges(_ visit: (borrowing Correlator, MessageID) -> Void) {
        trace.state.correlator.visitChanges(visit)
    }

    /// What is joined and not yet emitted.
    package var correlator: Correlator { _read { yield trace.state.correlator } }

    // MARK: The end

    /// Ends the capture: emits everything that is left, and says what was captured and read of it.
    package mutating func finish(
        _ sources: [CaptureSource], _ damages: [CaptureDamage], endedAt: Timestamp? = nil,
        _ visit: (Correlator.Finished) -> Void
    ) -> (capture: CaptureSummary, naming: ServiceNaming) {
        streams.finish { trace.receive($0, $1) }
        return trace.finish(sources, damages, last: streams.last, endedAt: endedAt, streams.counts, visit)
    }

    /// What was captured and understood so far, for a trace while the capture goes on.
    package func summary(of sources: [CaptureSource]) -> (capture: CaptureSummary, naming: ServiceNaming) {
        var trace = trace
        trace.update(from: streams, sawBothEnds: { streams.sawBothEnds(of: $0) })
        return (trace.summary(of: sources, streams.counts), correlator.concludedNaming)
    }

    /// What limits and expiry evicted so far.
    package var evictions: Evictions { trace.state.evictions }

    /// What is kept at the moment.
    package var counts: PipelineCounts {
        PipelineCounts(
            correlator: correlator.counts, listedConnections: trace.state.connections.listedCount,
            streams: streams.streams.count, tcpConnections: streams.tcpConnections,
            tcpBufferedBytes: streams.tcpBufferedBytes)
    }
}

/// A value: how much a pipeline keeps at the moment.
package struct PipelineCounts: Sendable {
    package var correlator: CorrelatorCounts
    /// AMQP connections that are listed, those that ended included.
    package var listedConnections: Int
    /// TCP connections that are read.
    package var streams: Int
    /// TCP connections known, those that ended a short while ago or that nobody wants included.
    package var tcpConnections: Int
    /// Out-of-order bytes kept in all.
    package var tcpBufferedBytes: Int
}

extension TracePipeline {
    /// Reads capture files to their end, handing on messages and calls as they are finished.
    ///
    /// - Parameters:
    ///   - threads: two, or one that does all.
    ///   - progress: called once in a while with the packets read so far.
    ///   - isRetained: as of `expire`.
    package static func run(
        over files: CaptureFiles, _ options: PipelineOptions = PipelineOptions(),
        threads: Int = FileRun.threads, progress: (Int) -> Void = { _ in },
        retaining isRetained: (ConnectionID) -> Bool = { _ in false }, visit: (Correlator.Finished) -> Void
    ) throws(CaptureError) -> (capture: CaptureSummary, naming: ServiceNaming) {
        try refuseUndecodable(files)
        return try FileRun.run(files, options, threads: threads, progress, retaining: isRetained, visit)
    }

    private static func refuseUndecodable(_ files: CaptureFiles) throws(CaptureError) {
        for (linkType, source) in zip(files.linkTypes, files.sources)
        where !PacketDecoder.decodes(linkType: linkType.rawValue) {
            throw .undecodable(
                linkType, path: source.path, decoded: LinkLayer.allCases.map { LinkType(rawValue: $0.rawValue) })
        }
    }

    /// Opens capture files to be read as one, each with the times that its clock should have shown.
    package static func files(
        _ paths: [String], corrections: [ClockCorrection] = []
    ) throws(CaptureError) -> CaptureFiles {
        try CaptureFiles(
            paths: paths, corrections: corrections,
            judge: ClockJudge(isStep: StepJudge.isStep, sizeOfLeap: LeapJudge.size))
    }

    /// The whole trace of capture files, merged by time.
    package static func trace(
        of paths: [String], detail: OsloDecoder.Detail = .none, progress: (Int) -> Void = { _ in }
    ) throws(CaptureError) -> BusTrace {
        let files = try files(paths, corrections: ClockSurvey(of: paths).corrections(applied: true))
        var builder = TraceBuilder()
        let options = PipelineOptions(detail: detail)
        let (capture, naming) = try run(over: files, options, progress: progress) { builder.add($0) }
        var finished = TraceBuilder()
        swap(&finished, &builder)
        return finished.trace(capture: capture, naming: naming)
    }
}
