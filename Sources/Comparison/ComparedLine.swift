package import Trace

/// A value: a message of an operation as it is compared; in the result, also several alike in a row.
///
/// Hosts, ids and addresses are left out, so that a build on one host reads like a build on another. A call and its
/// answer are one line.
package struct ComparedLine: Sendable, Equatable {
    /// What became of it.
    package enum Ending: Sendable, Equatable {
        /// Somebody took a cast, a fanout or a reply; of notifications nothing is expected.
        case taken
        /// No delivery was seen.
        case notTaken
        case answered
        case failed(RemoteFailure)
        /// No answer before the capture ended.
        case unanswered
        /// No answer before the request expired.
        case timedOut
        /// The broker gave it back.
        case returned(Returned)

        /// Whether something may still come.
        package var isOpen: Bool { self == .unanswered || self == .notTaken }

        /// Whether a person would say the same of both.
        func isLike(_ other: Ending) -> Bool {
            switch (self, other) {
            case (.failed(let one), .failed(let two)): one.className == two.className
            case (.returned(let one), .returned(let two)): one.code == two.code
            default: self == other
            }
        }
    }

    package var kind: Message.Kind
    /// The method, object method or event type; of external events with their names.
    package var title: String
    /// The state that it gave the instance, e.g. `networking`.
    package var state: String?
    /// Services, without their hosts; none where the wire did not tell.
    package var from: String?
    package var to: [String]
    /// The queue or exchange it was sent to.
    package var queue: String
    package var ending: Ending
    /// How many alike in a row, answers not counted.
    package var count = 1
    /// When the first was sent.
    package var at: Timestamp
    /// When the last was answered or taken; `at` where neither was seen.
    package var end: Timestamp
    /// Of calls the latency, of casts the time in the queue; the longest of several.
    package var duration: Nanoseconds?
    /// Answers included.
    package var messages: [MessageID]
    /// Packets of the first, its answer's included; at most `Limits.packetsPerLine`.
    package var packets: [PacketReference]

    /// Adds a message alike that follows directly.
    mutating func add(_ other: ComparedLine) {
        count += other.count
        end = max(end, other.end)
        duration = [duration, other.duration].compactMap(\.self).max()
        messages += other.messages
    }

    /// Whether a person would call both the same, whoever sent them.
    package func reads(like other: ComparedLine) -> Bool {
        kind == other.kind && title == other.title && state == other.state
    }

    func isRepeated(by other: ComparedLine) -> Bool {
        reads(like: other) && from == other.from && to == other.to && ending.isLike(other.ending)
    }
}

/// A view of a trace that reads an operation as lines.
struct LineReader {
    let trace: BusTrace
    /// Notifications and background traffic of the operation too.
    let includesBackground: Bool

    /// In order of time, a line a message.
    func lines(of operation: Operation) -> [ComparedLine] {
        var states: [MessageID: String] = [:]
        for note in operation.states {
            guard let name = note.change.name else { continue }
            states[note.message] = note.confirmation == .rejected ? "\(name) rejected" : name
        }
        let lines = operation.messages.compactMap { id in
            trace.messages[ifKnown: id].flatMap { line(of: $0, state: states[id]) }
        }
        return lines.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    private func line(of message: Message, state: String?) -> ComparedLine? {
        let call = trace.calls[ifKnown: message.call]
        let isAnswer = message.kind.isAnswer
        guard let at = message.at, !isAnswer || call?.request == nil else { return nil }
        guard includesBackground || !message.isHiddenByDefault else { return nil }
        let reply = isAnswer ? nil : trace.messages[ifKnown: call?.reply]
        let taken = message.deliveries.first?.at
        let (sender, receivers) = ends(of: message, call: call)
        let packets = message.packets + (reply?.packets ?? [])
        return ComparedLine(
            kind: message.kind, title: title(of: message, call: call), state: state, from: sender, to: receivers,
            queue: message.destination,
            ending: ending(of: message, call: isAnswer ? nil : call), at: at,
            end: max(at, (message.kind == .call ? call?.repliedAt : taken) ?? at),
            duration: duration(of: message, call: isAnswer ? nil : call),
            messages: [message.id] + (reply.map { [$0.id] } ?? []),
            packets: Array(packets.prefix(Limits.packetsPerLine)))
    }

    private func title(of message: Message, call: Call?) -> String {
        if message.kind.isAnswer { return call?.title ?? message.title }
        return ([message.title] + Set(message.events.map(\.title)).sorted()).joined(separator: " ")
    }

    private func ends(of message: Message, call: Call?) -> (from: String?, to: [String]) {
        let isRequest = message.kind == .call
        let sender = message.from ?? (isRequest ? call?.from : call?.to)
        let takers = message.deliveries.compactMap(\.to)
        let receivers = takers.isEmpty && isRequest ? [call?.to].compactMap(\.self) : takers
        return (sender.flatMap(service), Set(receivers.compactMap(service)).sorted())
    }

    private func service(_ participant: ParticipantID) -> String? { trace.participants[ifKnown: participant]?.service }

    private func ending(of message: Message, call: Call?) -> ComparedLine.Ending {
        if let returned = message.returned { return .returned(returned) }
        if let failure = message.failure { return .failed(failure) }
        guard message.kind == .call, let call else {
            if message.kind == .notification { return .taken }
            return message.deliveries.isEmpty ? .notTaken : .taken
        }
        switch call.outcome {
        case .ok, .orphanReply: return .answered
        case .error:
            return .failed(call.error ?? RemoteFailure(className: "an exception", module: nil, message: ""))
        case .unanswered: return message.deliveries.isEmpty ? .notTaken : .unanswered
        case .timedOut: return .timedOut
        case .returned:
            let reply = trace.messages[ifKnown: call.reply]
            return .returned(reply?.returned ?? Returned(code: 0, text: "returned"))
        }
    }

    private func duration(of message: Message, call: Call?) -> Nanoseconds? {
        if message.kind == .call { return call?.latency }
        guard message.kind == .cast || message.kind == .fanout, let published = message.publishedAt else { return nil }
        return message.deliveries.first.map { max(0, $0.at - published) }
    }
}

extension StateChange {
    /// What a person calls the state: the task, else the instance's state.
    var name: String? { taskState.value ?? vmState.value }
}
