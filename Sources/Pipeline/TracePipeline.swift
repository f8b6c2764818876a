import Capture
import Correlation
import Network
import OpenStack
import Trace

/// A machine that is the whole flow: packets → segments → byte streams → frames → RPC messages → trace.
///
/// Data flows one way, one packet at a time, on packet time only: the same input gives the same output.
package struct TracePipeline {
    private var packets = PacketDecoder()
    private var connections: TCPConnectionTable
    private var streams: StreamStage
    /// The latest time of all.
    private var last: Timestamp?
    /// The latest time since things were let go last: after a clock was set back, or a time was damaged, what is expired
    /// is told by the packets that come.
    private var recent: Timestamp?
    private var sinceExpiry = 0
    /// From when to when each source goes, as far as it was read; empty while there is one only.
    private var extents: [WatchedTime.Stretch?] = []
    /// Interfaces are watched from the beginning to the end.
    private let isLive: Bool

    /// - Parameters:
    ///   - ports: the ports of brokers, beside those of AMQP: attempts to reach one there are told of.
    ///   - excerpts: what the sources tell of themselves where each is an excerpt; their holes are no losses.
    package init(
        detail: OsloDecoder.Detail = .none, showsSecrets: Bool = false, contentLimit: Int = .max,
        limits: CorrelationLimits = .replay, network: NetworkLimits = NetworkLimits(), ports: [UInt16] = [],
        excerpts: [Excerpt]? = nil
    ) {
        isLive = limits.notesChanges
        connections = TCPConnectionTable(limits: excerpts == nil ? network : .excerpt)
        let decoder = OsloDecoder(detail: detail, showsSecrets: showsSecrets, detailLimit: contentLimit)
        streams = StreamStage(
            messages: MessageStage(decoder: decoder, limits: limits),
            packetsPerContent: limits.packetsPerContent ?? 0, notesFound: limits.notesChanges, ports: ports,
            excerpt: excerpts.map(ExcerptContext.init))
    }

    /// Takes one packet.
    package mutating func receive(_ bytes: RawSpan, header: borrowing PacketHeader) {
        let stamp = header.stamp
        if stamp.source != 0 || !extents.isEmpty { extend(stamp) }
        last = max(last ?? stamp.time, stamp.time)
        recent = max(recent ?? stamp.time, stamp.time)
        var unwanted: [Int] = []
        packets.decode(bytes, linkType: header.linkType.rawValue, wireLength: header.wireLength, at: stamp) {
            segment, payload in
            connections.receive(segment, payload: payload, at: stamp) { event, bytes in
                if !streams.receive(event, bytes: bytes) { unwanted.append(event.connection) }
            }
        }
        for connection in unwanted { connections.ignore(connection) }
        noteAttempts()
    }

    private mutating func extend(_ stamp: PacketStamp) {
        let source = Int(stamp.source)
        if extents.isEmpty {
            // Packets of the first source came before, at whatever time.
            extents.append(WatchedTime.Stretch(from: Timestamp(nanoseconds: .min), until: last ?? stamp.time))
        }
        while extents.count <= source { extents.append(nil) }
        guard let extent = extents[source] else {
            return extents[source] = WatchedTime.Stretch(from: stamp.time, until: stamp.time)
        }
        if extent.until < stamp.time { extents[source]?.until = stamp.time }
    }

    /// It is as late as `time`, although no packet says so: what waited for packets does not wait any longer.
    ///
    /// - Returns: whether anything was handed on.
    @discardableResult
    package mutating func advance(to time: Timestamp) -> Bool {
        var unwanted: [Int] = []
        var hasAny = false
        connections.advance(to: time) { event, bytes in
            hasAny = true
            if !streams.receive(event, bytes: bytes) { unwanted.append(event.connection) }
        }
        for connection in unwanted { connections.ignore(connection) }
        return hasAny
    }

    private mutating func noteAttempts() {
        connections.visitFailedAttempts { streams.attempted($0) }
    }

    /// Hands on what is beyond the limits or expired; called for every packet, and does something once in a while.
    ///
    /// - Parameter isRetained: whether what was handed on before, and is kept, refers to a connection: it is not
    ///   forgotten then (`TraceBuilder.refers(to:)`).
    package mutating func expire(
        retaining isRetained: (Int) -> Bool = { _ in false }, _ visit: (Correlator.Finished) -> Void
    ) {
        sinceExpiry += 1
        guard sinceExpiry >= Self.packetsBetweenExpiries, let now = recent else { return }
        sinceExpiry = 0
        recent = nil
        if extents.count > 1, !isLive { streams.extend(extents) }
        streams.expire(at: now, retaining: isRetained, visit)
    }

    private static let packetsBetweenExpiries = 256

    /// The kernel dropped packets: some that came until now are not here.
    package mutating func lostPackets() {
        if let last { streams.lostPackets(until: last) }
    }

    /// AMQP connections found since the last time, where the limits say that changes are noted.
    package mutating func takeFoundConnections() -> [FoundConnection] { streams.takeFound() }

    /// Whether anything went wrong with a connection, or an attempt at one, since it was taken last, where the limits
    /// say that changes are noted.
    package var hasTrouble: Bool { streams.hasTrouble }

    package mutating func takeFailedAttempts() -> [ConnectionAttempts] { streams.takeFailedAttempts() }

    package mutating func takeTroubledConnections() -> [Connection] { streams.takeTroubledConnections() }

    /// The table of processes says whose a connection is.
    package mutating func belongs(_ connection: Int, to process: ProcessHint) {
        streams.belongs(connection, to: process)
    }

    /// Visits the messages that something passed of since the last time, where the limits say that changes are noted.
    package mutating func visitChanges(_ visit: (borrowing Correlator, Int) -> Void) {
        streams.visitChanges(visit)
    }

    /// What is joined and not yet handed on.
    package var correlator: Correlator { _read { yield streams.correlator } }

    /// Ends the capture: hands on everything that is left, and says what was captured and read of it.
    package mutating func finish(
        _ sources: [CaptureSource], _ damages: [CaptureDamage], endedAt: Timestamp? = nil,
        _ visit: (Correlator.Finished) -> Void
    ) -> (capture: CaptureSummary, naming: ServiceNaming) {
        connections.finish { event, bytes in _ = streams.receive(event, bytes: bytes) }
        noteAttempts()
        streams.finish(sawBothEnds: connections.sawBothEnds)
        // An excerpt ends when its capture did, which may be long after its last packet.
        let ends = sources.filter(\.isExcerpt).compactMap(\.last) + [last, endedAt].compactMap(\.self)
        let end = ends.max() ?? Timestamp(nanoseconds: 0)
        for damage in damages {
            streams.record(Anomaly(at: end, connection: nil, kind: .captureDamaged, detail: damage.sentence))
        }
        let isLossy = !damages.isEmpty || sources.contains { $0.kernelDropped ?? 0 > 0 }
        if isLossy, !streams.correlator.knowsOfLostPackets { streams.lostPackets(until: end) }
        streams.recordLosses(at: end)
        streams.extend(sources)
        streams.finish(at: end, visit)
        var finished = summary(of: sources)
        finished.capture.endedAt = endedAt
        return finished
    }

    /// What was captured and understood so far, for a trace while the capture goes on.
    package func summary(of sources: [CaptureSource]) -> (capture: CaptureSummary, naming: ServiceNaming) {
        var capture = streams.summary(of: sources, sawBothEnds: connections.sawBothEnds)
        capture.network = NetworkCounts(packets, connections)
        return (capture, streams.naming)
    }

    /// What limits and expiry made go so far.
    package var evictions: Evictions { streams.evictions }

    /// What is kept at the moment.
    package var counts: PipelineCounts {
        let counts = streams.counts
        return PipelineCounts(
            correlator: counts.correlator, listedConnections: counts.listed, streams: counts.open,
            tcpConnections: connections.count, tcpBufferedBytes: connections.bufferedBytes)
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
    ///   - contentLimit: bytes of details in all; later messages have none.
    ///   - progress: called once in a while with the packets read so far.
    ///   - isRetained: as of `expire`.
    package static func run(
        over files: CaptureFiles, detail: OsloDecoder.Detail = .none, showsSecrets: Bool = false,
        contentLimit: Int = .max, limits: CorrelationLimits = .replay,
        progress: (Int) -> Void = { _ in }, retaining isRetained: (Int) -> Bool = { _ in false },
        visit: (Correlator.Finished) -> Void
    ) throws(CaptureError) -> (capture: CaptureSummary, naming: ServiceNaming) {
        try refuseUndecodable(files)
        var summary = CaptureSummary()
        summary.sources = files.sources
        var pipeline = TracePipeline(
            detail: detail, showsSecrets: showsSecrets, contentLimit: contentLimit, limits: limits,
            excerpts: summary.excerpts)
        var count = 0
        while try files.nextPacket({ header, bytes in pipeline.receive(bytes, header: header) }) {
            count += 1
            pipeline.expire(retaining: isRetained, visit)
            if count & 0xFFFF == 0 { progress(count) }
        }
        return pipeline.finish(files.sources, files.damages, visit)
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
        let (capture, naming) = try run(over: files, detail: detail, progress: progress) { builder.add($0) }
        var finished = TraceBuilder()
        swap(&finished, &builder)
        return finished.trace(capture: capture, naming: naming)
    }
}
