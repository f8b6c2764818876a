import Bytes
package import Trace

/// The whole contract of a protocol over TCP: probe · receive · gap · finish.
///
/// A protocol lives in a folder of its own and is a row of `ProtocolRow.all`. It takes the bytes of both directions in
/// stream order, each piece with the packet it came in, and emits events with the bytes that they are about; the span is
/// valid for the call only. It never throws: what it cannot read becomes an event.
package protocol StreamProtocol: Sendable {
    /// The name shown to people, e.g. `AMQP 0-9-1`.
    static var name: String { get }

    /// Ports on which it is at home; a hint, never evidence.
    static var ports: [UInt16] { get }

    /// What the first bytes of one direction say about the protocol.
    static func probe(_ bytes: RawSpan) -> Probe

    /// Whether what was received proves that the connection carries this protocol.
    var isAccepted: Bool { get }

    /// Which end is the server, as far as is known.
    var serverSide: StreamSide { get }

    /// What is known of the connection, readable at any time.
    var facts: StreamFacts { get }

    mutating func receive(
        _ bytes: RawSpan, from side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void)

    /// `count` bytes of one direction were not captured: lost, or where `isCut` cut off a packet.
    mutating func gap(
        _ count: Int, isCut: Bool, from side: StreamSide, at stamp: PacketStamp,
        _ emit: (ProtocolEvent, RawSpan) -> Void)

    /// Neither direction goes on: emits what was still waiting.
    mutating func finish(_ emit: (ProtocolEvent, RawSpan) -> Void)

    /// Bytes of memory held of the connection at the moment, for what is not complete.
    var heldBytes: Int { get }

    /// Bytes by which what is held may have grown since this was last asked.
    mutating func takeGrowth() -> Int

    /// Emits what there is of what is under way, and drops everything that `heldBytes` counts.
    mutating func giveUp(_ emit: (ProtocolEvent, RawSpan) -> Void)
}

/// A value: what a probe says of the first bytes of a direction.
package enum Probe: Sendable, Equatable {
    case yes, no
    /// The bytes so far are the beginning of what would be a yes.
    case needsMore
}

extension RawSpan {
    /// Whether the bytes begin with those of `text`.
    package func begins(with text: StaticString) -> Probe {
        text.withUTF8Buffer { expected in
            for index in 0..<min(expected.count, byteCount) where uint8(at: index) != expected[index] { return .no }
            return byteCount < expected.count ? .needsMore : .yes
        }
    }
}

/// A value: what is known of a TCP connection when its first bytes come.
package struct StreamOpening: Sendable {
    package var firstPort: UInt16
    package var secondPort: UInt16
    /// Whether the capture holds the opening of the connection, by `StreamSide.first`.
    package var sawHandshake: Bool
    package var limits: SharedLimits

    package init(firstPort: UInt16, secondPort: UInt16, sawHandshake: Bool, limits: SharedLimits = .default) {
        self.firstPort = firstPort
        self.secondPort = secondPort
        self.sawHandshake = sawHandshake
        self.limits = limits
    }

    /// Whether one of the ends has one of these ports.
    package func isOn(_ ports: [UInt16]) -> Bool { ports.contains(firstPort) || ports.contains(secondPort) }
}
