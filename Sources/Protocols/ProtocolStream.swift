package import Bytes
package import Trace

/// A machine that finds out what one TCP connection carries, and decodes it where the protocol is known.
///
/// A connection is of a protocol when its decoder has proof, whatever the ports are; ports only say how long to go on
/// looking. While `status` is `.other` bytes are skipped unseen, so feed it no more.
package struct ProtocolStream: Sendable {
    package enum Status: Equatable, Sendable {
        case undecided
        /// By `decoder`.
        case decoded
        /// E.g. `TLS`, `HTTP`, `AMQP 1.0`; `unknown` where nothing was recognised.
        case other(name: String)
    }

    /// What is of interest in the beginning, and seldom later.
    private struct Beginning {
        var first: StreamHead
        var second: StreamHead
        var answeredIn: String?

        /// Whether nothing more comes of it.
        var isOver: Bool {
            first.isDone && second.isDone && answeredIn == nil && first.proxyBytes == 0 && second.proxyBytes == 0
        }
    }

    package private(set) var status = Status.undecided
    private var decoder: ProtocolDecoder
    private let protocols: [ProtocolRow]
    /// The place of the decoder's protocol in `protocols`.
    private var place: Int
    private let opening: StreamOpening
    private var start: InPlace<Beginning>?
    /// Bytes that the heads took to hold.
    private var headGrowth = 0
    /// Bytes taken while undecided.
    private var undecidedBytes = 0
    private let isOwnPort: Bool

    /// - Parameter protocols: those that are decoded; one at least is found anywhere.
    package init(_ opening: StreamOpening, protocols: [ProtocolRow] = ProtocolRow.all) {
        self.opening = opening
        self.protocols = protocols
        start = InPlace(
            Beginning(
                first: StreamHead(mayBeProxied: true), second: StreamHead(mayBeProxied: !opening.sawHandshake)))
        isOwnPort = protocols.contains { opening.isOn($0.ports) }
        place = protocols.firstIndex(where: \.isFoundAnywhere) ?? 0
        decoder = protocols[place].open(opening)
    }

    /// Which end is the server, as far as is known.
    package var serverSide: StreamSide { decoder.serverSide }

    /// What the decoder knows of the connection.
    package var facts: StreamFacts { decoder.facts }

    /// The protocol in which the other end of a connection that is decoded answered, where that is none that is decoded:
    /// `TLS` where AMQP was spoken to a port for TLS.
    package var answeredIn: String? { start?.value.answeredIn }

    /// Bytes of PROXY headers in front of the streams; such a connection comes through a proxy.
    package var proxyBytes: Int { start.map { $0.value.first.proxyBytes + $0.value.second.proxyBytes } ?? 0 }

    /// The client that those name.
    package var proxiedClient: SocketAddress? { start.flatMap { $0.value.first.client ?? $0.value.second.client } }

    /// What a connection of which nothing was decoded began with, as a client that meant another port: `TLS`,
    /// `PROXY header`, `TLS behind a PROXY header`, `unknown`; `nil` where the capture does not hold it.
    package var beginning: String? {
        let client = facts.serverSide.opposite
        let isProxied = proxyBytes > 0
        if case .other(let name) = status, name != Self.unknown {
            return isProxied && name != Self.proxyHeader ? "\(name) behind a \(Self.proxyHeader)" : name
        }
        let counts = facts.traffic[client]
        if isProxied { return Self.proxyHeader }
        return counts.seen == 0 || counts.missing > 0 ? nil : Self.unknown
    }

    /// What stands for a protocol that nobody recognises.
    package static let unknown = "unknown"
    /// What a connection carried on which nothing but that came.
    package static let proxyHeader = "PROXY header"

    /// The next bytes of one direction.
    package mutating func receive(
        _ bytes: RawSpan, from side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard bytes.byteCount > 0 else { return }
        if case .other = status { return }
        if let start, side == .first ? !start.value.first.isDone : !start.value.second.isDone {
            return examine(bytes, from: side, at: stamp, emit)
        }
        decoder.receive(bytes, from: side, at: stamp, emit)
        if status == .undecided { decide(bytes.byteCount) }
    }

    /// `count` bytes of one direction were not captured: lost, or cut off a packet.
    package mutating func gap(
        _ count: Int, isCut: Bool = false, from side: StreamSide, at stamp: PacketStamp,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        if case .other = status { return }
        release(side, emit)
        let isSilent = status == .undecided && !isOwnPort
        decoder.gap(count, isCut: isCut, from: side, at: stamp) { event, bytes in
            if !isSilent { emit(event, bytes) }
        }
        if status == .undecided { decide(0) }
    }

    /// As `StreamProtocol.takeGrowth`.
    package mutating func takeGrowth() -> Int {
        defer { headGrowth = 0 }
        return decoder.takeGrowth() &+ headGrowth
    }

    /// As `StreamProtocol.heldBytes`.
    package var heldBytes: Int {
        decoder.heldBytes + (start.map { $0.value.first.heldBytes + $0.value.second.heldBytes } ?? 0)
    }

    /// Emits what there is of what is under way, and holds nothing any more.
    package mutating func giveUp(_ emit: (ProtocolEvent, RawSpan) -> Void) {
        let isSilent = status != .decoded && !isOwnPort
        for side in StreamSide.allCases { release(side) { if !isSilent { emit($0, $1) } } }
        decoder.giveUp { event, bytes in
            if !isSilent { emit(event, bytes) }
        }
    }

    /// Both directions ended: emits what still waited.
    package mutating func finish(_ emit: (ProtocolEvent, RawSpan) -> Void) {
        if case .other = status { return }
        for side in StreamSide.allCases { release(side, emit) }
        let isSilent = status == .undecided && !isOwnPort
        decoder.finish { event, bytes in
            if !isSilent { emit(event, bytes) }
        }
        decide(0)
        guard status == .undecided else { return }
        if undecidedBytes > 0 {
            status = .other(name: Self.unknown)
        } else if proxyBytes > 0 {
            status = .other(name: Self.proxyHeader)
        }
    }

    /// Looks at first bytes until it is clear whose they are.
    private mutating func examine(
        _ bytes: RawSpan, from side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        headGrowth &+= bytes.byteCount
        // Nobody is answered in the middle of a header.
        if side == .second, start?.value.first.awaitsProxyHeader == true { release(.first, emit) }
        let isStrict = !opening.sawHandshake && isOwnPort
        let finding =
            side == .first
            ? start?.value.first.receive(bytes, at: stamp, protocols, isStrict: isStrict, limits: opening.limits)
            : start?.value.second.receive(bytes, at: stamp, protocols, isStrict: isStrict, limits: opening.limits)
        switch finding {
        case .needsMore, nil: return
        case .other(let name) where status != .decoded:
            return status = .other(name: name)
        case .other(let name):
            // The server's refusal of a version it does not speak names one of its own.
            start?.value.answeredIn = name
        case .decoded(let found) where found != place && status == .undecided:
            place = found
            decoder = protocols[found].open(opening)
        case .decoded, .open: break
        }
        release(side, emit)
    }

    /// Hands the decoder what was held back.
    private mutating func release(_ side: StreamSide, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        guard start != nil else { return }
        let held = side == .first ? start?.value.first.takeHeld() : start?.value.second.takeHeld()
        if start?.value.isOver == true { start = nil }
        guard let held, !held.isEmpty else { return }
        held.visit { decoder.receive($0, from: side, at: $1, emit) }
        if status == .undecided { decide(held.count) }
    }

    private mutating func decide(_ count: Int) {
        undecidedBytes += count
        if decoder.isAccepted {
            status = .decoded
        } else if undecidedBytes > opening.undecidedBytes(isOwnPort: isOwnPort) {
            status = .other(name: Self.unknown)
        }
    }
}

extension StreamOpening {
    /// Bytes after which no protocol is looked for any longer.
    fileprivate func undecidedBytes(isOwnPort: Bool) -> Int {
        isOwnPort ? limits.values.undecidedBytesOnOwnPort : limits.values.undecidedBytes
    }
}
