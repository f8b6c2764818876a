import Services
package import Trace

/// A value: from when to when the capture goes, and where it may lack what passed.
///
/// What was not seen is missing only where nothing could have been lost; else it is unknown.
struct Coverage {
    /// When the capture ended, as far as that is known: a file tells when its last packet came.
    let end: Timestamp?

    private let capture: CaptureSummary
    /// Anomalies after which a message may be lacking.
    private let losses: [Anomaly]
    /// Connections on which the capture ends within a frame.
    private let unfinished: Set<ConnectionID?>
    private let dropped: Int
    /// How often messages were left out of operations that they concern.
    private let leftOut: Int
    /// Connections with holes, and how many of each service, or of one that is not known, were seen in one direction only.
    private let withGaps: [Connection]
    private let cut: [Connection]
    private let oneSided: [String?: Int]
    /// Whether only some messages were taken out of a capture.
    private let isPartial: Bool
    /// Of each routing key the last delivery, in each place where it names a queue.
    private let lastTaken: [String: [QueueScope: Delivery]]
    /// What went wrong with connections.
    let incidents: IncidentIndex
    /// Whether a virtual host has to be named, since there are several.
    let hasSeveralVirtualHosts: Bool
    /// What the capture shows of deliveries, and whether of acknowledgements anything.
    private let sight: DeliverySight
    let seesAcknowledgements: Bool
    /// Whether any build was sent to a compute: else cells may have brokers of their own.
    let showsBuilds: Bool
    /// Services that were seen, alone and with their hosts.
    private let served: Set<String>
    /// When what is asked for was watched.
    private var watched = WatchedTime()

    private static let lossKinds: Set<AnomalyKind> = [
        .gap, .frameLost, .frameEndMissing, .frameTooLarge, .contentTruncated, .contentInterrupted,
        .bodyUnreadable, .captureDamaged, .joiningEndedEarly,
    ]

    init(_ trace: BusTrace, leftOut: Int = 0) {
        self.leftOut = leftOut
        capture = trace.capture
        withGaps = capture.connections.filter { $0.gaps > 0 }
        cut = capture.connections.filter { $0.lastCut != nil }
        var oneSided: [String?: Int] = [:]
        for connection in capture.connections where connection.oneSided {
            oneSided[Self.service(of: connection, in: trace), default: 0] += 1
        }
        self.oneSided = oneSided
        end = capture.end
        losses = capture.anomalies.filter { Self.lossKinds.contains($0.kind) }
        unfinished = Set(capture.anomalies.lazy.filter { $0.kind == .frameIncomplete }.map(\.connection))
        dropped = capture.sources.total { $0.kernelDropped ?? 0 }
        isPartial = capture.excerpts?.contains(where: \.isPartial) ?? false
        incidents = IncidentIndex(trace)
        hasSeveralVirtualHosts = capture.virtualHosts.count > 1
        sight = capture.sight ?? DeliverySight(trace)
        served = Set(
            trace.participants.flatMap { participant in
                guard let service = participant.service else { return [String]() }
                return [service] + (participant.host.map { ["\(service)@\($0)"] } ?? [])
            })
        showsBuilds = trace.messages.ids.contains { trace.messages[$0].method == "build_and_run_instance" }
        seesAcknowledgements = trace.messages.ids.contains { id in
            trace.messages[id].kind.isRequest && trace.messages[id].deliveries.contains { $0.settlement != nil }
        }
        var lastTaken = capture.lastTaken.mapValues { [QueueScope(): $0] }
        for id in trace.messages.ids where trace.messages[id].kind.isRequest {
            guard let delivery = trace.messages[id].deliveries.last else { continue }
            let message = trace.messages[id]
            let queue = message.queue
            guard capture.lastTaken[queue] == nil else { continue }
            lastTaken[queue, default: [:]][trace.scope(of: message)] = delivery
        }
        self.lastTaken = lastTaken
    }

    /// The same of what was not watched for the whole capture.
    func during(_ watched: WatchedTime) -> Coverage {
        guard !watched.isWhole else { return self }
        var coverage = self
        coverage.watched = watched
        return coverage
    }

    /// The last delivery by that routing key in the same virtual host, as far as those are known.
    func lastTaken(by routingKey: String, in scope: QueueScope) -> Delivery? {
        lastTaken[routingKey]?.lazy.filter { $0.key.mayBe(scope) }.map(\.value).max { $0.at < $1.at }
    }

