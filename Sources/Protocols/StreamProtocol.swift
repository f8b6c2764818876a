import Trace

/// The whole contract of a protocol over TCP: probe · receive · gap · finish.
///
/// A protocol lives in a folder of its own and is one line in `Protocols`. It takes the bytes of both directions in
/// stream order, each piece with the packet it came in, and hands out events with the bytes that they are about; the
/// span is valid for the call only. It never throws: what it cannot read becomes an event.
package protocol StreamProtocol {
    associatedtype Event

    /// The name shown to people, e.g. `AMQP 0-9-1`.
    static var name: String { get }

    /// Ports on which it is at home; a hint, never evidence.
    static var ports: [UInt16] { get }

    /// What the first bytes of one direction say about the protocol.
    static func probe(_ bytes: RawSpan) -> Probe

    mutating func receive(
        _ bytes: RawSpan, from side: StreamSide, at stamp: PacketStamp, _ emit: (Event, RawSpan) -> Void)

    /// `count` bytes of one direction were not captured: lost, or where `isCut` cut off a packet.
    mutating func gap(
        _ count: Int, isCut: Bool, from side: StreamSide, at stamp: PacketStamp, _ emit: (Event, RawSpan) -> Void)

    /// Neither direction goes on: hand out what was still waiting.
    mutating func finish(_ emit: (Event, RawSpan) -> Void)
}

/// A value: what a probe says of the first bytes of a direction.
package enum Probe: Sendable, Equatable {
    case yes, no
    /// The bytes so far are the beginning of what would be a yes.
    case needsMore
}

extension RawSpan {
    /// Whether the bytes begin with those of `text`.
    func begins(with text: StaticString) -> Probe {
        text.withUTF8Buffer { expected in
            for index in 0..<min(expected.count, byteCount) where octet(index) != expected[index] { return .no }
            return byteCount < expected.count ? .needsMore : .yes
        }
    }
}
