import Operations
import Trace

/// What is asked of an operation's messages again and again, each made in one pass when it is asked for first.
///
/// An operation may have thousands of messages: nothing that is asked for each of them may go through all of them.
final class FactIndex {
    private struct Question: Hashable {
        let title: String
        let from: ParticipantID?
        let change: StateChange?
    }

    private let operation: Operation
    private let trace: BusTrace
    private let own: [MessageID]

    /// - Parameter own: ids of the operation's messages without background traffic.
    init(_ operation: Operation, _ own: [MessageID], in trace: BusTrace) {
        self.operation = operation
        self.own = own
        self.trace = trace
    }

    /// Calls and casts, in order of time.
    private(set) lazy var requests = own.filter { trace.messages[$0].kind.isRequest }

    /// What the operation waits for, once that was found out.
    var openWaits: [Wait]?
    /// Why its messages may pass unseen, once that was looked for.
    var doubtOnWays: String??

    /// The first step that a message belongs to.
    private(set) lazy var steps: [MessageID: Int] = {
        var steps: [MessageID: Int] = [:]
        for (index, step) in operation.steps.enumerated() {
            for message in step.messages where steps[message] == nil { steps[message] = index }
        }
        return steps
    }()

    /// When each participant sent anything last; `nil` is who is not known.
    private(set) lazy var lastSent = latest(of: own) { _ in true }

    /// When each sent a request last that does not set an error.
    private(set) lazy var lastWork = latest(of: own) {
        $0.kind != .reply && $0.stateChange?.vmState != .some("error")
    }

    /// When each call's last heartbeat was seen.
    private(set) lazy var lastHeartbeat: [CallID: Timestamp] = {
        var latest: [CallID: Timestamp] = [:]
        for id in own where trace.messages[id].kind == .heartbeat {
            guard let call = trace.messages[id].call, let at = trace.messages[id].at else { continue }
            latest[call] = max(latest[call] ?? at, at)
        }
        return latest
    }()

    /// When each saved a state last, confirmed, over RPC.
    private(set) lazy var lastSave: [ParticipantID?: Timestamp] = {
        var latest: [ParticipantID?: Timestamp] = [:]
        for note in operation.states where note.confirmation == .confirmed && !StateTimeline.isTold(note, in: trace) {
            latest[note.participant] = max(latest[note.participant] ?? note.at, note.at)
        }
        return latest
    }()

    /// When the same was asked last by the same participant, and answered.
    func lastAnswered(like call: Call, _ change: StateChange?) -> Timestamp? {
        answered[Question(title: call.title, from: call.from, change: change)]
    }

    private lazy var answered: [Question: Timestamp] = {
        var latest: [Question: Timestamp] = [:]
        for id in requests {
            guard let call = trace.calls[ifKnown: trace.messages[id].call], call.request == id, call.isAnswered,
                let at = call.requestedAt
            else { continue }
            let question = Question(title: call.title, from: call.from, change: trace.messages[id].stateChange)
            latest[question] = max(latest[question] ?? at, at)
        }
        return latest
    }()

    private func latest(of messages: [MessageID], where isMeant: (Message) -> Bool) -> [ParticipantID?: Timestamp] {
        var latest: [ParticipantID?: Timestamp] = [:]
        for id in messages {
            let from = trace.messages[id].from
            guard let at = trace.time(of: id), latest[from].map({ $0 < at }) ?? true, isMeant(trace.messages[id])
            else { continue }
            latest[from] = at
        }
        return latest
    }
}
