package import Capture
package import Correlation
import Network
package import OpenStack
package import Protocols
package import Trace

/// A machine that is the whole flow: packets → segments → byte streams → frames → RPC messages → trace.
///
/// Data flows one way, one packet at a time, on packet time only: the same input gives the same output. It owns all
/// stages and hands what each emits to the next; none of them knows another.
package struct TracePipeline {
    private var packets = PacketDecoder()
    private var connections: TCPConnectionTable
    private var streams: StreamTable
    private var planes: Planes
    private var state: TraceState
    private let excerpt: ExcerptContext?
    /// The latest time of all.
    private var last: Timestamp?
    /// The latest time since things were evicted last: after a clock was set back, or a time was damaged, what is expired
    /// is told by the packets that come.
    private var recent: Timestamp?
    private var sinceExpiry = 0
    /// From when to when each source goes, as far as it was read; empty while there is one only.
    private var extents: [WatchedTime.Stretch?] = []
    /// Interfaces are watched from the beginning to the end.
    private let isLive: Bool

    /// - Parameters:
    ///   - excerpts: what the sources tell of themselves where each is an excerpt; their holes are no losses.
    ///   - shares: pipelines that read a part of the same input each.
    ///   - watchesAll: whether there is one source, which shows every connection from beginning to end.
    ///   - protocols: those that are decoded.
    package init(
        _ options: PipelineOptions = PipelineOptions(), excerpts: [Excerpt]? = nil, shares: Int = 1,
        watchesAll: Bool = false, protocols: [ProtocolRow] = ProtocolRow.all
    ) {
        let limits = options.limits
        isLive = limits.notesChanges
        excerpt = excerpts.map(ExcerptContext.init)
        connections = TCPConnectionTable(limits: excerpts == nil ? options.network : .excerpt)
        var streamLimits = Limits.default
        streamLimits.packetsPerContent = limits.packetsPerContent ?? 0
        streams = StreamTable(
            limits: streamLimits, protocols: protocols, notesSources: !watchesAll && !limits.notesChanges)
        let decoder = OsloDecoder(
            detail: options.detail, showsSecrets: options.showsSecrets, detailLimit: options.contentLimit,
            shares: shares)
        planes = Planes(
            BusPlane(decoder: decoder, listsPackets: limits.packetsPerContent != nil), redaction: decoder.redaction,
            excerpt: excerpt)
        state = TraceState(limits: limits, ports: options.ports)
        if let excerpt { state.correlator.knowUndelivered(excerpt.undelivered) }
    }

    // MARK: One packet

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
                streams.receive(event, bytes: bytes) { Self.route($0, $1, &planes, &state, &unwanted) }
            }
        }
        for connection in unwanted { connections.ignore(connection) }
        connections.visitFailedAttempts { state.attempted($0) }
    }

    /// It is as late as `time`, although no packet says so: what waited for packets does not wait any longer.
    ///
    /// - Returns: whether anything was emitted.
    @discardableResult
    package mutating func advance(to time: Timestamp) -> Bool {
        var unwanted: [Int] = []
        var hasAny = false
        connections.advance(to: time) { event, bytes in
            hasAny = true
            streams.receive(event, bytes: bytes) { Self.route($0, $1, &planes, &state, &unwanted) }
        }
        for connection in unwanted { connections.ignore(connection) }
        return hasAny
    }

    /// Hands what the streams emit to the planes, and what those emit to the state.
    private static func route(
        _ output: StreamOutput, _ bytes: RawSpan, _ planes: inout Planes, _ state: inout TraceState,
        _ unwanted: inout [Int]
    ) {
        switch output {
        case .event(let connection, let event): planes.receive(event, bytes, on: connection) { state.receive($0) }
        case .observation(let observation):
            planes.note(observation) { state.receive($0) }
            state.receive(observation)
        case .unwanted(let tcp): unwanted.append(tcp)
        }
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

    /// Evicts what is beyond the limits or expired; called for every packet, and does something once in a while.
    ///
    /// - Parameter isRetained: whether what was emitted before, and is kept, refers to a connection: it is not forgotten
    ///   then (`TraceBuilder.refers(to:)`).
    package mutating func expire(
        retaining isRetained: (ConnectionID) -> Bool = { _ in false }, _ visit: (Correlator.Finished) -> Void
    ) {
        sinceExpiry += 1
        state.correlator.makeRoom(visit)
        guard sinceExpiry >= Self.packetsBetweenExpiries, let now = recent else { return }
        sinceExpiry = 0
        recent = nil
        if extents.count > 1, !isLive { state.correlator.watch.extend(extents) }
        // Connections first: what is emitted now need not be kept by whoever takes it before this returns.
        state.connections.forget(state.correlator.forgetConnections(retaining: isRetained))
        state.correlator.expire(at: now, visit)
    }

    private static let packetsBetweenExpiries = 256

    /// The kernel dropped packets: some that came until now are not here.
    package mutating func lostPackets() {
        if let last { state.correlator.lostPackets(until: last) }
    }

    // MARK: While it goes on

    /// Connections found since the last time, where the limits say that changes are noted.
    package mutating func takeFoundConnections() -> [FoundConnection] { state.connections.takeFound() }

    /// Whether anything went wrong with a connection, or an attempt at one, since it was taken last, where the limits
    /// say that changes are noted.
    package var hasTrouble: Bool { state.hasTrouble }

    package mutating func takeFailedAttempts() -> [ConnectionAttempts] { state.takeFailedAttempts() }

    /// The connections that something out of the ordinary happened to since the last time, as they stand.
    package mutating func takeTroubledConnections() -> [Connection] {
        let troubled = state.takeTroubled()
        guard !troubled.isEmpty else { return [] }
        Self.update(&state.connections, from: streams, planes, where: troubled.contains)
        return troubled.sorted().compactMap { state.connections.connection($0) }
    }

    /// Takes over what is known of open connections.
    private static func update(
        _ list: inout ConnectionList, from streams: StreamTable, _ planes: Planes,
        sawBothEnds: (Int) -> Bool = { _ in false }, where isWanted: (ConnectionID) -> Bool = { _ in true }
    ) {
        streams.visitOpen(sawBothEnds: sawBothEnds) { account in
            guard isWanted(account.connection) else { return }
            list.update(account)
            if let told = planes.bus.facts.told(on: account.connection) { list.tell(account.connection, told) }
        }
    }

    /// The table of processes says whose a connection is.
    package mutating func belongs(_ connection: ConnectionID, to process: ProcessHint) {
        state.correlator.naming.belongs(connection, to: process)
    }

    /// Visits the messages that something passed of since the last time, where the limits say that changes are noted.
    package mutating func visitChanges(_ visit: (borrowing Correlator, MessageID) -> Void) {
        state.correlator.visitChanges(visit)
    }

    /// What is joined and not yet emitted.
    package var correlator: Correlator { _read { yield state.correlator } }

    // MARK: The end

    /// Ends the capture: emits everything that is left, and says what was captured and read of it.
    package mutating func finish(
        _ sources: [CaptureSource], _ damages: [CaptureDamage], endedAt: Timestamp? = nil,
        _ visit: (Correlator.Finished) -> Void
    ) -> (capture: CaptureSummary, naming: ServiceNaming) {
        var unwanted: [Int] = []
        connections.finish { event, bytes in
            streams.receive(event, bytes: bytes) { Self.route($0, $1, &planes, &state, &unwanted) }
        }
        connections.visitFailedAttempts { state.attempted($0) }
        state.connections.reserveRoom()
        streams.finish(sawBothEnds: connections.sawBothEnds) { Self.route($0, $1, &planes, &state, &unwanted) }
        // An excerpt ends when its capture did, which may be long after its last packet.
        let ends = sources.filter(\.isExcerpt).compactMap(\.last) + [last, endedAt].compactMap(\.self)
        let end = ends.max() ?? Timestamp(nanoseconds: 0)
        for damage in damages {
            state.state(Anomaly(at: end, connection: nil, kind: .captureDamaged, detail: damage.sentence))
        }
        let isLossy = !damages.isEmpty || sources.contains { $0.kernelDropped ?? 0 > 0 }
        if isLossy, !correlator.knowsOfLostPackets { state.correlator.lostPackets(until: end) }
        state.recordLosses(at: end, untold: planes.bus.facts.leftOut)
        state.correlator.watch.extend(sources)
        if let excerpt {
            for (connection, index) in excerpt.ids(of: state.connections.connections) {
                state.correlator.watch.tell(connection, excerpt.connections[index].watched)
            }
        }
        state.correlator.finish(at: end, visit)
        let listed = state.connections.takeConnections()
        var capture = state.summary(of: sources, planes.redaction, listed: listed)
        capture.network = NetworkCounts(packets, connections)
        capture.endedAt = endedAt
        return (capture, correlator.concludedNaming)
    }

    /// What was captured and understood so far, for a trace while the capture goes on.
    package func summary(of sources: [CaptureSource]) -> (capture: CaptureSummary, naming: ServiceNaming) {
        var state = state
        Self.update(&state.connections, from: streams, planes, sawBothEnds: connections.sawBothEnds)
        let listed = state.connections.connections
        var capture = state.summary(of: sources, planes.redaction, listed: listed)
        capture.network = NetworkCounts(packets, connections)
        return (capture, correlator.concludedNaming)
    }

    /// What limits and expiry evicted so far.
    package var evictions: Evictions { state.evictions }

    /// What is kept at the moment.
    package var counts: PipelineCounts {
        PipelineCounts(
            correlator: correlator.counts, listedConnections: state.connections.listedCount, streams: streams.count,
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
    ///   - progress: called once in a while with the packets read so far.
    ///   - isRetained: as of `expire`.
    package static func run(
        over files: CaptureFiles, _ options: PipelineOptions = PipelineOptions(),
        progress: (Int) -> Void = { _ in }, retaining isRetained: (ConnectionID) -> Bool = { _ in false },
        visit: (Correlator.Finished) -> Void
    ) throws(CaptureError) -> (capture: CaptureSummary, naming: ServiceNaming) {
        try refuseUndecodable(files)
        var summary = CaptureSummary()
        summary.sources = files.sources
        var pipeline = TracePipeline(
            options, excerpts: summary.excerpts, watchesAll: files.sources.captureCount == 1)
        pipeline.state.correlator.watch.clocks = files.sources.clocks
        pipeline.state.correlator.watch.captures = files.sources.captures
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
        let options = PipelineOptions(detail: detail)
        let (capture, naming) = try run(over: files, options, progress: progress) { builder.add($0) }
        var finished = TraceBuilder()
        swap(&finished, &builder)
        return finished.trace(capture: capture, naming: naming)
    }
}
