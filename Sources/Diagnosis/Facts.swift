import Operations
import Trace

/// A view of what speaks for and against an operation's success: the questions are asked of it.
///
/// Background traffic is left out, so that no answer depends on it.
struct Facts {
    let operation: Operation
    let workflow: Workflow?
    let attempts: Attempts
    let trace: BusTrace
    let coverage: Coverage
    let agents: Agents
    /// Ids of the operation's messages without background traffic; of notifications those of errors.
    let own: [MessageID]
    /// What is asked of `own` again and again.
    let index: FactIndex
    /// When anything was seen of it last.
    let lastSeen: Timestamp
    /// When the capture ended, of a file when its last packet came, of several the last that shows any of it.
    let captureEnd: Timestamp
    /// When its connections were watched.
    let watched: WatchedTime
    /// What put an end to it: nothing of it is due after that.
    let successor: Operation.Successor?

    init(
        _ operation: Operation, _ workflow: Workflow?, _ attempts: Attempts, _ trace: BusTrace, _ coverage: Coverage,
        _ agents: Agents, successor: Operation.Successor? = nil
    ) {
        self.successor = successor
        self.operation = operation
        self.workflow = workflow
        self.attempts = attempts
        self.trace = trace
        watched = trace.watched(operation)
        self.coverage = coverage.during(watched)
        self.agents = agents
        own = operation.messages.filter {
            !trace.messages[$0].isBackground || PortWork.contains($0, in: trace)
        }
        index = FactIndex(operation, own, in: trace)
        lastSeen = own.reduce(operation.startedAt) { latest, id in
            let answered = trace.calls[ifKnown: trace.messages[id].call]?.repliedAt
            return [trace.time(of: id), trace.messages[id].deliveries.last?.at, answered]
                .compactMap(\.self).reduce(latest, max)
        }
        let end = watched.end ?? coverage.end ?? lastSeen
        let latest = lastSeen
        captureEnd = successor.map { min(end, max($0.at, latest)) } ?? end
    }

    // MARK: Messages

    func message(_ id: MessageID) -> Message { trace.messages[id] }

    /// The call that a request began.
    func call(of request: MessageID) -> Call? {
        guard let call = trace.calls[ifKnown: trace.messages[request].call], call.request == request else { return nil }
        return call
    }

    /// When and why the caller gives up, or gave up; of what is still waited for the whole timeout.
    func expiry(of call: Call) -> Call.Expiry? {
        if let known = call.expiry { return known }
        guard let request = call.request.map(message), let at = request.at, let time = request.timeout else {
            return nil
        }
        return Call.Expiry(at: at + time, patience: time, isForLife: false)
    }

    /// ` after 60.0 s`, ` after 60.0 s without a sign of life`: how long a request was waited for.
    func timedOut(_ request: MessageID) -> String {
        guard let expiry = call(of: request).flatMap(expiry) else {
            return message(request).timeout.map { " after \(seconds($0))" } ?? ""
        }
        return " after \(seconds(expiry.patience))" + (expiry.isForLife ? " without a sign of life" : "")
    }

    /// Calls and casts, in order of time.
    var requests: [MessageID] { index.requests }

    /// The error notifications of the operation, the last attempt's where it was begun anew.
    var reportedErrors: [Message] {
        own.filter { id in
            trace.messages[id].kind == .notification && trace.messages[id].priority == "ERROR"
                && isOfLastAttempt(trace.messages[id].at)
        }.map(message)
    }

    func isOfLastAttempt(_ time: Timestamp?) -> Bool {
        guard let time, let began = attempts.lastBegan else { return true }
        return time >= began
    }

    // MARK: States

    /// States set over RPC; notifications tell what happened elsewhere, and are background traffic.
    var savedStates: [StateNote] { operation.states.filter { !StateTimeline.isTold($0, in: trace) } }

    /// The last that was set, whether who had asked for it heard of that or not.
    var lastConfirmed: StateNote? { savedStates.last { $0.confirmation.isSet } }

