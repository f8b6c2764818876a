import Trace

/// What is said of steps, states, evidence and packets, the same in every format.
extension BusTrace {
    /// What a person calls a participant; `nil` where it is not known who it was.
    func label(of participant: ParticipantID?) -> String? { participants[ifKnown: participant]?.label }

    /// Who did a step and how it stands, e.g. `nova-api → nova-conductor · failed`; empty where there is nothing to say.
    func words(on step: Step, _ glyphs: GlyphTable) -> String {
        var words: [String] = []
        switch (label(of: step.from), label(of: step.to)) {
        case (let from?, let to?): words.append("\(from) \(glyphs.arrow) \(to)")
        case (let from?, nil): words.append(queue(of: step).map { "\(from) \(glyphs.arrow) \($0)" } ?? from)
        case (nil, let to?): words.append("\(glyphs.arrow) \(to)")
        case (nil, nil): break
        }
        switch step.status {
        case .done:
            if let later = confirmation(of: step) { words.append("confirmed \(glyphs.duration(later)) later") }
        case .failed: words.append("failed")
        case .missing: words.append("missing")
        case .pending: words.append(step.at == nil ? "not reached" : "not finished")
        case .skipped: words.append(lack(of: step))
        }
        return words.joined(separator: glyphs.separator)
    }

    /// What was not seen of a step that others follow.
    private func lack(of step: Step) -> String {
        guard let message = messages[ifKnown: step.messages.last] else { return "not seen" }
        guard !message.deliveries.isEmpty, let call = calls[ifKnown: message.call] else { return "delivery not shown" }
        return call.outcome == .timedOut ? "not answered in time" : "answer not shown"
    }

    /// How long after it was asked for a state was confirmed, where that took a second or more.
    private func confirmation(of step: Step) -> Nanoseconds? {
        guard let asked = step.at, let message = messages[ifKnown: step.messages.last], message.stateChange != nil,
            let confirmed = calls[ifKnown: message.call]?.repliedAt,
            confirmed - asked >= .seconds(1)
        else { return nil }
        return confirmed - asked
    }

    /// Where a request went that nobody was seen to take.
    private func queue(of step: Step) -> String? {
        guard let message = messages[ifKnown: step.messages.first], message.deliveries.isEmpty,
            message.stateChange == nil
        else { return nil }
        return message.destination
    }

    /// A piece of evidence with the packets that show it.
    func words(on evidence: Diagnosis.Evidence) -> String {
        let packets =
            evidence.packets.isEmpty
            ? messages[ifKnown: evidence.message].flatMap(packetWords) : packetWords(of: evidence.packets)
        return evidence.text + (packets.map { " (\($0))" } ?? "")
    }

    /// E.g. `packets 812, 815-818`; with the file where there are several.
    func packetWords(of message: Message) -> String? { packetWords(of: message.packets) }

    /// Of very many packets the first.
    private func packetWords(of packets: [PacketReference]) -> String? {
        var sources: [Int32] = []
        for packet in packets where !sources.contains(packet.source) { sources.append(packet.source) }
        let parts = sources.map { source -> String in
            let numbers = packets.filter { $0.source == source }.map(\.number)
            let list = "\(numbers.count == 1 ? "packet" : "packets") \(runs(of: numbers))"
            guard capture.sources.count > 1, capture.sources.indices.contains(Int(source)) else { return list }
            return "\(list) of \(capture.sources[Int(source)].path)"
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}

/// Numbers in order, three and more in a row as a range: `812, 815-818`; of very many the first.
func runs(of numbers: [Int64]) -> String {
    var runs: [ClosedRange<Int64>] = []
    for number in Set(numbers).sorted() {
        if let last = runs.last, last.upperBound + 1 == number {
            runs[runs.count - 1] = last.lowerBound...number
        } else {
            runs.append(number...number)
        }
    }
    let shown = runs.prefix(Limits.packetRuns).map { run in
        switch run.upperBound - run.lowerBound {
        case 0: "\(run.lowerBound)"
        case 1: "\(run.lowerBound), \(run.upperBound)"
        default: "\(run.lowerBound)-\(run.upperBound)"
        }
    }.joined(separator: ", ")
    let more = runs.dropFirst(Limits.packetRuns).total(of: \.count)
    return more > 0 ? "\(shown) and \(more) more" : shown
}

extension Diagnosis {
    /// In order of time; what was seen at no time, since it is missing, comes last.
    var evidenceInOrder: [Evidence] {
        evidence.enumerated().sorted { left, right in
            let (first, second) = (left.element.at, right.element.at)
            guard let first, let second, first != second else {
                return first == second ? left.offset < right.offset : first != nil
            }
            return first < second
        }.map(\.element)
    }
}

/// A value: what stands before a step.
struct StepMark {
    let text: String
    let style: TextStyle

    init(_ status: Step.Status, _ glyphs: GlyphTable) {
        switch status {
        case .done: (text, style) = (glyphs.done, .plain)
        case .failed: (text, style) = (glyphs.failure, .failure)
        case .missing: (text, style) = ("?", .failure)
        case .pending: (text, style) = (glyphs.open, .warning)
        case .skipped: (text, style) = ("-", .faint)
        }
    }
}
