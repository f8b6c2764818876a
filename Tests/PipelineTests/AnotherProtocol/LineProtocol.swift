import Bytes
import Protocols
import Trace

/// A protocol of this test alone: lines of text, the first of them `LINES`; a line that begins with `?` is out of the
/// ordinary.
struct LineProtocol: StreamProtocol {
    static let name = "LINES"
    static let ports: [UInt16] = [7777]

    static func probe(_ bytes: RawSpan) -> Probe { bytes.begins(with: "LINES\n") }

    private var traffic = StreamTraffic()
    private var lines: [[UInt8]] = [[], []]
    private(set) var isAccepted = false
    let serverSide = StreamSide.second

    var facts: StreamFacts {
        StreamFacts(
            protocolName: Self.name, serverSide: serverSide, isMidstream: false, isIdle: false, messages: (0, 0),
            traffic: traffic)
    }

    mutating func receive(
        _ bytes: RawSpan, from side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        traffic.saw(bytes.byteCount, from: side, at: stamp)
        for octet in bytes.array() {
            guard octet == UInt8(ascii: "\n") else {
                lines[side.rawValue].append(octet)
                continue
            }
            let line = String(decoding: lines[side.rawValue], as: UTF8.self)
            lines[side.rawValue] = []
            traffic[side].decoded += line.utf8.count + 1
            if line == "LINES" {
                isAccepted = true
                emit(.accepted(stamp), RawSpan())
            } else if line.hasPrefix("?") {
                emit(.anomaly(StreamAnomaly(kind: .bodyUnreadable, detail: line, stamp: stamp)), RawSpan())
            }
        }
    }

    mutating func gap(
        _ count: Int, isCut: Bool, from side: StreamSide, at stamp: PacketStamp,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        traffic.missed(count, isCut: isCut, from: side, at: stamp)
        emit(.anomaly(StreamAnomaly(kind: .gap, detail: "\(count) bytes are missing", stamp: stamp)), RawSpan())
    }

    mutating func finish(_ emit: (ProtocolEvent, RawSpan) -> Void) {}

    var heldBytes: Int { lines[0].count + lines[1].count }

    mutating func takeGrowth() -> Int { 0 }

    mutating func giveUp(_ emit: (ProtocolEvent, RawSpan) -> Void) { lines = [[], []] }
}

extension ProtocolRow {
    static let lines = ProtocolRow(LineProtocol.self) { _ in .other(InPlace(LineProtocol())) }
}
