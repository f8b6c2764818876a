import Operations
import Trace

extension Question {
    /// Something was seen of it shortly before the capture ended.
    static let underWay = Question { facts in
        guard !facts.isSilent else { return nil }
        if let finding = Finding.goneTaker(facts) { return finding }
        let plugging = facts.pluggingWait
        let lost = facts.recentLoss
        var finding = Finding(.underWay, facts.reached + (lost == nil ? " when \(facts.ending)" : ""), facts)
        finding.diagnosis.message = facts.lastMessage
        finding.diagnosis.since = facts.lastSeen
        facts.addNextActor(to: &finding)
        if let call = facts.refusedSave.flatMap({ facts.call(of: $0.message) }) {
            finding.prove(Diagnosis.Evidence(facts.sentence(on: call), at: call.repliedAt, message: call.reply))
        }
        if let lost { finding.tell(lost) }
        finding.tellBlock(facts)
        if let plugging {
            finding.diagnosis.awaited = Plugging.event
            finding.diagnosis.evidence.append(
                Diagnosis.Evidence(
                    "no \(Plugging.event) was seen yet, \(facts.seconds(facts.captureEnd - plugging.note.at)) after \"spawning\"",
                    at: plugging.note.at, message: plugging.note.message))
        }
        return finding
    }
}

extension Question {
    /// Messages of it were cut off packets: what is not seen of it may stand in what is missing.
    static let cutShort = Question { facts in
        guard let sentence = facts.trace.capture.cutSentence,
            facts.operation.messages.contains(where: { facts.message($0).isTruncated })
        else { return nil }
        var finding = Finding(.unclear, "\(facts.reached); \(sentence), so that what followed cannot be read", facts)
        finding.diagnosis.message = facts.lastMessage
        finding.diagnosis.since = facts.lastSeen
        finding.diagnosis.evidence.append(Diagnosis.Evidence("a capture of whole packets (-s 0) would tell"))
        return finding
    }
}

extension Finding {
    /// What is said when nothing can be: what was seen last, and why that is not enough.
    static func unclear(_ facts: Facts) -> Finding {
        let loss =
            facts.coverage.loss(since: facts.operation.startedAt, of: Facts.services, in: facts.trace)
            ?? facts.doubt(onWorkOf: facts.holder?.participant)
        let limit = loss.map { ", and \($0)" } ?? ""
        if let finding = goneTaker(facts) { return finding }
        var finding = Finding(.unclear, "\(facts.reached); nothing further was seen\(limit)", facts)
        finding.diagnosis.message = facts.lastMessage
        finding.diagnosis.since = facts.lastSeen
        facts.addNextActor(to: &finding)
        finding.tellBlock(facts)
        finding.diagnosis.evidence.append(
            Diagnosis.Evidence(
                "the capture goes on for \(facts.seconds(facts.watchedTime(since: facts.lastSeen))) without a message of it",
                at: facts.captureEnd))
        if let holder = facts.holder { finding.diagnosis.evidence += facts.standing(of: holder) }
        finding.advise(facts, loss: loss)
        finding.diagnosis.isSilent = loss == nil && facts.shouldGoOn
        if finding.diagnosis.cause == .unclear, facts.mayGoOnInAnotherCell {
            finding.diagnosis.mayGoOnElsewhere = true
            finding.diagnosis.evidence.append(
                Diagnosis.Evidence("a cell may have a broker of its own: capture on that too"))
        }
        return finding
    }

    /// Without a workflow nobody says whether work that was cast is done; that who took it is gone is said.
    fileprivate static func goneTaker(_ facts: Facts) -> Finding? {
        guard facts.workflow == nil, let taker = facts.lastTaker else { return nil }
        let title = facts.message(taker.message).title
        let who = facts.name(taker.participant)
        let departure: Agents.Departure
        let words: String
        if let gone = facts.departure(of: taker) {
            (departure, words) = (gone, "\(who), which \(facts.words(on: gone))")
        } else if let replacement = facts.replacement(of: taker) {
            (departure, words) = (replacement.departure, facts.words(onTaker: replacement, who))
        } else {
            return nil
        }
        var finding = Finding(.unclear, "\(title) was taken by \(words)", facts)
        finding.diagnosis.message = taker.message
        finding.diagnosis.since = departure.at
        // Long after it the work may well have been done.
        finding.diagnosis.isSilent = departure.at - taker.since <= facts.patience.silent
        finding.blame(facts.participant(taker.participant))
        finding.prove(facts.published(taker.message), facts.evidence(of: departure, who))
        return finding
    }

