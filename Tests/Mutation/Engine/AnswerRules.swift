import Correlation
import Trace

extension Rule {
    /// No call is told answered, failed or given back that was not.
    package static let answers = Rule(name: "answer") { comparison in
        guard comparison.harm.keepsBytes else { return [] }
        return comparison.told.calls.sorted { $0.key < $1.key }.compactMap { id, here in
            // What was put in from another capture is asked and answered at one time.
            guard let whole = comparison.own.calls[id] else {
                return comparison.truth.calls[id] == nil ? "a call \(id) that was not" : nil
            }
            let isOther =
                switch here.outcome {
                case .ok, .error, .returned: here.outcome != whole.outcome && whole.outcome != .orphanReply
                case .unanswered, .timedOut, .orphanReply: false
                }
            // An answer of which it is not known whether it reached who had asked.
            let isKnownLost = whole.outcome == .returned || whole.fate == .undelivered
            if here.outcome == .ok, here.fate == nil, isKnownLost { return nil }
            if isOther, comparison.harm.keepsClock || whole.outcome != .timedOut {
                return "\(id) is \(here.outcome) instead of \(whole.outcome)"
            }
            if let error = here.error, error != whole.error {
                return "\(id) failed with \(error) instead of \(whole.error ?? "nothing")"
            }
            return nil
        }
    }

    /// No answer is told missing that is there, or of which a hole in the capture would tell.
    package static let lostAnswers = Rule(name: "lost answer") { comparison in
        let (truth, told) = (comparison.own, comparison.told)
        return told.calls.sorted { $0.key < $1.key }.compactMap { id, here in
            guard let whole = truth.calls[id], let reply = whole.reply.flatMap({ truth.messages[$0] }),
                whole.outcome == .ok || whole.outcome == .error, here.request == whole.request
            else { return nil }
            // Of two copies of one message that differ the first counts, so the one that was altered may.
            let request = whole.request.flatMap { truth.messages[$0]?.published?.connection }
            let isAltered =
                !comparison.harm.keepsBytes
                && ![reply.published?.connection, request].allSatisfy(comparison.isUntouched)
            let isThere = !isAltered && reply.deliveries.contains { comparison.isUntouched($0.connection) }
            switch here.outcome {
            case .unanswered where comparison.areApart(here.request, whole.reply): return nil
            case .unanswered:
                return isThere ? "\(id) is unanswered, and its answer came" : nil
            case .timedOut:
                return isThere && comparison.harm.keepsClock ? "\(id) timed out, and its answer came" : nil
            case .ok, .error, .returned, .orphanReply: break
            }
            guard comparison.harm.keepsBytes, comparison.harm.keepsClock, let fate = here.fate, fate != .delivered,
                whole.fate == .delivered
            else { return nil }
            let isMissing = told.missing(of: Set([whole.reply].compactMap(\.self)), in: truth)
            let isKnown = fate != .undelivered || isMissing.allSatisfy(told.showsLoss)
            return isKnown ? "the answer to \(id) is \(fate) instead of delivered" : nil
        }
    }
}

extension Comparison {
    /// Whether the times of a request and its answer are so far apart, of packets that were given others, that neither is
    /// waited for any longer when the other comes.
    fileprivate func areApart(_ request: String?, _ reply: String?) -> Bool {
        guard !harm.keepsClock, let asked = request.flatMap({ told.messages[$0]?.published?.at }),
            let answered = reply.flatMap({ told.messages[$0]?.published?.at })
        else { return false }
        return (asked - answered).magnitude > CorrelationLimits.replay.expiry.magnitude
    }
}
