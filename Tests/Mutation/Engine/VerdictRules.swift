import Trace

extension Rule {
    /// No operation is told to have ended otherwise than it did.
    ///
    /// That it failed or was done has to be seen, so it is never told of one that did not. That it stands still is told
    /// where nothing further is seen: false where what followed is there, and where holes in the connections tell that it
    /// may be missing.
    package static let verdicts = Rule(name: "verdict") { comparison in
        let (truth, told) = (comparison.own, comparison.told)
        return told.operations.sorted { $0.key < $1.key }.flatMap { name, operations -> [String] in
            guard let wholes = truth.operations[name] else { return [] }
            return operations.compactMap { here in
                // Several operations of one request on one instance are held against each other by their kind.
                let same = wholes.filter { $0.kind == here.kind }
                guard !same.isEmpty, !same.contains(where: { here.agrees(with: $0) }) else { return nil }
                let whole = same[0]
                guard comparison.isKnown(here, otherThan: whole) else { return nil }
                return "\(name) \(here.kind) is \(here.outcome)\(here.isSilent ? ", silent" : "") instead of "
                    + "\(whole.outcome): \(here.verdict) — \(whole.verdict)"
            }
        }
    }

    /// No service is told to have fallen silent that did not.
    package static let silences = Rule(name: "silence") { comparison in
        let (truth, told) = (comparison.truth, comparison.told)
        guard comparison.harm.keepsBytes, comparison.harm.keepsClock else { return [] }
        return told.silences.compactMap { silence in
            guard !truth.silences.contains(where: { $0.label == silence.label }) else { return nil }
            let isKnown = told.showsLoss(of: silence.connections, at: silence.since)
            return isKnown ? "\(silence.label) fell silent, and did not" : nil
        }
    }
}

extension TraceFacts.OperationFact {
    /// Whether one says no more than the other, and nothing else.
    fileprivate func agrees(with whole: TraceFacts.OperationFact) -> Bool {
        if outcome == whole.outcome { return true }
        switch outcome {
        case .running: return true
        case .unknown: return !isSilent || whole.outcome == .stuck || whole.isSilent
        case .completed, .failed, .stuck: return false
        }
    }
}

extension Comparison {
    /// Whether what is told could have been known to be otherwise.
    fileprivate func isKnown(
        _ here: TraceFacts.OperationFact, otherThan whole: TraceFacts.OperationFact
    ) -> Bool {
        let isWhole = whole.connections.isSubset(of: untouched)
        guard harm.keepsBytes, harm.keepsClock else {
            // Whatever was altered then is of other connections than those of the operation.
            return isWhole && here.messages == whole.messages && harm.keepsClock
        }
        switch here.outcome {
        case .completed where whole.cause == .answerLost || whole.outcome == .unknown: return knowsLostAnswer(of: whole)
        case .completed, .failed: return true
        case .stuck where harm.hidesConnections, .unknown where harm.hidesConnections:
            // What was going on when the recording ended stands still in the quiet behind it. Where nobody was given
            // anything that was published, or nothing was given to anybody that was not, nothing tells somebody who is
            // not there from somebody who is not captured.
            return whole.outcome == .completed
                && told.messages.values.contains { $0.published != nil && !$0.deliveries.isEmpty }
                && told.showsHalves
        case .stuck where whole.outcome == .unknown:
            // What spoke against it may be what was lost.
            return false
        case .stuck, .unknown, .running:
            let missing = told.missing(of: whole.messages, in: truth)
            return missing.allSatisfy { told.showsLoss(at: $0) }
        }
    }

    /// Whether it can be known that an answer of the operation did not reach who had asked.
    ///
    /// That the broker gave an answer back follows it on the same connection. Where that was not captured, as where the
    /// file ends between the two, the work was done and answered, and more is not said; nor where nothing is there of who
    /// read the queue that an answer was not given out of.
    private func knowsLostAnswer(of whole: TraceFacts.OperationFact) -> Bool {
        let calls = own.calls.filter { $0.value.request.map(whole.messages.contains) ?? false }
        return calls.contains { id, call in
            guard let fate = call.fate, fate.isLost else { return false }
            let answered = call.reply.flatMap { own.messages[$0]?.published?.connection }
            switch fate {
            case .returned: return told.calls[id]?.fate != nil || isUntouched(answered)
            case .undelivered: return told.calls[id]?.fate != nil
            case .delivered, .late, .misdelivered: return true
            }
        }
    }
}

extension TraceFacts {
    /// Whether anything was given to somebody that was not seen published, later than where a capture begins.
    fileprivate var showsHalves: Bool {
        let times = messages.values.compactMap { ($0.published ?? $0.deliveries.first)?.at }
        guard let first = times.min() else { return false }
        return messages.values.contains { message in
            message.published == nil && message.deliveries.first.map { $0.at - first > .seconds(1) } ?? false
        }
    }

    fileprivate func showsLoss(of keys: Set<String>, at time: Timestamp) -> Bool {
        keys.contains { showsLoss(at: Sighting(connection: $0, at: time)) }
    }
}
