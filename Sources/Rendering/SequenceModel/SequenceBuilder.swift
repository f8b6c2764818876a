import Diagnosis
package import Trace

/// A value: a trace with the indexes that drawing its operations needs.
///
/// Building it costs one pass over the trace; a diagram then costs as much as its messages and the background messages
/// of its time.
package struct SequenceBuilder: Sendable {
    let trace: BusTrace
    let options: DiagramOptions
    /// Who took messages from a queue: what an undelivered message to the same queue would have reached.
    private let takers: [Route: ParticipantID]
    let hasSeveralVirtualHosts: Bool
    /// What is told of the whole capture beside the diagrams, and need not be told beneath each; `nil` for nothing.
    private let told: Set<String>?

    /// How many of the trace's messages before each belong to no operation.
    private let loneBefore: [Int]

    /// Services that go by their own name and were seen on one host at most: a process of theirs whose host is not
    /// known needs no lane of its own.
    private let singletons: Set<String>

    struct Route: Hashable {
        let exchange: String?
        let routingKey: String
        /// `nil` where none need be told apart.
        let virtualHost: String?
    }

    package init(_ trace: BusTrace, options: DiagramOptions = DiagramOptions(), told: [String]? = nil) {
        self.trace = trace
        self.told = told.map(Set.init)
        self.options = options
        hasSeveralVirtualHosts = trace.capture.virtualHosts.count > 1
        var takers: [Route: ParticipantID] = [:]
        for message in trace.messages where message.kind.isRequest {
            guard let taker = message.deliveries.last?.to else { continue }
            takers[Self.route(of: message, in: trace, hasSeveralVirtualHosts)] = taker
        }
        self.takers = takers
        var loneBefore = [0]
        loneBefore.reserveCapacity(trace.messages.count + 1)
        for (index, message) in trace.messages.enumerated() {
            loneBefore.append(loneBefore[index] + (message.operation == nil ? 1 : 0))
        }
        self.loneBefore = loneBefore
        singletons = Self.singletons(among: trace.participants)
    }

    private static func singletons(among participants: [Participant]) -> Set<String> {
        var hosts: [String: Set<String>] = [:]
        var (services, perHost) = (Set<String>(), Set<String>())
        for participant in participants {
            guard let service = participant.service else { continue }
            services.insert(service)
            if let host = participant.host { hosts[service, default: []].insert(host) }
            if participant.label.contains("@") { perHost.insert(service) }
        }
        return services.filter { !perHost.contains($0) && hosts[$0, default: []].count < 2 }
    }

    /// The sequence of one operation; a part of one does not say that the rest is still open when the capture ends.
    ///
    /// - Parameter room: background messages that may be drawn; where there are more, none is, and that is said.
    package func diagram(of operation: Operation, isPart: Bool = false, background room: Int = .max) -> SequenceDiagram
    {
        let background = backgroundCount(of: operation)
        let showsBackground = options.showsBackground && background <= room
        let (shown, hidden) = messages(of: operation, showsBackground: showsBackground)
        var lanes = LaneTable(trace: trace, singletons: singletons)
        var composer = ArrowComposer(builder: self)
        let arrows = composer.arrows(for: shown, of: operation, lanes: &lanes)
        let giveUps = giveUps(of: shown, until: trace.watchedEnd(of: operation) ?? operation.endedAt, lanes: &lanes)
        let states = stateEvents(of: operation, lanes: &lanes)
        let rows = options.expand ? arrows.map { Row(single: $0) } : Row.folded(arrows)

        let standstill = standstill(of: operation, arrows, giveUps, lanes: &lanes)
        var events = ordered(rows, states + joined(giveUps, rows: rows) + [standstill].compactMap { $0 })
        let isWaiting = giveUps.contains { $0.giveUp.reason == .captureEnd }
        if !isPart, let end = openEnd(of: operation, isWaiting: isWaiting, after: events) { events.append(end) }
        events = withPauses(events)
        markAnswers(in: &events)
        let places = lanes.arrange()
        for index in events.indices { events[index].moveLanes(places.order) }

        var header = SequenceHeader(operation)
        header.counts = counts(of: shown, hidden: hidden)
        var notes = captureNotes(of: operation).filter { told?.contains($0) != true }
        if options.showsBackground, !showsBackground {
            notes.append("background traffic is not drawn, there is too much: narrow with --instance or --request")
        }
        return SequenceDiagram(
            header: header, lanes: places.lanes, events: events, notes: notes, startedAt: operation.startedAt)
    }

    /// Who would have taken a message that nobody took.
    func taker(of message: Message) -> ParticipantID? {
        takers[Self.route(of: message, in: trace, hasSeveralVirtualHosts)]
    }

    private static func route(of message: Message, in trace: BusTrace, _ hasSeveralVirtualHosts: Bool) -> Route {
        Route(
            exchange: message.amqp?.exchange, routingKey: message.queue,
            virtualHost: hasSeveralVirtualHosts ? trace.scope(of: message).virtualHost : nil)
    }

    /// Puts what followed from the messages among them: by time, the messages first.
    private func ordered(_ rows: [Row], _ others: [SequenceEvent]) -> [SequenceEvent] {
        let placed = rows.map { ($0.place, $0.event) } + others.map { ($0.at, $0) }
        return placed.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element.1)
    }

    private func withPauses(_ events: [SequenceEvent]) -> [SequenceEvent] {
        var result: [SequenceEvent] = []
        result.reserveCapacity(events.count)
        var last: Timestamp?
        for event in events {
            if let last, event.at - last >= options.pauseThreshold {
                result.append(SequenceEvent(at: last, content: .pause(event.at - last)))
            }
            result.append(event)
            last = max(last ?? event.until, event.until)
        }
        return result
    }

    private func markAnswers(in events: inout [SequenceEvent]) {
        var previous: SequenceArrow?
        for index in events.indices {
            guard case .arrow(var arrow) = events[index].content else { continue }
            if arrow.kind == .reply, let previous, previous.kind == .call, !previous.holdsAnswers,
                let id = arrow.messages.first, let request = request(ofReply: id), previous.messages == [request]
            {
                arrow.answersPrevious = true
                events[index].content = .arrow(arrow)
            }
            previous = arrow
        }
    }

    /// The capture's end as an event where the operation was still under way.
    private func openEnd(
        of operation: Operation, isWaiting: Bool, after events: [SequenceEvent]
    ) -> SequenceEvent? {
        let isOpen = isWaiting || operation.outcome == .running || operation.outcome == .stuck
        guard isOpen, let captureEnd = trace.watchedEnd(of: operation) else { return nil }
        let last = events.map(\.until).max() ?? operation.endedAt
        return SequenceEvent(at: max(captureEnd, last), content: .captureEnd)
    }

    private func counts(of shown: [MessageID], hidden: Int) -> SequenceCounts {
        var counts = SequenceCounts()
        counts.messages = shown.count
        counts.hidden = hidden
        for id in shown where trace.messages[id].kind == .call {
            counts.calls += 1
            switch call(of: id)?.outcome {
            case .error: counts.failed += 1
            case .unanswered, .timedOut, .returned, nil: counts.unanswered += 1
            case .ok, .orphanReply: break
            }
        }
        return counts
    }
}