    /// Why something that passed since `time` may not have been seen; `nil` where it would have been.
    ///
    /// - Parameter services: those that would have sent or taken it; what others lost says nothing. Whose a connection
    ///   is may not be known: it counts then.
    func loss(since time: Timestamp, of services: Set<String>, in trace: BusTrace) -> String? {
        func concerns(_ connection: ConnectionID?) -> Bool {
            let service = capture.connections[ifKnown: connection].flatMap { Self.service(of: $0, in: trace) }
            return service.map(services.contains) ?? true
        }
        if cut.contains(where: { $0.lastCut.map { $0 >= time } ?? false && concerns($0.id) }) {
            return capture.cutSentence
        }
        if let gap = watched.gap(after: time) {
            return "nothing was captured from \(gap.from.clock.prefix(8)) to \(gap.until.clock.prefix(8))"
        }
        if dropped > 0 { return "the kernel dropped \(counted(dropped, "packet"))" }
        // Of which connection they are cannot be known.
        let unread = capture.network.cut
        if unread > 0 { return "\(counted(unread, "packet")) \(was(unread)) cut inside the headers" }
        if isPartial { return "the file holds only some messages of the operation" }
        if leftOut > 0 { return "too many messages of one request are about none of its instances to be looked at" }
        let oneSided = services.reduce(self.oneSided[nil] ?? 0) { $0 + (self.oneSided[$1] ?? 0) }
        if oneSided > 0 { return "\(counted(oneSided, "connection")) \(was(oneSided)) seen in one direction only" }
        let holes = losses.filter { $0.at >= time && concerns($0.connection) }
        if !holes.isEmpty {
            let isEnd = holes.allSatisfy { $0.kind == .contentTruncated && unfinished.contains($0.connection) }
            return isEnd ? Self.unfinishedMessage : "the capture lacks bytes since then"
        }
        // Only so many anomalies are kept with their times.
        let isListed = capture.anomalyCount <= capture.anomalies.count && !losses.isEmpty
        if !isListed, withGaps.contains(where: { concerns($0.id) }) {
            return "the capture has gaps"
        }
        return nil
    }

    /// What is said where nothing is lacking but the rest of a message.
    static let unfinishedMessage = "the capture ends within a message"

    /// Why somebody may have taken a message unseen; `nil` where that would have been seen.
    func doubt(on message: Message, in trace: BusTrace) -> String? {
        let topic = ServiceTopic(message.queue)
        let isServed = topic.service.map { service in
            served.contains(topic.host.map { "\(service)@\($0)" } ?? service)
        }
        return sight.doubt(
            isQueueKnown: isServed ?? false || lastTaken(by: message.queue, in: trace.scope(of: message)) != nil,
            host: topic.host, mayLack: mayLack)
    }

    private var mayLack: Bool { !losses.isEmpty || dropped > 0 || isPartial || !withGaps.isEmpty }

    /// Why messages may go ways that the capture does not show; `nil` where nothing speaks for that.
    var doubtOnWays: String? { sight.ways.doubt(mayLack: mayLack) }

    func shows(_ way: Way, isOfOne: Bool) -> Bool { sight.ways.shows(way, isOfOne: isOfOne) }

    func hides(_ way: Way) -> Bool { sight.ways.hides(way) }

    /// Whether what was not seen taken may have been taken all the same: others were, from the same queue.
    func hidesTaking(of message: Message, in trace: BusTrace) -> Bool {
        guard sight.ways.halves > 0, message.deliveries.isEmpty, message.returned == nil, message.amqp?.refusedAt == nil
        else { return false }
        return message.kind == .fanout ? doubtOnWays != nil : sight.ways.hides(trace.way(of: message))
    }

    private static func service(of connection: Connection, in trace: BusTrace) -> String? {
        trace.participants[ifKnown: connection.participant]?.service
    }

    private func counted(_ count: Int, _ name: String) -> String { "\(count) \(name)\(count == 1 ? "" : "s")" }
    private func was(_ count: Int) -> String { count == 1 ? "was" : "were" }
}

extension DeliverySight {
    /// Where a capture begins in mid-stream, the first second shows messages in part only.
    private static let settling: Nanoseconds = .seconds(1)

    /// What a whole trace shows.
    package init(_ trace: BusTrace) {
        self.init()
        for connection in trace.capture.connections {
            saw(
                address: String(
                    connection.client[..<(connection.client.lastIndex(of: ":") ?? connection.client.endIndex)]))
        }
        for participant in trace.participants { if let host = participant.host { saw(host: host) } }
        let first = trace.capture.sources.compactMap(\.first).min()
        for call in trace.calls {
            guard let request = call.request, let asked = trace.messages[request].publishedAt,
                asked - (trace.begin(of: trace.messages[request].connection, at: asked) ?? first ?? asked)
                    > Self.settling || first == nil,
                let reply = call.reply, !trace.messages[reply].deliveries.isEmpty
            else { continue }
            sawAnswer(
                wasSeenWhole: !trace.messages[request].deliveries.isEmpty && trace.messages[reply].publishedAt != nil)
        }
        ways = WaySight(trace)
    }
}

extension BusTrace {
    /// Since when a connection was watched at a moment, where that is not the whole capture.
    fileprivate func begin(of connection: ConnectionID?, at time: Timestamp) -> Timestamp? {
        self.connection(connection)?.watched.stretch(at: time)?.from
    }
}
