@testable import Protocols
import TestSupport
import Trace

/// What one end sent.
typealias Piece = (side: StreamSide, bytes: [UInt8])

extension PacketStamp {
    static func at(_ number: Int64) -> PacketStamp {
        PacketStamp(time: Timestamp(nanoseconds: number * 1000), number: number)
    }
}

/// The events of a connection as lines of text, without stamps: two logs are equal when the same happened.
struct EventLog {
    var lines: [String] = []
    var methods: [AMQPMethodEvent] = []
    var contents: [AMQPContent] = []
    var bodies: [[UInt8]] = []
    var settlements: [Settlement] = []
    var anomalies: [StreamAnomaly] = []
    var skipped = 0

    var kinds: [AnomalyKind] { anomalies.map(\.kind) }
    var names: [String] { methods.map(\.method.name) }

    /// The lines that one role caused.
    func lines(of side: ConnectionRole) -> [String] { lines.filter { $0.hasPrefix("\(side)") } }

    mutating func note(_ event: ProtocolEvent, _ body: RawSpan) {
        switch event {
        case .amqp(.protocolHeader(let version, let side, _)): lines.append("\(side) header \(version)")
        case .amqp(.method(let event)):
            methods.append(event)
            lines.append("\(event.side) \(event.channel) \(event.method) -")
        case .amqp(.begun(let begun)):
            let content = begun.value
            let method = Method(content.method)
            methods.append(
                AMQPMethodEvent(side: content.side, channel: content.channel, method: method, stamp: content.lastPacket)
            )
            lines.append("\(content.side) \(content.channel) \(method) \(content.id)")
        case .amqp(.content(let complete)):
            let content = complete.value
            let bytes = body.withUnsafeBytes { [UInt8]($0) }
            contents.append(content)
            bodies.append(bytes)
            lines.append(
                "\(content.side) content \(content.id) \(content.channel) \(content.method) \(content.properties) "
                    + "\(content.bodySize) \(content.isTruncated) \(bytes.count) \(bytes.hashValue)")
        case .amqp(.settled(let settlement)):
            settlements.append(settlement)
            lines.append("\(settlement.kind) \(settlement.channel) \(settlement.contentIDs.map { $0 })")
        case .amqp(.heartbeat(let side, _)): lines.append("\(side) heartbeat")
        case .accepted: lines.append("accepted")
        case .anomaly(let anomaly):
            anomalies.append(anomaly)
            lines.append("anomaly \(anomaly.kind.rawValue): \(anomaly.detail)")
        case .skipped(let count, let side, _):
            skipped += count
            lines.append("\(side) skipped \(count)")
        }
    }
}

extension AMQPConnection {
    mutating func feed(
        _ bytes: [UInt8], from side: StreamSide, at stamp: PacketStamp = .at(1), into log: inout EventLog
    ) {
        receive(bytes.span.bytes, from: side, at: stamp) { log.note($0, $1) }
    }

    mutating func lose(_ count: Int, from side: StreamSide, into log: inout EventLog) {
        gap(count, isCut: false, from: side, at: .at(1)) { log.note($0, $1) }
    }

    mutating func end(into log: inout EventLog) {
        finish { log.note($0, $1) }
    }
}

/// Runs a connection whose first end is the client on port 40000 and whose second is the server on port 5672.
func decode(
    _ pieces: [Piece], sawHandshake: Bool = true, limits: Limits = .default
) -> (log: EventLog, connection: AMQPConnection) {
    var log = EventLog()
    var connection = AMQPConnection(
        StreamOpening(firstPort: 40000, secondPort: 5672, sawHandshake: sawHandshake, limits: SharedLimits(limits)))
    for (number, piece) in pieces.enumerated() {
        connection.feed(piece.bytes, from: piece.side, at: .at(Int64(number + 1)), into: &log)
    }
    connection.end(into: &log)
    return (log, connection)
}

/// What the client sends after its protocol header on an open connection, in one packet.
func decodeClient(_ bytes: [UInt8], limits: Limits = .default) -> EventLog {
    decode([(.first, AMQPBuilder.protocolHeader), (.first, bytes)], limits: limits).log
}

/// A generator that gives the same numbers on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
