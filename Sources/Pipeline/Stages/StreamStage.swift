import Capture
import Correlation
import Network
import Protocols
import Trace

/// A machine that is the first half of the flow: packets → segments → byte streams → what decoders say.
///
/// It hears nothing from the second half, `TraceStage`, so that the two may run on threads of their own.
struct StreamStage {
    typealias Emit = (consuming StreamOutput, RawSpan) -> Void

    private var packets = PacketDecoder()
    private var connections: TCPConnectionTable
    private(set) var streams: StreamTable
    /// The latest time of all.
    private(set) var last: Timestamp?
    /// The latest time since things were evicted last: after a clock was set back, or a time was damaged, what is expired
    /// is told by the packets that come.
    private var recent: Timestamp?
    private var sinceExpiry = 0
    /// From when to when each source goes, as far as it was read; empty while there is one only.
    private var extents: [WatchedTime.Stretch?] = []
    private static let packetsBetweenExpiries = 256

    /// - Parameters:
    ///   - isOfExcerpts: whether each source is an excerpt, whose holes are no losses.
    ///   - watchesAll: whether there is one source, which shows every connection from beginning to end.
    init(_ options: PipelineOptions, isOfExcerpts: Bool, watchesAll: Bool, protocols: [ProtocolRow]) {
        connections = TCPConnectionTable(limits: isOfExcerpts ? .excerpt : options.network)
        var limits = Limits.default
        limits.packetsPerContent = options.limits.packetsPerContent ?? 0
        streams = StreamTable(
            limits: limits, protocols: protocols, notesSources: !watchesAll && !options.limits.notesChanges)
    }

    /// Takes one packet.
    mutating func receive(_ bytes: RawSpan, header: borrowing PacketHeader, _ emit: Emit) {
        let stamp = header.stamp
        if stamp.source != 0 || !extents.isEmpty { extend(stamp) }
        last = max(last ?? stamp.time, stamp.time)
        recent = max(recent ?? stamp.time, stamp.time)
        var unwanted: [Int] = []
        packets.decode(bytes, linkType: header.linkType.rawValue, wireLength: header.wireLength, at: stamp) {
            segment, payload in
            connections.receive(segment, payload: payload, at: stamp) { event, bytes in
                streams.receive(event, bytes: bytes) { Self.route($0, $1, &unwanted, emit) }
            }
        }
        for connection in unwanted { connections.ignore(connection) }
        connections.visitFailedAttempts { emit(.attemptFailed($0), RawSpan()) }
    }

    /// It is as late as `time`, although no packet says so: what waited for packets does not wait any longer.
    ///
    /// - Returns: whether anything was emitted.
    mutating func advance(to time: Timestamp, _ emit: Emit) -> Bool {
        var unwanted: [Int] = []
        var hasAny = false
        connections.advance(to: time) { event, bytes in
            hasAny = true
            streams.receive(event, bytes: bytes) { Self.route($0, $1, &unwanted, emit) }
        }
        for connection in unwanted { connections.ignore(connection) }
        return hasAny
    }

    /// The capture is at its end: emits what is left.
    mutating func finish(_ emit: Emit) {
        var unwanted: [Int] = []
        connections.finish { event, bytes in
            streams.receive(event, bytes: bytes) { Self.route($0, $1, &unwanted, emit) }
        }
        connections.visitFailedAttempts { emit(.attemptFailed($0), RawSpan()) }
        emit(.ending, RawSpan())
        streams.finish(sawBothEnds: { connections.sawBothEnds(of: $0) }) { Self.route($0, $1, &unwanted, emit) }
    }

    private static func route(
        _ output: consuming StreamOutput, _ bytes: RawSpan, _ unwanted: inout [Int], _ emit: Emit
    ) {
        if case .unwanted(let tcp) = output { unwanted.append(tcp) } else { emit(output, bytes) }
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

    /// When what is expired is to be evicted, which is once in some packets; to be called for each.
    mutating func takeExpiry() -> Expiry? {
        sinceExpiry += 1
        guard sinceExpiry >= Self.packetsBetweenExpiries, let now = recent else { return nil }
        sinceExpiry = 0
        recent = nil
        return Expiry(now: now, extents: extents.count > 1 ? extents : [])
    }

    // MARK: What is known of it

    /// Whether packets of both ends of a TCP connection were seen.
    func sawBothEnds(of tcp: Int) -> Bool { connections.sawBothEnds(of: tcp) }

    var counts: NetworkCounts { NetworkCounts(packets, connections) }

    var tcpConnections: Int { connections.count }
    var tcpBufferedBytes: Int { connections.bufferedBytes }
}

/// A value: it is so late that what waited may have expired.
struct Expiry: Sendable {
    let now: Timestamp
    /// From when to when each source goes, as far as it was read; empty where there is one only.
    let extents: [WatchedTime.Stretch?]
}
