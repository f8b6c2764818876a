import Bytes
import Correlation
import Network
import Protocols
import Trace

/// A machine that feeds each TCP connection to the protocol it carries, and numbers those that prove to be of one.
struct StreamTable {
    /// One TCP connection: what it says, and its number when its protocol has been proved.
    private struct Entry {
        let tcp: Int
        let ends: TCPEndpoints
        var stream: ProtocolStream
        var connection: ConnectionID?
        /// The sides, by their bits, of which bytes are missing behind the last frame that was read.
        var endsMissing: UInt8 = 0
        var lastSource: Int32 = -1
        /// The sources that showed it since it was proved, by their bits; from the last bit on they are not told apart.
        var shownBy: UInt64 = 0
        /// Of a connection that is none of a protocol that is decoded.
        var stranger: InPlace<Stranger>?

        var foreign: ForeignOpening? { stranger?.value.foreign }

        /// What nobody recognised, where the broker ended it without a byte.
        func unanswered(endedBy end: StreamEvent) -> ForeignOpening? {
            let traffic = stream.facts.traffic
            guard ends.sawHandshake, endsMissing == 0, traffic[.second].seen == 0 else { return nil }
            let opening = ForeignOpening(stream.beginning, ends, server: .second, at: end.stamp)
            return opening.answer(endedBy: end) == .nothing ? opening : nil
        }
    }

    /// What is known of a connection that is none of a protocol that is decoded.
    private struct Stranger {
        /// What it speaks, until it is clear what it was answered.
        var foreign: ForeignOpening?
        /// The broker's answer to what is no AMQP that it takes.
        var refusal: (version: AMQPVersion, stamp: PacketStamp)?
    }

    typealias Emit = (consuming StreamOutput, RawSpan) -> Void

    private var entries: [Entry] = []
    private var freePlaces: [Int] = []
    /// TCP connection → index into `entries`.
    private var places: [Int: Int] = [:]
    /// Bytes come in bursts: the last entry is tried before the dictionary.
    private var last: (tcp: Int, place: Int)?
    /// Connections that were numbered; no number is used twice.
    private var numbered: ConnectionID = 0
    /// Of addresses in tunnels the network in which they were seen first.
    private var networks: [IPAddress: TunnelScope] = [:]
    private let limits: SharedLimits
    private let protocols: [ProtocolRow]
    private let notesSources: Bool
    /// Stands where no connection is.
    private let vacant: ProtocolStream
    /// Bytes that may have come to be held since they were counted last.
    private var growth = 0

    /// - Parameter notesSources: whether it is emitted which source shows which connection.
    init(limits: Limits, protocols: [ProtocolRow], notesSources: Bool) {
        self.notesSources = notesSources
        self.limits = SharedLimits(limits)
        self.protocols = protocols
        let opening = StreamOpening(firstPort: 0, secondPort: 0, sawHandshake: false, limits: self.limits)
        vacant = ProtocolStream(opening, protocols: protocols)
    }

    /// TCP connections of which something is kept.
    var count: Int { places.count }

    /// Takes what happened to a TCP connection.
    mutating func receive(_ event: borrowing StreamEvent, bytes: RawSpan, _ emit: Emit) {
        let tcp = event.connection
        switch event.kind {
        case .opened(let ends): open(tcp, ends)
        case .closed:
            if let place = places[tcp] { close(place, copy event, sawBothEnds: event.sawBothEnds, emit) }
        case .bytes, .gap, .cut:
            guard let place = place(of: tcp) else { return emit(.unwanted(tcp: tcp), RawSpan()) }
            if entries[place].foreign != nil { return lookForAnswer(place, event, bytes, emit) }
            feed(event, bytes, to: place, emit)
            judge(place, event, emit)
        }
    }

    /// Ends all streams: the capture is at its end.
    ///
    /// - Parameter sawBothEnds: whether packets of both ends of a TCP connection were seen.
    mutating func finish(sawBothEnds: (Int) -> Bool, _ emit: Emit) {
        for (tcp, place) in places.sorted(by: { $0.key < $1.key }) {
            close(place, sawBothEnds: sawBothEnds(tcp), emit)
        }
        // Of very many connections these take as much as what is told of them.
        (entries, freePlaces) = ([], [])
    }

    /// Visits the connections that are open, as they stand.
    func visitOpen(sawBothEnds: (Int) -> Bool, _ visit: (ConnectionAccount) -> Void) {
        for entry in entries {
            if let connection = entry.connection {
                visit(ConnectionAccount(connection, entry.ends, entry.stream, sawBothEnds: sawBothEnds(entry.tcp)))
            }
        }
    }

    // MARK: Entries

    private mutating func open(_ tcp: Int, _ ends: TCPEndpoints) {
        if ends.scope != .none, networks.count < PipelineLimits.networks {
            for address in [ends.first.address, ends.second.address] where networks[address] == nil {
                networks[address] = ends.scope
            }
        }
        let opening = StreamOpening(
            firstPort: ends.first.port, secondPort: ends.second.port, sawHandshake: ends.sawHandshake, limits: limits)
        let entry = Entry(tcp: tcp, ends: ends, stream: ProtocolStream(opening, protocols: protocols))
        if let place = freePlaces.popLast() {
            entries[place] = entry
            places[tcp] = place
        } else {
            places[tcp] = entries.count
            entries.append(entry)
        }
    }

