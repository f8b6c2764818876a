import Operations
import Trace

/// A value: a call that was waited for in vain, and what is known of who should have answered it.
struct VainCall {
    /// `Instance.save timed out after 60.0 s`.
    var sentence: String
    /// Who took it, and from where it is taken.
    var server: ParticipantID?
    var queue: String
    var destination: String
    var evidence: [Diagnosis.Evidence]
}

extension Facts {
    /// The call that somebody had given up at once before it set an error or told of one.
    func vainCall(of caller: ParticipantID?, before time: Timestamp) -> VainCall? {
        guard let caller = participant(caller) else { return nil }
        return vainCall(before: time) { mayBeOne($0, caller) }
    }

    /// The same of any other, as of another service that was asked by its API.
    func vainCall(ofOtherThan caller: ParticipantID?, before time: Timestamp) -> VainCall? {
        let caller = participant(caller)
        return vainCall(before: time) { other in caller.map { !mayBeOne(other, $0) } ?? true }
    }

    private func vainCall(before time: Timestamp, where isMeant: (Participant) -> Bool) -> VainCall? {
        for id in requests.reversed() {
            guard let call = call(of: id), call.outcome == .timedOut, let expiry = call.expiry,
                expiry.at <= time, time - expiry.at <= Self.atOnce,
                participant(call.from).map(isMeant) ?? false
            else { continue }
            let message = message(id)
            let isUntaken =
                message.isUntaken && coverage.doubt(on: message, in: trace) == nil && doubt(onTaking: message) == nil
            let untaken = isUntaken ? ", published to \(message.destination) and taken by nobody," : ""
            return VainCall(
                sentence: "\(call.title)\(untaken) timed out\(timedOut(id))", server: call.to, queue: message.queue,
                destination: message.destination,
                evidence: evidence(of: call, id, expiry) + (isUntaken ? [lastTaken(from: message)] : []))
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
