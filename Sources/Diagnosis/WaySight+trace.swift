import Services
package import Trace

extension WaySight {
    /// What a whole trace shows.
    init(_ trace: BusTrace) {
        self.init()
        var reader = WayReader(trace)
        reader.read()
        merge(reader.sight)
    }
}

/// A machine that goes through the messages of a trace once, in order of time, and finds those that were seen on one of
/// their two ways, and passed on the other as well.
private struct WayReader {
    private let trace: BusTrace
    private let askers: [String: ParticipantID]
    /// Before and after these the capture may hold the other half of what it shows.
    private let first: Timestamp?
    private let last: Timestamp?
    var sight = WaySight()

    /// A value: who works on what.
    private struct Work: Hashable {
        let request: String
        let service: String
        let host: String?
    }

    private struct Saver: Hashable {
        let participant: ParticipantID
        let instance: String
    }

    /// Casts that were not seen taken, by who should begin with them; empty where that one is at it already.
    private var begun: [Work: [MessageID]] = [:]
    /// The last save that was not answered.
    private var openSaves: [Saver: MessageID] = [:]

    /// Where a capture begins in mid-stream, the first second shows messages in part only, and so does the last.
    private static let settling: Nanoseconds = .seconds(1)

    init(_ trace: BusTrace) {
        self.trace = trace
        askers = trace.messages.reduce(into: [:]) { askers, message in
            if let queue = message.amqp?.replyQueue, let from = message.from { askers[queue] = from }
        }
        first = trace.capture.sources.compactMap(\.first).max().map { $0 + Self.settling }
        let ends = trace.capture.hasParts ? trace.capture.sources.compactMap(\.last).min() : trace.capture.end
        last = ends.map { $0 - Self.settling }
    }

    mutating func read() {
        for message in trace.messages {
            if message.kind.isRequest || message.kind.isAnswer { noteWays(of: message) }
            if message.kind.isRequest { noteWork(of: message) }
        }
    }

    // MARK: The two ways

    private mutating func noteWays(of message: Message) {
        guard !message.isTruncated else { return }
        let sender = sender(of: message).map { Way.published(by: $0) }
        let queue = trace.way(of: message)
        let isTaken = !message.deliveries.isEmpty
        if isAnswerToUnseen(message) {
            if let asker = message.deliveries.last?.to { sight.missed(.published(by: asker)) }
            sight.count(halves: 1)
        }
        if message.publishedAt != nil, let sender { sight.saw(sender) }
        if isTaken { sight.saw(queue) }
        if message.publishedAt != nil, isTaken { return sight.count(whole: 1) }
        if let delivery = message.deliveries.first {
            guard isSettled(delivery.at), !delivery.redelivered else { return }
            if let sender { sight.missed(sender) }
            sight.count(halves: 1)
        } else if isKnownTaken(message) {
            missTaking(of: message)
        }
    }

    /// Whether it answers a request that was not seen, though the capture had begun before that was made: who answers, or
    /// reads the answers, came on the bus since then, or nobody waits for so long.
    private func isAnswerToUnseen(_ message: Message) -> Bool {
        guard message.kind == .reply, let at = message.at, isSettled(at),
            let call = trace.calls[ifKnown: message.call], call.request == nil
        else { return false }
        let ends = [message.connection, message.deliveries.first?.connection]
        return ends.contains { trace.connection($0)?.openedAt != nil }
            || first.map { at - $0 > Self.longestCall } ?? false
    }

    private static let longestCall: Nanoseconds = .seconds(60)

    private func sender(of message: Message) -> ParticipantID? {
        if let from = message.from { return from }
        guard message.kind.isAnswer else { return message.amqp?.replyQueue.flatMap { askers[$0] } }
        return trace.calls[ifKnown: message.call]?.to
    }

    private func isSettled(_ time: Timestamp) -> Bool {
        first.map { time > $0 } ?? true && last.map { time < $0 } ?? true
    }

    /// Whether a message that was seen published, and not given to anybody, was taken all the same: a request that was
    /// answered, and an answer of which nothing tells that it was not.
    private func isKnownTaken(_ message: Message) -> Bool {
        guard message.returned == nil, let at = message.publishedAt, isSettled(at),
            let call = trace.calls[ifKnown: message.call]
        else { return false }
        if call.request == message.id { return call.isAnswered }
        guard call.reply == message.id, message.connection != nil, let request = call.request else { return false }
        return call.isAnswered && call.replyFate == nil && trace.messages[request].publishedAt != nil
    }

    private mutating func missTaking(of message: Message) {
        sight.missed(trace.way(of: message))
        sight.count(halves: 1)
    }

    // MARK: What follows

    /// Who begins to work on a request was given it, and who goes on to the next state was answered on the one before.
    private mutating func noteWork(of message: Message) {
        guard let at = message.publishedAt, !message.isBackground else { return }
        if let from = trace.participants[ifKnown: message.from], let request = message.requestID,
            let service = from.service
        {
            for host in Set([from.host, nil]) {
                let work = Work(request: request, service: service, host: host)
                for id in begun[work] ?? [] { missTaking(of: trace.messages[id]) }
                begun[work] = []
            }
        }
        if message.kind == .cast, message.isUntaken, message.amqp?.refusedAt == nil,
            let request = message.requestID, let service = ServiceTopic(message.queue).service
        {
            let work = Work(request: request, service: service, host: ServiceTopic(message.queue).host)
            if begun[work] != [] { begun[work, default: []].append(message.id) }
        }
        noteSave(message, at: at)
    }

    private mutating func noteSave(_ message: Message, at time: Timestamp) {
        guard message.stateChange != nil, let from = message.from, let instance = message.instances.first,
            let call = trace.calls[ifKnown: message.call], call.request == message.id
        else { return }
        let saver = Saver(participant: from, instance: instance)
        if let open = openSaves.removeValue(forKey: saver).map({ trace.messages[$0] }), let asked = open.publishedAt,
            open.timeout.map({ time < asked + $0 }) ?? true
        {
            missAnswer(to: open)
        }
        if call.reply == nil, call.outcome != .returned { openSaves[saver] = message.id }
    }

    private mutating func missAnswer(to request: Message) {
        if request.deliveries.isEmpty { sight.missed(trace.way(of: request)) }
        if let queue = trace.wayBack(of: request) { sight.missed(queue) }
        if let taker = request.deliveries.last?.to { sight.missed(.published(by: taker)) }
        sight.count(halves: 1)
    }
}

extension BusTrace {
    /// The ways by which more of operations that are not over may pass.
    package func openWays(of operations: some Sequence<OperationID>) -> Set<Way> {
        var ways: Set<Way> = []
        for operation in operations where ![.completed, .failed].contains(self.operations[operation].outcome) {
            for message in self.operations[operation].messages.lazy.map({ self.messages[$0] }) {
                ways.insert(way(of: message))
                if let back = wayBack(of: message) { ways.insert(back) }
                for participant in [message.from, message.deliveries.last?.to].compactMap(\.self) {
                    ways.insert(.published(by: participant))
                }
            }
        }
        return ways
    }

    /// The way by which who should take a message is given it.
    func way(of message: Message) -> Way {
        .taken(from: message.destination, virtualHost: scope(of: message).virtualHost)
    }

    /// The way by which who asked is given the answer.
    func wayBack(of request: Message) -> Way? {
        request.amqp?.replyQueue.map { .taken(from: $0, virtualHost: scope(of: request).virtualHost) }
    }
}