extension SequenceBuilder {
    func call(of message: MessageID) -> Call? {
        trace.calls[ifKnown: trace.messages[message].call]
    }

    func request(ofReply message: MessageID) -> MessageID? { call(of: message)?.request }

    /// The messages to draw, in order of time, and how many more `--all` would show.
    private func messages(of operation: Operation, showsBackground: Bool) -> (shown: [MessageID], hidden: Int) {
        let own = operation.messages.filter(trace.messages.contains)
        if showsBackground {
            let background = messages(during: operation).filter { trace.messages[$0].operation == nil }
            return ((own + background).sorted(), 0)
        }
        let shown = own.filter { !trace.messages[$0].isHiddenByDefault }
        return (shown, own.count - shown.count + backgroundCount(of: operation))
    }

    /// How many messages that belong to no operation fall into the time of one.
    func backgroundCount(of operation: Operation) -> Int {
        let during = messages(during: operation)
        return loneBefore[during.upperBound.index] - loneBefore[during.lowerBound.index]
    }

    /// Those that fall into the time of an operation; what of them belongs to none is background traffic, and what neutron
    /// tells all its agents.
    private func messages(during operation: Operation) -> Range<MessageID> {
        let first = firstMessage { $0 >= operation.startedAt }
        return first..<max(first, firstMessage { $0 > operation.endedAt })
    }

    /// Binary search: messages stand in order of time, those without one first.
    private func firstMessage(where isLateEnough: (Timestamp) -> Bool) -> MessageID {
        var (low, high) = (0, trace.messages.count)
        while low < high {
            let middle = low + (high - low) / 2
            if trace.messages[middle].at.map(isLateEnough) ?? false { high = middle } else { low = middle + 1 }
        }
        return MessageID(low)
    }
}

/// The sequence of one operation of a trace; for several, build one `SequenceBuilder`.
package func sequence(
    of operation: Operation, in trace: BusTrace, options: DiagramOptions = DiagramOptions()
) -> SequenceDiagram {
    SequenceBuilder(trace, options: options).diagram(of: operation)
}
