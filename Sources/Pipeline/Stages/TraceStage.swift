import Capture
import Correlation
import Network
import OpenStack
import Trace

/// A machine that is the second half of the flow: what decoders say → RPC messages → what is joined, listed and counted.
struct TraceStage {
    private(set) var planes: Planes
    var state: TraceState
    private let excerpt: ExcerptContext?
    /// Interfaces are watched from the beginning to the end.
    private let isLive: Bool

    /// - Parameters:
    ///   - excerpts: what the sources tell of themselves where each is an excerpt; their holes are no losses.
    ///   - shares: pipelines that read a part of the same input each.
    init(_ options: PipelineOptions, excerpts: [Excerpt]?, shares: Int) {
        let limits = options.limits
        isLive = limits.notesChanges
        excerpt = excerpts.map(ExcerptContext.init)
        let decoder = OsloDecoder(
            detail: options.detail, showsSecrets: options.showsSecrets, detailLimit: options.contentLimit,
            shares: shares)
        planes = Planes(
            BusPlane(decoder: decoder, listsPackets: limits.packetsPerContent != nil), redaction: decoder.redaction,
            excerpt: excerpt)
        state = TraceState(limits: limits, ports: options.ports)
        if let excerpt { state.correlator.knowUndelivered(excerpt.undelivered) }
    }

    /// Takes what comes of the streams; `bytes` live for the call.
    mutating func receive(_ output: StreamOutput, _ bytes: RawSpan) {
        switch output {
        case .event(let connection, let event): planes.receive(event, bytes, on: connection) { state.receive($0) }
        case .observation(let observation):
            planes.note(observation) { state.receive($0) }
            state.receive(observation)
        case .attemptFailed(let attempt): state.attempted(attempt)
        case .ending: state.connections.reserveRoom()
        case .unwanted, .due: break
        }
    }

    /// Evicts what is beyond the limits; to be called behind each packet.
    mutating func makeRoom(_ visit: (Correlator.Finished) -> Void) {
        state.correlator.makeRoom(visit)
    }

    /// Evicts what is expired.
    ///
    /// - Parameter isRetained: whether what was emitted before, and is kept, refers to a connection: it is not forgotten
    ///   then (`TraceBuilder.refers(to:)`).
    mutating func expire(
        _ expiry: Expiry, retaining isRetained: (ConnectionID) -> Bool, _ visit: (Correlator.Finished) -> Void
    ) {
        if !expiry.extents.isEmpty, !isLive { state.correlator.watch.extend(expiry.extents) }
        // Connections first: what is emitted now need not be kept by whoever takes it before this returns.
        state.connections.forget(state.correlator.forgetConnections(retaining: isRetained))
        state.correlator.expire(at: expiry.now, visit)
    }

    /// Takes over what is known of open connections.
    mutating func update(
        from stage: StreamStage, sawBothEnds: (Int) -> Bool, where isWanted: (ConnectionID) -> Bool = { _ in true }
    ) {
        stage.streams.visitOpen(sawBothEnds: sawBothEnds) { account in
            guard isWanted(account.connection) else { return }
            state.connections.update(account)
            if let told = planes.bus.facts.told(on: account.connection) {
                state.connections.tell(account.connection, told)
            }
        }
    }

    /// What was captured and understood so far.
    func summary(of sources: [CaptureSource], _ network: NetworkCounts) -> CaptureSummary {
        var capture = state.summary(of: sources, planes.redaction, listed: state.connections.connections)
        capture.network = network
        return capture
    }

    /// Ends the capture: emits everything that is left, and says what was captured and read of it.
    ///
    /// - Parameters:
    ///   - last: the latest time of all packets.
    ///   - endedAt: when the capture ended, where that is known.
    ///   - network: what was counted of packets and TCP connections.
    mutating func finish(
        _ sources: [CaptureSource], _ damages: [CaptureDamage], last: Timestamp?, endedAt: Timestamp?,
        _ network: NetworkCounts, _ visit: (Correlator.Finished) -> Void
    ) -> (capture: CaptureSummary, naming: ServiceNaming) {
        // An excerpt ends when its capture did, which may be long after its last packet.
        let ends = sources.filter(\.isExcerpt).compactMap(\.last) + [last, endedAt].compactMap(\.self)
        let end = ends.max() ?? Timestamp(nanoseconds: 0)
        for damage in damages {
            state.state(Anomaly(at: end, connection: nil, kind: .captureDamaged, detail: damage.sentence))
        }
        let isLossy = !damages.isEmpty || sources.contains { $0.kernelDropped ?? 0 > 0 }
        if isLossy, !state.correlator.knowsOfLostPackets { state.correlator.lostPackets(until: end) }
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
        capture.network = network
        capture.endedAt = endedAt
        return (capture, state.correlator.concludedNaming)
    }
}
