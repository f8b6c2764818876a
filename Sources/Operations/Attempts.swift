import Services
package import Trace

/// A value: the hosts that were tried one after the other, as far as the bus shows it.
package struct Attempts {
    /// The requests that sent the work on to another host, in order of time.
    package private(set) var retries: [Message] = []
    package let reschedules: [Diagnosis.Reschedule]

    package init(of draft: OperationDraft, in trace: BusTrace) {
        guard let workflow = draft.workflow, let retry = workflow.retry else {
            reschedules = []
            return
        }
        let first = workflow.steps.first { $0.isDoneOnEachHost }
        var asked: [Message] = []
        var sent: [(retry: Message, from: Message?, fault: ReportedFault?)] = []
        var fault: ReportedFault?
        for id in draft.messages {
            let message = trace.messages[id]
            if retry.matches(message), !asked.isEmpty || message.facts?.retry?.hosts.isEmpty == false {
                sent.append((message, asked.last, fault))
                fault = nil
            } else if case .request(let pattern)? = first?.proof, pattern.matches(message) {
                asked.append(message)
                fault = nil
            } else if message.kind == .call, let reported = message.facts?.fault {
                // Some report it when they have sent the work back.
                if let last = sent.last, last.fault == nil, let from = last.from, let host = trace.host(of: from),
                    trace.participants[ifKnown: message.from]?.host == host
                {
                    sent[sent.count - 1].fault = reported
                } else {
                    fault = reported
                }
            }
        }
        retries = sent.map(\.retry)
        // Both are in order of time.
        var later = asked[...]
        reschedules = sent.compactMap { retry, from, fault in
            guard let at = retry.at else { return nil }
            later = later.drop { $0.at.map { $0 <= at } ?? true }
            return Diagnosis.Reschedule(
                at: at, from: from.flatMap { trace.host(of: $0) } ?? retry.facts?.retry?.hosts.last,
                to: later.first.flatMap { trace.host(of: $0) },
                reason: retry.facts?.retry?.reason ?? fault?.message
                    ?? from.flatMap { trace.calls[ifKnown: $0.call]?.error?.message })
        }
    }

    /// When the last of them began; `nil` where there is one only.
    package var lastBegan: Timestamp? { retries.last?.at }
}

extension BusTrace {
    /// The host a request was for: that of its receiver, else the one its routing key names.
    package func host(of request: Message) -> String? {
        request.deliveries.lazy.compactMap { participants[ifKnown: $0.to]?.host }.first
            ?? ServiceTopic(request.queue).host
    }
}
