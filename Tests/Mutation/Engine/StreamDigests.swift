import Bytes
package import Capture
import Network
import Protocols
package import Trace

/// A value: a number that differs where what it was made of differs (FNV-1a, eight bytes at a time).
package struct Digest: Hashable, Sendable {
    private var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    package mutating func add(_ word: UInt64) {
        value = (value ^ word) &* 0x0000_0100_0000_01B3
        value ^= value >> 29
    }

    package mutating func add(_ text: String) {
        add(UInt64(text.utf8.count))
        for byte in text.utf8 { add(UInt64(byte)) }
    }

    package mutating func add(_ bytes: RawSpan) {
        add(UInt64(bytes.byteCount))
        bytes.withUnsafeBytes { bytes in
            var place = 0
            while place + 8 <= bytes.count {
                add(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                place += 8
            }
            while place < bytes.count {
                add(UInt64(bytes[place]))
                place += 1
            }
        }
    }
}

/// A machine that tells of each connection which packets it has, and what is decoded of it.
///
/// It stands beside the pipeline: the same decoder, streams and protocol, and nothing that joins connections.
package struct StreamDigests {
    /// A value: what one connection decodes to.
    package struct Decoded: Equatable, Sendable {
        /// Every frame: its method, its place, what it carries.
        package var content = Digest()
        /// When each came.
        package var times = Digest()
        package var frames = 0
        /// What each end said, whatever the other had said by then.
        package var client = Digest()
        package var server = Digest()
        package var anomalies: Set<String> = []
        /// Whether bytes are told to be missing, or were stepped over.
        package var lacksBytes = false
    }

    /// Of each connection its packets: their bytes, lengths and times, in order.
    package private(set) var packets: [ConnectionKey: Digest] = [:]
    package private(set) var decoded: [ConnectionKey: Decoded] = [:]
    /// Connections of which packets stand behind others that were captured, or sent, later.
    package private(set) var disordered: Set<ConnectionKey> = []

    private var decoder = PacketDecoder()
    private var table = TCPConnectionTable()
    private var streams: [Int: (stream: ProtocolStream, key: ConnectionKey)] = [:]
    private var latest: Timestamp?
    /// Of each end where its last bytes end.
    private var next: [ConnectionKey: [SocketAddress: SequenceNumber]] = [:]

    package init() {}

    /// - Parameter written: the time that stands in the file, where it is known; a clock that was set is corrected when
    ///   the file is read.
    package mutating func receive(_ bytes: RawSpan, header: PacketHeader, written: Timestamp?) {
        var packet = Digest()
        packet.add(bytes)
        packet.add(UInt64(truncatingIfNeeded: header.wireLength))
        let time = written ?? header.stamp.time
        packet.add(UInt64(bitPattern: time.nanoseconds))
        let isLate = latest.map { time < $0 } ?? false
        latest = max(latest ?? time, time)
        decoder.decode(
            bytes, linkType: header.linkType.rawValue, wireLength: header.wireLength, at: header.stamp
        ) { segment, payload in
            let key = ConnectionKey(segment.source, segment.destination)
            packets[key, default: Digest()].add(packet)
            if Self.goesBack(segment, &next[key, default: [:]]) || isLate { disordered.insert(key) }
            table.receive(segment, payload: payload, at: header.stamp) { follow($0, $1, &streams, &decoded) }
        }
    }

    /// Whether bytes come that lie before others which came already.
    private static func goesBack(
        _ segment: borrowing TCPSegment, _ next: inout [SocketAddress: SequenceNumber]
    ) -> Bool {
        guard segment.wireLength > 0 else { return false }
        let end = segment.sequence.advanced(by: segment.wireLength)
        guard let before = next.updateValue(end, forKey: segment.source) else { return false }
        return segment.sequence.distance(from: before) < 0
    }

    package mutating func finish() {
        table.finish { follow($0, $1, &streams, &decoded) }
    }
}

extension Digest {
    fileprivate mutating func add(_ other: Digest) { add(other.value) }
}

private func follow(
    _ event: borrowing StreamEvent, _ bytes: RawSpan,
    _ streams: inout [Int: (stream: ProtocolStream, key: ConnectionKey)],
    _ decoded: inout [ConnectionKey: StreamDigests.Decoded]
) {
    let connection = event.connection
    if case .opened(let ends) = event.kind {
        let stream = ProtocolStream(
            StreamOpening(firstPort: ends.first.port, secondPort: ends.second.port, sawHandshake: ends.sawHandshake))
        streams[connection] = (stream, ConnectionKey(ends.first, ends.second))
        return
    }
    guard let key = streams[connection]?.key else { return }
    var digests = decoded[key] ?? StreamDigests.Decoded()
    let side = event.side
    switch event.kind {
    case .opened: break
    case .bytes: streams[connection]?.stream.receive(bytes, from: side, at: event.stamp) { digests.add($0, $1) }
    case .gap(let count):
        digests.lacksBytes = true
        streams[connection]?.stream.gap(count, from: side, at: event.stamp) { digests.add($0, $1) }
    case .cut(let count):
        digests.lacksBytes = true
        streams[connection]?.stream.gap(count, isCut: true, from: side, at: event.stamp) { digests.add($0, $1) }
    case .closed(let closing):
        streams[connection]?.stream.finish { digests.add($0, $1) }
        streams[connection] = nil
        // When a connection is over is judged by the time, not decoded.
        digests.times.add(closing.rawValue)
    }
    decoded[key] = digests
}

extension StreamDigests.Decoded {
    fileprivate mutating func add(_ event: ProtocolEvent, _ body: RawSpan) {
        frames += 1
        switch event {
        case .amqp(.protocolHeader(_, let side, let stamp)): add(1, side, stamp)
        case .amqp(.method(let method)):
            add(method.method, method.side, method.channel, contentID: -1, method.stamp)
        case .amqp(.begun(let begun)):
            let message = begun.value
            add(Method(message.method), message.side, message.channel, contentID: message.id, message.lastPacket)
        case .amqp(.content(let complete)):
            let message = complete.value
            add(3, message.side, message.lastPacket)
            times.add(UInt64(bitPattern: message.firstPacket.time.nanoseconds))
            content.add(UInt64(truncatingIfNeeded: message.id))
            content.add(message.bodySize)
            content.add(message.isTruncated ? 1 : 0)
            content.add(message.method.exchange)
            content.add(message.method.routingKey)
            content.add(body)
            self[message.side].add(message.bodySize)
            self[message.side].add(message.isTruncated ? 1 : 0)
            self[message.side].add(body)
        case .amqp(.settled(let settlement)):
            times.add(UInt64(bitPattern: settlement.stamp.time.nanoseconds))
            content.add(settlement.kind.rawValue)
            for id in settlement.contentIDs { content.add(UInt64(truncatingIfNeeded: id)) }
        case .amqp(.heartbeat(let side, let stamp)): add(4, side, stamp)
        case .accepted: break
        case .anomaly(let anomaly):
            times.add(UInt64(bitPattern: anomaly.stamp.time.nanoseconds))
            content.add(anomaly.kind.rawValue)
            anomalies.insert(anomaly.kind.rawValue)
        case .skipped(let count, let side, let stamp):
            add(5, side, stamp)
            content.add(UInt64(truncatingIfNeeded: count))
            lacksBytes = true
        }
    }

    private mutating func add(
        _ method: Method, _ side: ConnectionRole, _ channel: UInt16, contentID: Int, _ stamp: PacketStamp
    ) {
        add(2, side, stamp)
        content.add(UInt64(method.id.code) << 16 | UInt64(channel))
        self[side].add(UInt64(method.id.code) << 16 | UInt64(channel))
        content.add(UInt64(truncatingIfNeeded: contentID))
    }

    private subscript(side: ConnectionRole) -> Digest {
        get { side == .client ? client : server }
        set { if side == .client { client = newValue } else { server = newValue } }
    }

    private mutating func add(_ kind: UInt64, _ side: ConnectionRole, _ stamp: PacketStamp) {
        content.add(kind << 1 | (side == .client ? 1 : 0))
        times.add(UInt64(bitPattern: stamp.time.nanoseconds))
    }
}