    // MARK: Steps

    /// The step that was reached: the last that was done; of those beside the others none says how far it is.
    var lastDone: Int? {
        operation.steps.indices.last { index in
            operation.steps[index].status == .done && workflow?.steps[index].isParallel != true
        }
    }

    /// Since when the next step may have come, seen or not.
    var reachedAt: Timestamp {
        let reached = lastDone.flatMap { operation.steps[$0].at }
        return [reached, attempts.lastBegan].compactMap(\.self).max() ?? operation.startedAt
    }

    func stepIndex(of message: MessageID) -> Int? { index.steps[message] }

    /// When a participant sent anything last, or who may be the same process: where the capture began in mid-stream
    /// nothing may tell that the connections on which it takes messages and on which it sends them are one's.
    func lastSent(by id: ParticipantID) -> Timestamp? {
        guard let who = participant(id) else { return nil }
        return index.lastSent.compactMap { other, time in
            participant(other).map { mayBeOne($0, who) } ?? false ? time : nil
        }.max()
    }

    func mayBeOne(_ one: Participant, _ other: Participant) -> Bool {
        func mayBe<Value: Equatable>(_ value: KeyPath<Participant, Value?>) -> Bool {
            one[keyPath: value] == nil || other[keyPath: value] == nil || one[keyPath: value] == other[keyPath: value]
        }
        return one.id == other.id
            || one.service != nil && one.service == other.service && mayBe(\.host) && mayBe(\.pid)
                && mayBe(\.virtualHost)
    }

    /// Whether it was seen to send anything after that time.
    func wasSeenSending(_ participant: ParticipantID?, after time: Timestamp) -> Bool {
        (participant.flatMap(lastSent) ?? index.lastSent[participant]).map { $0 > time } ?? false
    }

    /// Whether a step that comes after this time was seen; what goes on beside others, as a check that one host asks of
    /// another while its own is awaited, does not follow on them.
    func isFollowed(after time: Timestamp, beyond step: Int) -> Bool {
        operation.steps.indices.contains { index in
            index > step && operation.steps[index].status == .done && workflow?.steps[index].isParallel == false
                && (operation.steps[index].at ?? time) > time
        }
    }

    // MARK: Time

    var patience: Patience { trace.patience }

    func hasWaitedLong(since moment: Timestamp) -> Bool { captureEnd - moment > patience.silent }

    var isSilent: Bool { hasWaitedLong(since: lastSeen) }

    /// Whether nothing goes on any more, of what nova does by itself, and it would have been seen since.
    func isOver(since time: Timestamp) -> Bool {
        isSilent && coverage.loss(since: time, of: Self.services, in: trace) == nil && doubtOnWays == nil
    }

    static let services: Set = ["nova-api", "nova-conductor", "nova-scheduler", "nova-compute"]

    // MARK: Who

    func participant(_ id: ParticipantID?) -> Participant? { trace.participants[ifKnown: id] }

    /// The only one with that name and host, in that virtual host where they are told apart.
    func participant(service: String?, host: String?, virtualHost: String? = nil) -> Participant? {
        guard let service else { return nil }
        let found = agents.participants(of: service, on: host).lazy.map { trace.participants[$0] }.filter {
            virtualHost == nil || $0.virtualHost == nil || $0.virtualHost == virtualHost
        }.prefix(2)
        return found.count == 1 ? found.first : nil
    }

    /// The host of the compute that the operation is on, or was sent to, as far as it was seen.
    var computeHost: String? {
        if let host = savedStates.last(where: { isOfLastAttempt($0.at) && $0.change.host != nil })?.change.host {
            return host
        }
        guard let workflow else { return nil }
        let reached = operation.steps.indices.reversed().first {
            workflow.steps[$0].target.isCompute && !operation.steps[$0].messages.isEmpty
        }
        return reached.flatMap { operation.steps[$0].messages.last }.flatMap { trace.host(of: message($0)) }
    }
}