    /// That the broker lets who has to act publish nothing, which may be why nothing comes.
    mutating func tellBlock(_ facts: Facts) {
        guard let (who, span) = facts.blockNow else { return }
        let reason = span.reason.isEmpty ? "" : ": \(span.reason)"
        sentence += "; the broker has blocked \(who.label) since \(facts.moment(span.from))\(reason)"
        // That is told with the other trouble of its connections.
        diagnosis.participant = diagnosis.participant ?? who.id
    }

    /// Says what to capture instead, where the capture is why nothing can be said.
    mutating func advise(_ facts: Facts, loss: String?) {
        guard diagnosis.cause == .unclear else { return }
        if facts.operation.beganUnseen {
            diagnosis.evidence.append(
                Diagnosis.Evidence("it began before or outside the capture: start the capture before the request"))
        }
        guard let loss else { return }
        diagnosis.hasHiddenWays = loss.hasSuffix(WaySight.consequence)
        let better =
            loss == Coverage.unfinishedMessage
            ? "that goes on longer"
            : diagnosis.hasHiddenWays
                ? "on all nodes of the broker" : "of both directions without loss, as on the broker's host,"
        diagnosis.evidence.append(Diagnosis.Evidence("a capture \(better) would tell"))
    }
}

extension Facts {
    fileprivate var lastMessage: MessageID? { requests.last }

    /// Who acts in the step that is due.
    func addNextActor(to finding: inout Finding) {
        guard let workflow, let next = nextStep else { return }
        let role = workflow.steps[next].actor
        let host = role == .source ? host(of: role) : role.isCompute ? host(of: role) ?? selectedHost : nil
        finding.blame(participant(service: role.service, host: host), service: role.service, host: host)
        finding.diagnosis.evidence.append(
            Diagnosis.Evidence("the next step is \"\(operation.steps[next].name)\", of \(role.service)"))
        guard workflow.steps[next].target.isCompute, let host = selectedHost else { return }
        finding.diagnosis.evidence.append(Diagnosis.Evidence("the scheduler chose \(host)"))
    }

    /// Whether the capture shows its beginning, and more of it is due where the capture would show it.
    fileprivate var shouldGoOn: Bool {
        guard let workflow, let first = operation.steps.first, nextStep != nil, isSilent else { return false }
        return (!first.messages.isEmpty || workflow.steps[0].isOptional) && !mayGoOnInAnotherCell
    }

    /// The host that the scheduler chose for the instance: answers name one for each instance, in the request's order.
    fileprivate var selectedHost: String? {
        let request = requests.last { message($0).method == "select_destinations" && isOfLastAttempt(message($0).at) }
        guard let request, let reply = call(of: request)?.reply, let instance = operation.instances.first,
            let hosts = message(reply).facts?.selectedHosts, hosts.count == message(request).instances.count,
            let place = message(request).instances.firstIndex(of: instance)
        else { return nil }
        return hosts[place]
    }

    /// Whether the work that was in hand when somebody went may have gone on before at the broker of a cell: the
    /// capture shows no builds, or there was time enough.
    func isElsewhere(before departure: Agents.Departure) -> Bool {
        mayGoOnInAnotherCell && !isNextComputeHere
            && (!coverage.showsBuilds || departure.at - lastSeen > patience.untaken)
    }

    /// That who has the work in hand went, or was not heard for long: it may have gone on elsewhere before.
    fileprivate func standing(of holder: Holder) -> [Diagnosis.Evidence] {
        let who = name(holder.participant)
        if let departure = departure(of: holder) { return [evidence(of: departure, who)] }
        if let replacement = replacement(of: holder) {
            return [evidence(of: replacement.departure, "process \(replacement.pid) of \(who)")]
        }
        let presence = presence(of: holder.participant)
        guard presence.mute > 0, presence.open == 0, presence.heartbeat != nil,
            let words = words(onConnectionsOf: holder.participant)
        else { return [] }
        return [Diagnosis.Evidence("\(who): \(words)")]
    }

    /// Whether the compute that is to be asked next takes from the broker on which the last message passed.
    private var isNextComputeHere: Bool {
        guard let workflow, let next = nextStep,
            let host = host(of: workflow.steps[next].target) ?? selectedHost, let last = own.last.map(message),
            let near = trace.connection(last.connection ?? last.deliveries.last?.connection)
        else { return false }
        return agents.participants(of: workflow.steps[next].target.service, on: host).contains { compute in
            agents.connections(of: compute).contains {
                $0.server == near.server && $0.scope == near.scope && !$0.consumers.isEmpty
            }
        }
    }

    /// Whether the conductor is to ask a compute next, which it does on the broker of the cell.
    var mayGoOnInAnotherCell: Bool {
        guard let workflow, let next = nextStep, lastDone != nil, case .request = workflow.steps[next].proof else {
            return false
        }
        return workflow.steps[next].actor == .conductor && workflow.steps[next].target.isCompute
    }
}