    private mutating func place(of tcp: Int) -> Int? {
        if let last, last.tcp == tcp { return last.place }
        guard let place = places[tcp] else { return nil }
        last = (tcp, place)
        return place
    }

    /// Frees the place for another connection.
    private mutating func remove(_ place: Int) {
        places[entries[place].tcp] = nil
        entries[place] = Entry(tcp: -1, ends: entries[place].ends, stream: vacant)
        freePlaces.append(place)
        last = nil
    }

    // MARK: Bytes

    private mutating func feed(_ event: borrowing StreamEvent, _ bytes: RawSpan, to place: Int, _ emit: Emit) {
        let side = event.side
        switch event.kind {
        case .gap(let count): miss(count, isCut: false, side, at: event.stamp, place, emit)
        case .cut(let count): miss(count, isCut: true, side, at: event.stamp, place, emit)
        case .opened, .bytes, .closed:
            if pass(.bytes(side, event.stamp), bytes, to: place, emit) { entries[place].endsMissing &= ~side.bit }
        }
        if notesSources, event.stamp.source != entries[place].lastSource {
            noteSource(event.stamp.source, of: place, emit)
        }
        growth &+= entries[place].stream.takeGrowth()
        if growth > limits.values.heldBytes / 4 { boundHeldBytes(emit) }
    }

    private mutating func miss(
        _ count: Int, isCut: Bool, _ side: StreamSide, at stamp: PacketStamp, _ place: Int, _ emit: Emit
    ) {
        entries[place].endsMissing |= side.bit
        if let connection = entries[place].connection {
            emit(.observation(.lost(connection, at: stamp.time)), RawSpan())
        }
        _ = pass(.gap(count, isCut: isCut, side, stamp), RawSpan(), to: place, emit)
    }

    /// Has a stream take something, and emits what its decoder says; the connection is numbered when that is proof.
    ///
    /// - Returns: whether a frame was among it.
    private mutating func pass(_ input: StreamInput, _ bytes: RawSpan, to place: Int, _ emit: Emit) -> Bool {
        var hasFrame = false
        if let connection = entries[place].connection {
            entries[place].stream.receive(input, bytes) { event, body in
                hasFrame = hasFrame || event.isFrame
                emit(.event(connection, event), body)
            }
            return hasFrame
        }
        let ends = entries[place].ends
        // What is known until now; the events may say otherwise, which is told when the connection ends.
        let server = entries[place].stream.serverSide
        let number = numbered
        let networks = networks
        var isProved = false
        var refusal: (AMQPVersion, PacketStamp)?
        entries[place].stream.receive(input, bytes) { event, body in
            hasFrame = hasFrame || event.isFrame
            if !isProved, case .amqp(.protocolHeader(let version, .server, let stamp)) = event {
                refusal = (version, stamp)
            }
            if !isProved, event.isProof {
                isProved = true
                let found = FoundConnection(number, ends, server: server, networks)
                emit(.observation(.opened(found)), RawSpan())
            }
            if isProved { emit(.event(number, event), body) }
        }
        if isProved {
            entries[place].connection = number
            numbered = number.advanced(by: 1)
        } else if let refusal {
            if entries[place].stranger == nil { entries[place].stranger = InPlace(Stranger()) }
            entries[place].stranger?.value.refusal = refusal
        }
        return hasFrame
    }

    /// Counts what is held of all connections, and when it is too much has those with the most give theirs up, until it
    /// is half as much as it may be.
    private mutating func boundHeldBytes(_ emit: Emit) {
        growth = 0
        var held: [(place: Int, bytes: Int)] = []
        for place in entries.indices { held.append((place, entries[place].stream.heldBytes)) }
        var sum = held.total(of: \.bytes)
        guard sum > limits.values.heldBytes else { return }
        for (place, bytes) in held.sorted(by: { ($1.bytes, $0.place) < ($0.bytes, $1.place) }) {
            guard sum > limits.values.heldBytes / 2 else { break }
            _ = pass(.giveUp, RawSpan(), to: place, emit)
            sum -= bytes
        }
    }

    private mutating func noteSource(_ source: Int32, of place: Int, _ emit: Emit) {
        guard let connection = entries[place].connection else { return }
        entries[place].lastSource = source
        let bit = UInt64(1) << UInt64(truncatingIfNeeded: min(source, 63))
        guard entries[place].shownBy & bit == 0 || source >= 63 else { return }
        entries[place].shownBy |= bit
        let ends = entries[place].ends
        let network = ends.scope == .none ? "" : " in \(ends.scope)"
        emit(
            .observation(
                .shown(
                    connection, between: ends.first.address.description + network,
                    and: ends.second.address.description + network, in: Int(source))), RawSpan())
    }

    // MARK: Other protocols

