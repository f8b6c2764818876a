import Bytes
import Network
import Trace

/// TCP reassembly: the bytes of each direction in order, and every gap of its size.
///
/// An input is segments of 9 bytes: flow, end and time that passed (1), flags (1), how far the sequence number lies from
/// where that end stood (2), the same of the acknowledgement (2), length (2), what the capture cut off (1). Each byte of a
/// stream is the low byte of its sequence number, so that what comes out tells whether it stands in its place.
extension FuzzTarget {
    static let reassembly = FuzzTarget(
        "reassembly", "TCP reassembly: order, gaps, copies, ends", longest: 4096,
        seeds: { ReassemblyInput.seeds(of: $0.segments) },
        run: { input in
            var reader = InputReader(input)
            var segments = ReassemblyInput()
            var limits = NetworkLimits()
            limits.bufferedBytesPerDirection = 16 << 10
            limits.bufferedBytes = 32 << 10
            limits.connections = 6
            var table = TCPConnectionTable(limits: limits)
            var streams = CheckedStreams()
            while !reader.isAtEnd {
                let (segment, payload, stamp) = segments.next(&reader)
                table.receive(segment, payload: payload.span.bytes, at: stamp) { streams.note($0, $1) }
                try expect(table.bufferedBytes <= limits.bufferedBytes, "\(table.bufferedBytes) bytes are kept")
                try expect(table.count <= limits.connections, "\(table.count) connections are kept")
            }
            table.finish { streams.note($0, $1) }
            if let violation = streams.violation { throw Violation(violation) }
            try expect(table.bufferedBytes == 0, "\(table.bufferedBytes) bytes are kept at the end")
        })
}

/// A machine that makes segments of an input.
private struct ReassemblyInput {
    private static let flows = 4
    /// Where each end of each flow stands.
    private var places = (0..<UInt32(2 * flows)).map { 0xFFFF_F000 &+ $0 / 2 % 3 &* 100_000 }
    private var now: Int64 = 1_700_000_000_000_000_000
    private var number: Int64 = 0
    private static let pauses: [Int64] = [
        0, 1000, 50_000, 1_000_000, 20_000_000, 300_000_000, 1_100_000_000, -1_000_000, 3_100_000_000, 31_000_000_000,
        130_000_000_000, 4_000_000_000_000, -5_000_000_000, 11_000_000_000_000, -20_000_000_000_000, 2_000_000_000,
    ]

    mutating func next(_ reader: inout InputReader) -> (TCPSegment, [UInt8], PacketStamp) {
        let head = Int(reader.octet())
        let (flow, isBackward) = (head & 3, head & 4 != 0)
        now += Self.pauses[head >> 4]
        number += 1
        let flags = TCPFlags(rawValue: reader.octet())
        let (own, other) = (2 * flow + (isBackward ? 1 : 0), 2 * flow + (isBackward ? 0 : 1))
        let sequence = places[own] &+ UInt32(bitPattern: Int32(Int16(bitPattern: reader.short())))
        let acknowledgment = places[other] &+ UInt32(bitPattern: Int32(Int16(bitPattern: reader.short())))
        let length = UInt32(reader.short() & 0xFFF)
        let captured = length - min(length, UInt32(reader.octet()))
        let start = flags.contains(.syn) ? sequence &+ 1 : sequence
        places[own] = start &+ length &+ (flags.contains(.fin) ? 1 : 0)
        let ends = [
            // The last flow may be the one before it, seen on its way once more with another address.
            SocketAddress(
                address: IPAddress(v4: flow == 3 ? 0x0A00_0101 : 0x0A00_0001), port: UInt16(40_000 + min(flow, 2))),
            SocketAddress(address: IPAddress(v4: 0x0A00_0002), port: 5672),
        ]
        let segment = TCPSegment(
            source: ends[isBackward ? 1 : 0], destination: ends[isBackward ? 0 : 1], sequence: SequenceNumber(sequence),
            acknowledgment: SequenceNumber(acknowledgment), flags: flags, capturedLength: Int(captured),
            wireLength: Int(length),
            timestamps: head & 8 == 0 ? 0 : UInt64(bitPattern: now / 1_000_000) << 32 | 1)
        let payload = (0..<captured).map { UInt8(truncatingIfNeeded: start &+ $0) }
        return (segment, payload, PacketStamp(time: Timestamp(nanoseconds: now), number: number))
    }

