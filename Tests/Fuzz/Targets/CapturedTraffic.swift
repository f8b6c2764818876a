import Capture
import Network
import Protocols
import Trace

/// A value: what a capture holds at each level of the decoding, for seeds; of each so much as is worth its time.
package struct CapturedTraffic: Sendable {
    struct Packet: Sendable {
        let linkType: Int32
        let wireLength: Int
        let bytes: [UInt8]
    }

    /// What happened to one direction of a TCP connection: bytes, or a gap.
    struct Piece: Sendable {
        let isForward: Bool
        let bytes: [UInt8]
        let gap: Int
    }

    struct Body: Sendable {
        let contentType: String
        let compression: String
        let bytes: [UInt8]
    }

    let path: String
    /// The file as it is.
    let file: [UInt8]
    private(set) var packets: [Packet] = []
    private(set) var segments: [TCPSegment] = []
    private(set) var connections: [[Piece]] = []
    private(set) var bodies: [Body] = []
    private static let mostPackets = 20_000

    /// Throws where it is no capture.
    package init(path: String, file: [UInt8]) throws {
        self.path = path
        self.file = file
        var decoder = PacketDecoder()
        var table = TCPConnectionTable()
        var pieces: [Int: [Piece]] = [:]
        let files = try CaptureFiles(paths: [path])
        var packets: [Packet] = []
        var segments: [TCPSegment] = []
        while packets.count < Self.mostPackets,
            try files.nextPacket({ header, bytes in
                packets.append(
                    Packet(
                        linkType: header.linkType.rawValue, wireLength: header.wireLength,
                        bytes: bytes.withUnsafeBytes { [UInt8]($0) }))
                decoder.decode(
                    bytes, linkType: header.linkType.rawValue, wireLength: header.wireLength, at: header.stamp
                ) { segment, payload in
                    segments.append(copy segment)
                    table.receive(segment, payload: payload, at: header.stamp) { event, bytes in
                        Self.note(event, bytes, in: &pieces)
                    }
                }
            })
        {}
        table.finish { event, bytes in Self.note(event, bytes, in: &pieces) }
        self.packets = packets
        self.segments = segments
        connections = pieces.sorted { $0.key < $1.key }.map(\.value)
        bodies = connections.flatMap(Self.bodies)
    }

    private static func note(_ event: borrowing StreamEvent, _ bytes: RawSpan, in pieces: inout [Int: [Piece]]) {
        let gap: Int
        switch event.kind {
        case .opened, .closed: return
        case .bytes: gap = 0
        case .gap(let count), .cut(let count): gap = count
        }
        pieces[event.connection, default: []].append(
            Piece(
                isForward: event.side == .first, bytes: bytes.withUnsafeBytes { [UInt8]($0) }, gap: gap))
    }

    private static func bodies(of pieces: [Piece]) -> [Body] {
        var connection = AMQPConnection(StreamOpening(firstPort: 40_000, secondPort: 5672, sawHandshake: false))
        var bodies: [Body] = []
        let stamp = PacketStamp(time: Timestamp(nanoseconds: 1), number: 1)
        for piece in pieces {
            connection.receive(piece.bytes.span.bytes, from: piece.isForward ? .first : .second, at: stamp) {
                event, bytes in
                guard case .amqp(.content(let complete)) = event, !complete.value.isTruncated else { return }
                let content = complete.value
                bodies.append(
                    Body(
                        contentType: content.properties.contentType ?? "",
                        compression: content.properties.headers?["compression"]?.text ?? "",
                        bytes: bytes.withUnsafeBytes { [UInt8]($0) }))
            }
        }
        return bodies
    }

    /// Some of many, spread over all of them.
    static func spread<Element>(_ elements: [Element], most: Int) -> [Element] {
        guard elements.count > most else { return elements }
        return (0..<most).map { elements[$0 * elements.count / most] }
    }
}
