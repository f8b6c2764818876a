import Operations
import Services
import Trace

/// Whether what was not seen would have been seen, had it passed: where messages go ways that the capture does not show,
/// as over another node of a cluster, only what goes by a way that it is known to show.
extension Facts {
    /// Why a request may have been taken unseen.
    func doubt(onTaking message: Message) -> String? {
        let topic = ServiceTopic(message.queue)
        // Who lost what the capture shows of it, and publishes out of sight, takes there, too.
        let isElsewhere = agents.participants(of: topic.service ?? "", on: topic.host).contains {
            coverage.hides(.published(by: $0)) && agents.departure(of: $0) != nil
        }
        return coverage.shows(trace.way(of: message), isOfOne: topic.host != nil) && !isElsewhere ? nil : doubtOnWays
    }

    /// Why a call may have been answered unseen: neither the way to who asked is known to be shown, nor that from who was
    /// asked.
    func doubt(onAnswerTo request: Message) -> String? {
        if let back = trace.wayBack(of: request), coverage.shows(back, isOfOne: true) { return nil }
        return doubt(onWorkOf: request.deliveries.last?.to)
    }

    /// Why somebody may have gone on with its work unseen.
    func doubt(onWorkOf participant: ParticipantID?) -> String? {
        guard let participant else { return doubtOnWays }
        // An agent works on one thing after the other; of others the work is spread over processes and connections, and
        // what passes on some of them says nothing of the rest.
        let way = Way.published(by: participant)
        if agents.isAddressedAlone(participant), coverage.shows(way, isOfOne: true) { return nil }
        return doubtOnWays ?? hiddenPublishing(of: participant)
    }

    /// Why the compute may have been given an event, or gone on without one, unseen.
    var doubtOnEvents: String? {
        let toCompute = requests.last {
            ServiceTopic(message($0).queue).service == Workflow.Role.compute.service
                && ServiceTopic(message($0).queue).host == computeHost
        }
        guard let toCompute, doubt(onTaking: message(toCompute)) == nil else { return doubtOnWays }
        return doubt(onWorkOf: lastConfirmed?.participant)
    }

    /// Why messages of the operation may go ways that the capture does not show; `nil` where nothing speaks for that.
    var doubtOnWays: String? {
        if let known = index.doubtOnWays { return known }
        let doubt = coverage.doubtOnWays ?? goneOnUnseen
        index.doubtOnWays = .some(doubt)
        return doubt
    }

    /// A request without a delivery, or a call without an answer, on which what follows was seen while its caller waited.
    private var goneOnUnseen: String? {
        for id in requests {
            guard let step = stepIndex(of: id), let at = message(id).publishedAt, message(id).returned == nil,
                isOfLastAttempt(at)
            else { continue }
            let isLacking = call(of: id).map { $0.reply == nil } ?? message(id).deliveries.isEmpty
            let until = call(of: id).map { expiry(of: $0)?.at } ?? message(id).timeout.map { at + $0 }
            if isLacking, isFollowed(id, after: at, until: until, beyond: step) {
                return "\(message(id).title) was not seen on its whole way, and what follows on it was: "
                    + WaySight.consequence
            }
        }
        return nil
    }

    /// Whether a later step was done, or who took a cast, or asked and waited, went on to one meanwhile.
    func isFollowed(_ id: MessageID, after time: Timestamp, until limit: Timestamp?, beyond step: Int) -> Bool {
        guard let workflow else { return false }
        func isMeanwhile(_ at: Timestamp?) -> Bool { at.map { $0 > time && $0 < limit ?? captureEnd } ?? false }
        let asker = message(id).from
        return operation.steps.indices.contains { index in
            guard index > step, !workflow.steps[index].isParallel else { return false }
            let next = operation.steps[index]
            if next.status == .done, isMeanwhile(next.at) { return true }
            guard call(of: id) != nil else { return next.messages.contains { isMeanwhile(message($0).at) } }
            return asker != nil
                && next.messages.contains { message($0).from == asker && isMeanwhile(message($0).publishedAt) }
        }
    }

    /// A process publishes on other connections than those by which it takes messages: where the capture holds only the
    /// latter, nothing of what it did would be seen.
    private func hiddenPublishing(of participant: ParticipantID) -> String? {
        let own = agents.connections(of: participant)
        guard !own.isEmpty, own.allSatisfy({ $0.messagesReceived > 0 && $0.messagesSent == 0 }),
            !agents.mayHaveOthers(participant)
        else { return nil }
        return "no connection on which \(name(participant)) publishes was seen: \(WaySight.consequence)"
    }
}