    /// The segments of the first flows of a capture, in pieces of some hundred.
    static func seeds(of segments: [TCPSegment]) -> [[UInt8]] {
        var flows: [Set<SocketAddress>: Int] = [:]
        var firsts: [Int: SocketAddress] = [:]
        var places: [Int: UInt32] = [:]
        var seeds: [[UInt8]] = []
        var seed: [UInt8] = []
        for segment in segments.prefix(8000) {
            let ends: Set = [segment.source, segment.destination]
            if flows[ends] == nil { flows[ends] = flows.count }
            guard let flow = flows[ends], flow < 400 else { continue }
            let first = firsts[flow] ?? segment.source
            firsts[flow] = first
            let (own, other) = first == segment.source ? (2 * flow, 2 * flow + 1) : (2 * flow + 1, 2 * flow)
            let sequence = segment.sequence.rawValue
            let distance = { (number: UInt32, end: Int) in
                UInt16(bitPattern: Int16(clamping: Int32(bitPattern: number &- (places[end] ?? number))))
            }
            seed += [UInt8(flow & 3) | (own & 1 == 1 ? 4 : 0) | 0x30, segment.flags.rawValue]
            seed.append(short: distance(sequence, own))
            seed.append(short: distance(segment.acknowledgment.rawValue, other))
            seed.append(short: UInt16(min(segment.wireLength, 0xFFF)))
            seed.append(UInt8(clamping: segment.wireLength - segment.capturedLength))
            let isCounted = segment.flags.contains(.syn) || segment.flags.contains(.fin)
            places[own] = sequence &+ UInt32(segment.wireLength) &+ (isCounted ? 1 : 0)
            guard seed.count > 1800 else { continue }
            seeds.append(seed)
            seed = []
        }
        return CapturedTraffic.spread(seeds + [seed], most: 12)
    }
}

/// A machine that holds what comes out of the table to its contract.
private struct CheckedStreams {
    private struct Stream {
        var next: UInt8?
    }

    private var opened = 0
    private var streams: [Int: [Stream]] = [:]
    private(set) var violation: String?

    mutating func note(_ event: borrowing StreamEvent, _ bytes: RawSpan) {
        let connection = event.connection
        if case .opened = event.kind {
            if connection != opened { fail("connection \(connection) is opened as number \(opened)") }
            opened += 1
            streams[connection] = [Stream(), Stream()]
            return
        }
        guard streams[connection] != nil else { return fail("an event of connection \(connection), which is not open") }
        let side = event.side == .first ? 0 : 1
        switch event.kind {
        case .opened: break
        case .bytes:
            if bytes.byteCount == 0 { fail("bytes without any") }
            let first = bytes.byteCount > 0 ? bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self) : 0
            for index in 0..<bytes.byteCount
            where bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) != first &+ UInt8(truncatingIfNeeded: index) {
                return fail("byte \(index) of a piece is another one")
            }
            if let next = streams[connection]?[side].next, next != first {
                fail("connection \(connection), end \(side): a piece begins with \(first) in place of \(next)")
            }
            streams[connection]?[side].next = first &+ UInt8(truncatingIfNeeded: bytes.byteCount)
        case .gap(let count), .cut(let count):
            if count <= 0 || bytes.byteCount > 0 { fail("a gap of \(count) with \(bytes.byteCount) bytes") }
            if let next = streams[connection]?[side].next {
                streams[connection]?[side].next = next &+ UInt8(truncatingIfNeeded: count)
            }
        case .closed: streams[connection] = nil
        }
    }

    private mutating func fail(_ sentence: String) {
        if violation == nil { violation = sentence }
    }
}
