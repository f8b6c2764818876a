import Bytes
import Trace

/// A machine that gives frames their meaning: roles, channels, contents, confirms and acknowledgements.
struct AMQPSession {
    let shared: SharedLimits
    var decoder: MethodDecoder
    var context = FrameContext()
    var channels: [AMQPChannel] = []
    /// The contents that the two ends are sending, two for each channel.
    var assemblies: [ContentAssembly] = []
    /// Where the channels are, of a connection with many; in a few they are looked for.
    private var indices: [UInt16: Int] = [:]
    private static let channelsWithoutIndex = 8
    /// The channel used last, which nearly always is the next one too.
    private var lastIndex = 0
    var nextContentID = 0

    private(set) var version: AMQPVersion?
    private(set) var serverSide: StreamSide
    /// Whether the handshake or a port named the server, so that a header from it is a refusal.
    private let isServerExpected: Bool
    /// Whether a method that only one role sends proved `serverSide`.
    private var isServerProved = false
    private(set) var sawProtocolHeader = false
    /// Bytes in front of the client's protocol header.
    var strayBytes = 0
    private var sawStart = false
    /// Frames of either direction.
    var frames = 0
    /// Of `frames`, heartbeats.
    var heartbeats = 0
    /// Messages that were published and that were given out.
    var published = 0
    var delivered = 0
    /// Bytes by which channels and bodies grew in all.
    var growth = 0
    /// Whether what is stepped over is explained already, so that it is no anomaly.
    var isSilent = false

    init(serverSide: StreamSide, isServerExpected: Bool, limits: SharedLimits) {
        self.serverSide = serverSide
        self.isServerExpected = isServerExpected
        shared = limits
        decoder = MethodDecoder(limits: limits)
    }

    var limits: Limits { shared.values }

    /// Whether a protocol header or verified frames were seen.
    var isAccepted: Bool { sawProtocolHeader || frames > 0 }

    func role(_ side: StreamSide) -> ConnectionRole { side == serverSide ? .server : .client }

    /// Whether publishes may come from that end, as far as is known.
    func maySendPublishes(_ side: StreamSide) -> Bool { !isServerProved || side != serverSide }

    func report(
        _ kind: AnomalyKind, _ detail: String, _ stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard !isSilent else { return }
        emit(.anomaly(StreamAnomaly(kind: kind, detail: detail, stamp: stamp)), RawSpan())
    }
}

/// Channels.
extension AMQPSession {
    /// Bytes of body that one end still owes on a channel.
    func due(_ number: UInt16, _ side: StreamSide) -> UInt64 {
        guard let place = index(of: number) else { return 0 }
        return assemblies[slot(place, side)].due
    }

    /// The index into `assemblies`.
    func slot(_ place: Int, _ side: StreamSide) -> Int { place << 1 | side.rawValue }

    @inline(__always)
    func index(of number: UInt16) -> Int? {
        if lastIndex < channels.count, channels[lastIndex].number == number { return lastIndex }
        return find(number)
    }

    private func find(_ number: UInt16) -> Int? {
        indices.isEmpty ? channels.firstIndex { $0.number == number } : indices[number]
    }

    /// The place of a channel, made where there is none; `nil` above the limit.
    mutating func place(
        of number: UInt16, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) -> Int? {
        if let index = index(of: number) {
            lastIndex = index
            return index
        }
        guard channels.count < limits.channels else {
            report(.channelsAboveLimit, "channel \(number) is one too many to follow", stamp, emit)
            return nil
        }
        lastIndex = channels.count
        growth &+= AMQPSession.channelBytes
        channels.append(AMQPChannel(number: number, sawOpen: false))
        if channels.count > Self.channelsWithoutIndex {
            for place in indices.count..<channels.count { indices[channels[place].number] = place }
        }
        assemblies.append(ContentAssembly(limits: shared))
        assemblies.append(ContentAssembly(limits: shared))
        return lastIndex
    }

    /// Bytes of memory of a channel on which nothing waits.
    private static let channelBytes =
        MemoryLayout<AMQPChannel>.stride + 2 * MemoryLayout<ContentAssembly>.stride + 2 * MemoryLayout<Int>.stride

    /// Bytes of memory that channels and bodies take.
    var heldBytes: Int {
        let bodies = assemblies.total(of: \.heldBytes)
        return channels.reduce(bodies) { $0 + AMQPSession.channelBytes + $1.heldBytes }
    }

    /// Contents under way end here, and nothing is known of channels any more.
    mutating func giveUp(at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        for side in StreamSide.allCases { loseStep(side, at: stamp, emit) }
        channels = []
        assemblies = []
        indices = [:]
        lastIndex = 0
    }

    /// A channel begins or ends: what was under way belongs to the one before.
    mutating func renew(
        _ number: UInt16, sawOpen: Bool, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        guard let place = place(of: number, at: stamp, emit) else { return }
        for side in StreamSide.allCases {
            truncate(place, side, at: stamp, emit)
            assemblies[slot(place, side)].forgetBeginning()
        }
        channels[place] = AMQPChannel(number: number, sawOpen: sawOpen)
    }
}

/// Roles and versions.
extension AMQPSession {
    mutating func protocolHeader(
        _ version: AMQPVersion, from side: StreamSide, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        if side == serverSide, isServerProved || isServerExpected || sawProtocolHeader {
            emit(.amqp(.protocolHeader(version, .server, stamp)), RawSpan())
            report(.protocolRefused, "the server answers with \(version)", stamp, emit)
            return
        }
        serverSide = side.opposite
        // The answer to it may have been captured first.
        let isLate = !sawProtocolHeader && sawStart && frames == 1
        if sawProtocolHeader || frames > 0, !isLate {
            report(.protocolHeaderRepeated, "a new protocol header in an open connection", stamp, emit)
            for channel in channels { renew(channel.number, sawOpen: false, at: stamp, emit) }
            isServerProved = false
            context = FrameContext(sawBeginning: context.sawBeginning, trustsLoneFrame: context.trustsLoneFrame)
        }
        sawProtocolHeader = true
        self.version = version
        decoder.is08 = version.is08
        context.isOpen = true
        emit(.amqp(.protocolHeader(version, .client, stamp)), RawSpan())
    }

    mutating func note(_ start: ConnectionStart) {
        sawStart = true
        decoder.is08 = start.versionMajor == 8
        if start.versionMajor == 8 {
            version = .v08
        } else if version == nil || version?.is08 == true {
            version = .v091
        }
    }

    mutating func note(_ tune: ConnectionLimits) {
        context.frameMax = Int(tune.frameMax)
        context.channelMax = tune.channelMax
    }

    /// Methods that only one role sends tell who is who; the first of them overrules ports.
    mutating func noteRole(
        _ sender: MethodDefinition.Sender, _ name: @autoclosure () -> String, from side: StreamSide,
        at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        let server: StreamSide
        switch sender {
        case .either: return
        case .server: server = side
        case .client: server = side.opposite
        }
        if server == serverSide {
            isServerProved = true
        } else if isServerProved {
            report(.methodFromWrongSide, "\(name()) from the \(role(side))", stamp, emit)
        } else {
            serverSide = server
            isServerProved = true
            report(.rolesReversed, "\(name()) shows that the client is the server", stamp, emit)
        }
    }
}
