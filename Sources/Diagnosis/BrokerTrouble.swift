import Operations
import Services
import Trace

extension Question {
    /// The broker refused a message, let a service publish nothing, or lost its connection to who had to act.
    static let brokerTrouble = Question { facts in
        facts.refusal ?? facts.gone ?? facts.lostTaker ?? facts.blockedHolder
    }
}

extension Facts {
    /// How soon after a message a channel must be closed for the message to be the reason.
    private static let reaction: Nanoseconds = .seconds(1)

    // MARK: Refused

    /// A message that nobody took was refused by the broker: by `basic.nack`, or with the channel it came on (AMQP 0-9-1,
    /// 1.2: the channel is closed after 403, 404 and 406).
    fileprivate var refusal: Finding? {
        for wait in openWaits where !wait.isTaken {
            let message = message(wait.request)
            if let time = message.amqp?.refusedAt {
                return refused(wait, "the broker refused it", at: time)
            }
            if let answer = closing(after: message) {
                return refused(
                    wait, "the broker closed the channel: \(answer.code) \(answer.text)", at: answer.at,
                    packet: answer.packet)
            }
        }
        return nil
    }

    /// How the broker closed the channel of a message because of it, as far as the time tells.
    func closing(after message: Message) -> ChannelClosing? {
        guard let published = message.publishedAt else { return nil }
        return trace.connection(message.connection)?.channelClosings.first { closing in
            closing.by == .server && closing.at >= published && closing.at - published <= Self.reaction
                && (closing.method ?? Self.publish) == Self.publish
        }
    }

    private static let publish = "basic.publish"

    private func refused(
        _ wait: Wait, _ what: String, at time: Timestamp, packet: PacketReference? = nil
    ) -> Finding {
        let message = message(wait.request)
        var finding = Finding(
            .brokerRefused, "\(message.title) was published to \(message.destination), but \(what)", self)
        finding.diagnosis.message = wait.request
        finding.diagnosis.since = time
        finding.diagnosis.awaited = message.destination
        finding.awaitedStep = stepIndex(of: wait.request) ?? nextStep
        finding.prove(
            published(wait.request),
            Diagnosis.Evidence(
                what, at: time, message: packet == nil ? wait.request : nil, packets: [packet].compactMap(\.self)))
        return finding
    }

    // MARK: Lost

    /// Who took a request lost the connection on which it did, and nothing came of the request.
    fileprivate var lostTaker: Finding? {
        for id in openWaits.filter(\.isTaken).map(\.request) + [lastTakenCast].compactMap(\.self) {
            let message = message(id)
            guard let delivery = message.deliveries.last, let connection = trace.connection(delivery.connection),
                let end = connection.end, end.isLoss, end.at >= delivery.at, !isBack(delivery.to, after: end.at),
                hasWaitedLong(since: max(end.at, lastSeen)) || call(of: id)?.outcome == .timedOut,
                message.kind == .call ? doubt(onAnswerTo: message) == nil : doubt(onWorkOf: delivery.to) == nil
            else { continue }
            return lost(id, to: delivery, end)
        }
        return nil
    }

    /// Whether another connection of who lost one is open, or was opened since: it may have gone on.
    private func isBack(_ participant: ParticipantID?, after time: Timestamp) -> Bool {
        guard let participant else { return false }
        return agents.processes(of: participant).flatMap(agents.connections).contains { connection in
            connection.end.map { $0.at > time } ?? true
        }
    }

    private func lost(_ id: MessageID, to delivery: Delivery, _ end: ConnectionEnd) -> Finding {
        let message = message(id)
        let topic = ServiceTopic(message.queue)
        let taker = participant(delivery.to)
        let who = taker?.label ?? message.destination
        let how = "its connection to the broker \(words(for: end)) \(seconds(end.at - delivery.at)) later"
        var finding = Finding(.connectionLost, "\(message.title) was taken by \(who), and \(how)", self)
        finding.diagnosis.message = id
        finding.diagnosis.since = end.at
        finding.awaitedStep = nextStep
        finding.blame(taker, service: topic.service, host: topic.host)
        let evidence = Diagnosis.Evidence(
            "the connection of \(who) \(words(for: end))", at: end.at, packets: [end.packet].compactMap(\.self))
        if let taken = taken(id) {
            finding.prove(published(id), taken, evidence)
        } else {
            finding.prove(published(id), evidence)
        }
        return finding
    }

    func words(for end: ConnectionEnd) -> String {
        let by = end.by.map { $0 == .server ? " by the broker" : " by the client" } ?? ""
        return switch end.kind {
        case .reset: "was reset\(by)"
        case .finished: "was ended\(by)" + (end.mayHaveBeenClosed ? "" : " without a close")
        case .closed: "was closed\(by)" + (end.isRegular ? "" : " with \(reason(of: end))")
        case .replaced, .silent: "was lost"
        }
    }

    /// The code and the words of who closed it.
    func reason(of end: ConnectionEnd) -> String {
        let words = [end.code.map(String.init), end.text].compactMap(\.self)
        return words.isEmpty ? "an error" : words.joined(separator: " ")
    }

    /// The cast of the step that was reached, where its taker was not heard since.
    private var lastTakenCast: MessageID? {
        guard workflow != nil, let id = lastDone.flatMap({ operation.steps[$0].messages.last }),
            message(id).kind == .cast, let delivery = message(id).deliveries.last
        else { return nil }
        return wasSeenSending(delivery.to, after: delivery.at) ? nil : id
    }
}
