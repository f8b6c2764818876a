import Network
import TestSupport
import Trace

/// A machine that runs packets through decoder and table and keeps what comes out.
struct StreamCollector {
    /// What one direction of a connection gave, in order.
    struct Stream: Equatable {
        var bytes: [UInt8] = []
        /// Where in the stream, and how many bytes.
        var gaps: [Gap] = []
        var length: Int { bytes.count + gaps.reduce(0) { $0 + $1.count } }
    }

    struct Gap: Equatable {
        let at: Int
        let count: Int
    }

    struct Flow {
        var endpoints: TCPEndpoints
        var forward = Stream()
        var backward = Stream()
        var forwardMidstream: Bool?
        var backwardMidstream: Bool?
        var closing: ConnectionEnd.Kind?
        /// Whose FIN or reset began the end.
        var closedBy: StreamSide?
    }

    var decoder = PacketDecoder()
    var table: TCPConnectionTable
    var flows: [Flow] = []
    /// Events that broke the contract: out of order, or of a connection that is not open.
    var violations: [String] = []
    /// Numbers of the packets that bytes and gaps were stamped with.
    var stamps: [Int64] = []
    private var number: Int64 = 0

    init(limits: NetworkLimits = NetworkLimits()) {
        table = TCPConnectionTable(limits: limits)
    }

    mutating func receive(_ packet: RecordedPacket, linkType: Int32 = 1) {
        number += 1
        let stamp = PacketStamp(time: packet.time, number: number)
        var segments: [(TCPSegment, [UInt8])] = []
        decoder.decode(packet.bytes.span.bytes, linkType: linkType, wireLength: packet.wireLength, at: stamp) {
            segments.append((copy $0, $1.withUnsafeBytes { [UInt8]($0) }))
        }
        for (segment, payload) in segments { receive(segment, payload, at: stamp) }
    }

    mutating func receive(_ segment: TCPSegment, _ payload: [UInt8], at stamp: PacketStamp) {
        var events: [(StreamEvent, [UInt8])] = []
        table.receive(segment, payload: payload.span.bytes, at: stamp) {
            events.append((copy $0, $1.withUnsafeBytes { [UInt8]($0) }))
        }
        events.forEach { note($0, $1) }
    }

    mutating func finish() {
        var events: [(StreamEvent, [UInt8])] = []
        table.finish { events.append((copy $0, $1.withUnsafeBytes { [UInt8]($0) })) }
        events.forEach { note($0, $1) }
    }

    private mutating func note(_ event: StreamEvent, _ bytes: [UInt8]) {
        if case .opened(let endpoints) = event.kind {
            if event.connection != flows.count { violations.append("opened \(event.connection) out of order") }
            flows.append(Flow(endpoints: endpoints))
            return
        }
        guard flows.indices.contains(event.connection), flows[event.connection].closing == nil else {
            return violations.append("an event of connection \(event.connection), which is not open")
        }
        switch event.kind {
        case .opened: break
        case .bytes:
            if bytes.isEmpty { violations.append("no bytes in a bytes event") }
            stamps.append(event.stamp.number)
            update(event) { $0.bytes += bytes }
        case .gap(let count), .cut(let count):
            if count <= 0 || !bytes.isEmpty { violations.append("a gap of \(count) with \(bytes.count) bytes") }
            update(event) { $0.gaps.append(Gap(at: $0.length, count: count)) }
        case .closed(let closing):
            flows[event.connection].closing = closing
            flows[event.connection].closedBy = event.side
        }
    }

    private mutating func update(_ event: StreamEvent, _ body: (inout Stream) -> Void) {
        switch event.side {
        case .first:
            body(&flows[event.connection].forward)
            flows[event.connection].forwardMidstream = event.beganMidstream
        case .second:
            body(&flows[event.connection].backward)
            flows[event.connection].backwardMidstream = event.beganMidstream
        }
    }
}
