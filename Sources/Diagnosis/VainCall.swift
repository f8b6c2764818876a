import Operations
import Trace

/// A value: a call that was waited for in vain, and what is known of who should have answered it.
struct VainCall {
    /// `Instance.save timed out after 60.0 s`.
    var sentence: String
    var evidence: [Diagnosis.Evidence]
}

extension Facts {
    /// The call that who set a state had given up at once before that.
    func vainCall(before note: StateNote) -> VainCall? {
        guard let caller = note.participant else { return nil }
        for id in requests.reversed() {
            guard let call = call(of: id), call.from == caller, call.outcome == .timedOut, let expiry = call.expiry,
                expiry.at <= note.at, note.at - expiry.at <= Self.atOnce
            else { continue }
            return VainCall(
                sentence: "\(call.title) timed out\(timedOut(id))", evidence: evidence(of: call, id, expiry))
        }
        return nil
    }

    private func evidence(of call: Call, _ request: MessageID, _ expiry: Call.Expiry) -> [Diagnosis.Evidence] {
        var evidence = [published(request), taken(request)].compactMap(\.self)
        if let reply = call.reply, let at = call.repliedAt ?? message(reply).at, at > expiry.at {
            evidence.append(
                Diagnosis.Evidence(
                    "\(name(call.to)) answered \(seconds(at - expiry.at)) too late", at: at, message: reply))
        } else if let delivery = message(request).deliveries.last, let taker = delivery.to {
            let holder = Holder(participant: taker, since: delivery.at, message: request)
            if let gone = departure(of: holder) ?? replacement(of: holder)?.departure {
                evidence.append(self.evidence(of: gone, name(taker)))
            }
        }
        return evidence
    }
}