    /// Looks whether it is clear that a connection carries nothing that is decoded.
    private mutating func judge(_ place: Int, _ event: borrowing StreamEvent, _ emit: Emit) {
        guard entries[place].connection == nil else { return }
        if tellRefusal(of: place, emit) { return drop(place, emit) }
        guard case .other(let name) = entries[place].stream.status else { return }
        // Where the server speaks first it is no broker.
        let ends = entries[place].ends
        if ends.sawHandshake, event.side == .first, entries[place].stream.facts.traffic[.second].seen == 0 {
            let beginning = entries[place].stream.beginning
            let foreign = ForeignOpening(beginning, ends, server: .second, at: event.stamp)
            return entries[place].stranger = InPlace(Stranger(foreign: foreign))
        }
        emit(.observation(.foreign(protocolName: name)), RawSpan())
        drop(place, emit)
    }

    /// Looks whether what spoke another protocol is answered in AMQP: it meant another port then.
    private mutating func lookForAnswer(
        _ place: Int, _ event: borrowing StreamEvent, _ bytes: RawSpan, _ emit: Emit
    ) {
        let isWhole = if case .bytes = event.kind { true } else { false }
        guard let answer = entries[place].stranger?.value.foreign?.answer(event.side, bytes, isWhole: isWhole)
        else { return }
        endForeign(place, answer, at: event.stamp, emit)
        drop(place, emit)
    }

    private func endForeign(
        _ place: Int, _ answer: ForeignOpening.Answer, at stamp: PacketStamp, _ emit: Emit
    ) {
        guard let opening = entries[place].foreign else { return }
        if answer == .other {
            if case .other(let name) = entries[place].stream.status {
                emit(.observation(.foreign(protocolName: name)), RawSpan())
            }
        } else {
            emit(.observation(.attempted(opening, answer, at: stamp)), RawSpan())
        }
    }

    /// Tells that a broker answered what is no AMQP with its header; whether it did.
    private func tellRefusal(of place: Int, _ emit: Emit) -> Bool {
        guard let (version, stamp) = entries[place].stranger?.value.refusal else { return false }
        let stream = entries[place].stream
        let opening = ForeignOpening(stream.beginning, entries[place].ends, server: stream.serverSide, at: stamp)
        emit(.observation(.attempted(opening, .amqp(version), at: stamp)), RawSpan())
        return true
    }

    private mutating func drop(_ place: Int, _ emit: Emit) {
        emit(.unwanted(tcp: entries[place].tcp), RawSpan())
        remove(place)
    }

    // MARK: The end

    /// - Parameter ending: how TCP ended it; `nil` at the end of the capture.
    private mutating func close(_ place: Int, _ ending: StreamEvent? = nil, sawBothEnds: Bool, _ emit: Emit) {
        if let foreign = entries[place].foreign {
            let answer = foreign.answer(endedBy: ending)
            endForeign(place, answer, at: ending?.stamp ?? foreign.began, emit)
            return remove(place)
        }
        _ = pass(.end, RawSpan(), to: place, emit)
        let entry = entries[place]
        if let connection = entry.connection {
            let account = ConnectionAccount(connection, entry.ends, entry.stream, sawBothEnds: sawBothEnds)
            let server = account.facts.serverSide
            let client = ConnectionClient(entry.ends, server: server, networks)
            var end = ending?.connectionEnd(server: server)
            end?.mayHaveBeenClosed = entry.endsMissing != 0
            emit(.observation(.closed(account, client: client, end: end)), RawSpan())
        } else if !tellRefusal(of: place, emit), case .other(let name) = entry.stream.status {
            if let ending, let opening = entry.unanswered(endedBy: ending) {
                emit(.observation(.attempted(opening, .nothing, at: ending.stamp)), RawSpan())
            } else {
                emit(.observation(.foreign(protocolName: name)), RawSpan())
            }
        }
        remove(place)
    }
}

/// A value: what a stream is to take, its bytes beside it.
private enum StreamInput {
    case bytes(StreamSide, PacketStamp)
    case gap(Int, isCut: Bool, StreamSide, PacketStamp)
    case giveUp
    case end
}

extension ProtocolStream {
    fileprivate mutating func receive(
        _ input: StreamInput, _ bytes: RawSpan, _ emit: (ProtocolEvent, RawSpan) -> Void
    ) {
        switch input {
        case .bytes(let side, let stamp): receive(bytes, from: side, at: stamp, emit)
        case .gap(let count, let isCut, let side, let stamp): gap(count, isCut: isCut, from: side, at: stamp, emit)
        case .giveUp: giveUp(emit)
        case .end: finish(emit)
        }
    }
}

extension StreamSide {
    fileprivate var bit: UInt8 { self == .first ? 1 : 2 }
}

extension ProtocolEvent {
    /// Whether it is a whole frame by itself.
    fileprivate var isFrame: Bool {
        switch self {
        case .amqp(.method), .amqp(.begun), .amqp(.heartbeat): true
        case .amqp, .accepted, .anomaly, .skipped: false
        }
    }
}
