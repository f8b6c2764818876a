import Trace

/// What became of a message beside the way that it was sent: copies, dead letters, and what somebody fetched.
extension Facts {
    /// Evidence of each, in order of time; of very many the first.
    func asides(of message: Message) -> [Diagnosis.Evidence] {
        message.asides.prefix(Limits.asidesAsEvidence).map { aside in
            Diagnosis.Evidence(words(on: aside), at: aside.delivery.at, packets: aside.packets)
        }
    }

    /// That the queue does not have it any more, though nobody took it whom it was for; `nil` where that was not seen.
    func removal(of message: Message) -> String? {
        for aside in message.asides {
            if let death = aside.death, death.queue == message.queue {
                return "it \(words(on: death)) and was dead-lettered at \(moment(aside.delivery.at))"
            }
            if aside.isFetched, aside.queue == message.queue, aside.delivery.acknowledgedAt != nil {
                return "\(name(aside.delivery.to)) fetched it from there at \(moment(aside.delivery.at))"
            }
        }
        return nil
    }

    private func words(on aside: AsideDelivery) -> String {
        let who = name(aside.delivery.to)
        if let death = aside.death {
            let place = aside.queue.map { " out of \($0)" } ?? ""
            return "it \(words(on: death)) and was dead-lettered; \(who) was given it\(place)"
        }
        guard aside.isFetched else {
            let place = aside.queue.map { "the queue \($0)" } ?? "another queue"
            return "\(who) was given a copy of it, out of \(place)"
        }
        let what = "\(who) fetched it\(aside.queue.map { " from \($0)" } ?? "") (basic.get)"
        return switch aside.delivery.settlement {
        case .acknowledged: "\(what) and acknowledged it: the queue has it no more"
        case .requeued: "\(what) and gave it back"
        case .dropped: "\(what) and dropped it: the queue has it no more"
        case nil: what
        }
    }

    private func words(on death: AsideDelivery.Death) -> String {
        switch death.reason {
        case "expired": "expired in \(death.queue)"
        case "rejected": "was rejected in \(death.queue)"
        case "maxlen": "was dropped from \(death.queue), which was full"
        case "delivery_limit": "was given out of \(death.queue) too often"
        default: "was dropped from \(death.queue)"
        }
    }
}
