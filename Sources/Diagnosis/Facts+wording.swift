import Operations
import Trace

/// How long times, processes and messages are called in sentences.
extension Facts {
    /// E.g. `8.3 s`, and from two hours on `35 h 58 min`.
    func seconds(_ time: Nanoseconds) -> String {
        let tenths = Int(saturating: Swift.max(0, time).seconds * 10)
        if tenths >= 72_000 { return "\(tenths / 36_000) h \(tenths / 600 % 60) min" }
        return "\(tenths / 10).\(tenths % 10) s"
    }

    func name(_ participant: ParticipantID?) -> String { self.participant(participant)?.label ?? "an unknown process" }

    /// `nova-api published stop_instance to compute.node1`.
    func published(_ id: MessageID) -> Diagnosis.Evidence {
        let message = message(id)
        guard let at = message.publishedAt else {
            return Diagnosis.Evidence("\(message.title) was published before or outside the capture", message: id)
        }
        return Diagnosis.Evidence(
            "\(name(message.from)) published \(message.title) to \(place(of: message, by: message.destination))",
            at: at,
            message: id)
    }

    /// `conductor`, and `conductor in virtual host cell1` where there are several.
    func place(of message: Message, by name: String) -> String {
        guard coverage.hasSeveralVirtualHosts, let host = trace.scope(of: message).virtualHost else { return name }
        return "\(name) in virtual host \(host)"
    }

    func taken(_ id: MessageID) -> Diagnosis.Evidence? {
        guard let delivery = message(id).deliveries.first else { return nil }
        let isAcknowledged = delivery.acknowledgedAt != nil
        return Diagnosis.Evidence(
            "\(name(delivery.to)) was given it\(isAcknowledged ? " and acknowledged it" : "")", at: delivery.at,
            message: id)
    }

    /// A remote failure without the white space and the full stop at its end.
    func words(_ text: String) -> String {
        String(text.reversed().drop { $0.isWhitespace || $0 == "." }.reversed())
    }

    /// `NoValidHost from select_destinations: No valid host was found`.
    func sentence(on call: Call) -> String {
        guard let error = call.error else { return "\(call.title) failed" }
        let words = words(error.message)
        return "\(error.className) from \(call.title)" + (words.isEmpty ? "" : ": \(words)")
    }

    /// `reached "spawning"`.
    var reached: String {
        guard workflow != nil else { return takenCast ?? "still open" }
        guard let lastDone else { return "no step was seen" }
        return "reached \"\(operation.steps[lastDone].name)\""
    }

    /// Of a cast that was taken nobody says when it is done: `create_volume was taken by cinder-volume@ctl1`.
    private var takenCast: String? {
        guard openWaits.isEmpty, let taker = lastTaker, message(taker.message).kind == .cast else { return nil }
        return "\(message(taker.message).title) was taken by \(name(taker.participant))"
    }

    /// Names one after the other; of very many the first, and how many more there are.
    func listed(_ names: [String]) -> String {
        let more = names.count - Limits.namesInSentence
        return names.prefix(Limits.namesInSentence).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }

    /// What is said of the hosts that were tried before.
    var rescheduled: String {
        guard let last = attempts.reschedules.last else { return "" }
        let hosts = attempts.reschedules.compactMap(\.from)
        let reason = last.reason.map { ": \(words($0))" } ?? ""
        return hosts.isEmpty ? ", rescheduled" : ", rescheduled from \(listed(hosts))\(reason)"
    }

    var reschedulings: [Diagnosis.Evidence] {
        zip(attempts.reschedules, attempts.retries).map { move, request in
            let from = move.from ?? "a host that was not seen"
            let target = move.to.map { "sent on to \($0)" } ?? "sent back, and no other host was asked"
            let reason = move.reason.map { ": \(words($0))" } ?? ""
            return Diagnosis.Evidence(
                "\(from) could not do it and it was \(target)\(reason)", at: move.at, message: request.id)
        }
    }
}
