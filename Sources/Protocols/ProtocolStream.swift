import Bytes
import Trace

/// A machine that finds out what one TCP connection carries, and decodes it where it is AMQP.
///
/// A connection counts as AMQP after a protocol header or verified frames, whatever its ports are; ports only say how
/// long to go on looking. While `status` is `.other` bytes are dropped unseen, so feed it no more.
package struct ProtocolStream: Sendable {
    package enum Status: Equatable, Sendable {
        case undecided
        case amqp
        /// E.g. `TLS`, `HTTP`, `AMQP 1.0`; `unknown` where nothing was recognised.
        case other(name: String)
    }

    package private(set) var status = Status.undecided
    /// The protocol in which the other end of an AMQP connection answered, where that is none that is decoded: `TLS`
    /// where AMQP was spoken to a port for TLS.
    package private(set) var answeredIn: String?
    /// The decoder, for its counters, roles and version.
    package private(set) var connection: AMQPConnection
    private var first = StreamPreamble()
    private var second = StreamPreamble()
    /// Bytes taken while undecided.
    private var undecidedBytes = 0
    private let isOwnPort: Bool
    private let sawHandshake: Bool
    /// Bytes after which it is no longer looked for AMQP.
    private let undecidedLimit: Int

    /// - Parameters:
    ///   - sawHandshake: whether the capture holds the opening of the connection, by `first`.
    package init(firstPort: UInt16, secondPort: UInt16, sawHandshake: Bool, limits: Limits = .default) {
        isOwnPort = AMQPConnection.ports.contains(firstPort) || AMQPConnection.ports.contains(secondPort)
        self.sawHandshake = sawHandshake
        undecidedLimit = isOwnPort ? limits.undecidedBytesOnOwnPort : limits.undecidedBytes
        connection = AMQPConnection(
            firstPort: firstPort, secondPort: secondPort, sawHandshake: sawHandshake, limits: limits)
    }

    /// Bytes of PROXY protocol headers in front of the streams; such a connection comes through a proxy.
    package var proxyBytes: Int { first.proxyBytes + second.proxyBytes }

    /// The next bytes of one direction.
    package mutating func receive(
        _ bytes: RawSpan, from side: StreamSide, at stamp: PacketStamp, _ emit: (AMQPEvent, RawSpan) -> Void
    ) {
        guard bytes.byteCount > 0 else { return }
        if case .other = status { return }
        guard side == .first ? first.isDone : second.isDone else {
            examine(bytes, from: side, at: stamp, emit)
            return
        }
        connection.receive(bytes, from: side, at: stamp, emit)
        if status == .undecided { decide(bytes.byteCount) }
    }

    /// `count` bytes of one direction were not captured: lost, or cut off a packet.
    package mutating func gap(
        _ count: Int, isCut: Bool = false, from side: StreamSide, at stamp: PacketStamp,
        _ emit: (AMQPEvent, RawSpan) -> Void
    ) {
        if case .other = status { return }
        release(side, at: stamp, emit)
        let isSilent = status == .undecided && !isOwnPort
        connection.gap(count, isCut: isCut, from: side, at: stamp) { event, bytes in
            if !isSilent { emit(event, bytes) }
        }
        if status == .undecided { decide(0) }
    }

    /// As `AMQPConnection.takeGrowth`.
    package mutating func takeGrowth() -> Int { connection.takeGrowth() }

    /// As `AMQPConnection.heldBytes`.
    package var heldBytes: Int { connection.heldBytes }

    /// Hands out what there is of the contents under way, and holds nothing any more.
    package mutating func giveUp(_ emit: (AMQPEvent, RawSpan) -> Void) {
        let isSilent = status != .amqp && !isOwnPort
        connection.giveUp { event, bytes in
            if !isSilent { emit(event, bytes) }
        }
    }

    /// Both directions ended: hands out what still waited.
    package mutating func finish(_ emit: (AMQPEvent, RawSpan) -> Void) {
        if case .other = status { return }
        for side in StreamSide.allCases {
            if let stamp = side == .first ? first.heldStamp : second.heldStamp {
                release(side, at: stamp, emit)
            }
        }
        let isSilent = status == .undecided && !isOwnPort
        connection.finish { event, bytes in
            if !isSilent { emit(event, bytes) }
        }
        decide(0)
        if status == .undecided, undecidedBytes > 0 { status = .other(name: "unknown") }
    }

    /// Looks at first bytes until it is clear whose they are.
    private mutating func examine(
        _ bytes: RawSpan, from side: StreamSide, at stamp: PacketStamp, _ emit: (AMQPEvent, RawSpan) -> Void
    ) {
        let isStrict = !sawHandshake && isOwnPort
        let finding =
            side == .first
            ? first.receive(bytes, at: stamp, isStrict: isStrict)
            : second.receive(bytes, at: stamp, isStrict: isStrict)
        switch finding {
        case .needsMore: break
        case .other(let name):
            // The server's refusal of a version it does not speak names one of its own.
            if status == .amqp {
                answeredIn = name
                release(side, at: stamp, emit)
            } else {
                status = .other(name: name)
            }
        case .open, .proxy: release(side, at: stamp, emit)
        }
    }

    /// Hands the decoder what was held back.
    private mutating func release(
        _ side: StreamSide, at stamp: PacketStamp, _ emit: (AMQPEvent, RawSpan) -> Void
    ) {
        let held = side == .first ? first.takeHeld() : second.takeHeld()
        guard !held.isEmpty else { return }
        connection.receive(held.span.bytes, from: side, at: stamp, emit)
        if status == .undecided { decide(held.count) }
    }

    private mutating func decide(_ count: Int) {
        undecidedBytes += count
        if connection.isAccepted {
            status = .amqp
        } else if undecidedBytes > undecidedLimit {
            status = .other(name: "unknown")
        }
    }
}
