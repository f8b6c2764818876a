import Comparison
import Trace

/// A value: how a comparison is put into words; GOOD and BAD are what its two sides are called.
struct ComparisonWords {
    let comparison: OperationComparison
    let glyphs: GlyphTable

    /// The result in one sentence without full stop.
    var conclusion: String {
        if comparison.agrees { return agreement }
        if let parting = comparison.parting { return sentence(parting) }
        if let step = comparison.steps.first(where: \.standing.isParting) { return sentence(step) }
        return "the same messages\(reach); \(remainder)"
    }

    private var agreement: String {
        let moved = comparison.lines.count { $0.standing == .moved }
        let alike = comparison.lines.filter { $0.good != nil && $0.bad != nil }.reduce(0) {
            $0 + ($1.good?.messages.count ?? 0)
        }
        let order = moved == 0 ? "" : ", \(moved) of them in another order"
        return "they agree\(reach): \(counted(alike, "message")) alike\(order)"
    }

    /// Said where a capture does not hold all of its operation.
    private var reach: String {
        let isPart = comparison.lines.contains { $0.standing == .unknown } || comparison.uncompared != (0, 0)
        return isPart ? " as far as both were seen" : ""
    }

    // MARK: Where they part

    private func sentence(_ parting: Parting) -> String {
        if parting.isEnding, let good = parting.good, let bad = parting.bad {
            let endings = "\(phrase(good.ending)) in GOOD, \(phrase(bad.ending)) in BAD"
            guard let next = parting.consequence else { return "they part after \(name(good)): \(endings)" }
            return "they part after \(name(good)), \(endings): \(absence(of: next))"
        }
        let place = parting.after?.line.map { "after \(name($0))" } ?? "at the first message"
        return "they part \(place): \(deviation(parting))"
    }

    private func deviation(_ parting: Parting) -> String {
        if parting.good == nil || parting.bad == nil, let line = parting.good ?? parting.bad,
            let before = parting.after?.line, before.reads(like: line)
        {
            return "BAD \(verb(line))s \(name(line)) \(parting.good == nil ? "more" : "less") often"
        }
        switch (parting.good, parting.bad) {
        case (let good?, let bad?):
            return "GOOD \(verb(good))s \(name(good)), BAD \(verb(bad))s \(name(bad))"
        case (let good?, nil):
            if parting.isElsewhere { return "BAD does not \(verb(good)) \(name(good)) here" }
            return absence(of: good)
        case (nil, let bad?):
            let absence =
                parting.isElsewhere
                ? "does not do here" : comparison.good.mayLackMessages ? "was not seen to do" : "never does"
            return "BAD \(verb(bad))s \(name(bad)), which GOOD \(absence)"
        case (nil, nil):
            return "in what followed"
        }
    }

    private func absence(of line: ComparedLine) -> String {
        comparison.bad.mayLackMessages
            ? "BAD was not seen to \(verb(line)) \(name(line))" : "BAD never \(verb(line))s \(name(line))"
    }

    private func sentence(_ step: StepPair) -> String {
        let status = { (side: StepPair.Side?) in side?.status.rawValue ?? "not part of it" }
        return "the same messages\(reach); the step \"\(step.name)\" is \(status(step.good)) in GOOD, "
            + "\(status(step.bad)) in BAD"
    }

    // MARK: What else differs

    /// Of operations with the same lines.
    private var remainder: String {
        let (good, bad) = (comparison.good.operation.outcome, comparison.bad.operation.outcome)
        if good != bad { return "GOOD is \(good.rawValue), BAD is \(bad.rawValue)\(waiting)" }
        return [timing, total].compactMap(\.self).joined(separator: "; ")
    }

    /// What one of them waited for when its capture ended.
    private var waiting: String {
        let pair = comparison.lines.first { $0.standing == .unknown && $0.good != nil && $0.bad != nil }
        guard let pair, let line = pair.line,
            let open = [pair.bad, pair.good].compactMap(\.self).first(where: \.ending.isOpen)
        else { return "" }
        return ", with \(name(line)) \(phrase(open.ending))"
    }

    /// The line that has lost, or won, the most time.
    private var timing: String? {
        let lines = comparison.lines.filter { $0.standing == .slower || $0.standing == .faster }
        guard let pair = lines.max(by: { $0.difference < $1.difference }), let line = pair.line else {
            let spans =
                comparison.steps.compactMap { step in step.interval.map { (step.name, $0) } }
                + comparison.states.compactMap { state in state.length.map { (state.name, $0) } }
            let telling = spans.filter { $0.1.relation != .alike }.max { $0.1.difference < $1.1.difference }
            return telling.map { "BAD is \($0.1.relation.rawValue): \($0.0) after \(instead($0.1))" }
        }
        let times = [pair.duration, pair.gap].compactMap(\.self).filter { $0.relation != .alike }
        guard let time = times.max(by: { $0.difference < $1.difference }) else { return nil }
        let what = time == pair.duration ? "\(durationVerb(line)) after \(instead(time))" : sent(time)
        return "BAD is \(pair.standing.rawValue): \(name(line)) \(what)"
    }

    private var total: String? {
        guard let whole = comparison.duration else {
            return comparison.uncompared == (0, 0) ? nil : "the rest is too long to be compared"
        }
        return "\(glyphs.duration(whole.bad)) in all instead of \(glyphs.duration(whole.good))"
    }

    // MARK: Words

    func name(_ line: ComparedLine) -> String {
        line.state.map { "\(line.title) (\($0))" } ?? line.title
    }

    private func verb(_ line: ComparedLine) -> String {
        switch line.kind {
        case .call, .cast: line.kind.rawValue
        case .fanout, .reply, .heartbeat, .notification, .opaque: "send"
        }
    }

    func durationVerb(_ line: ComparedLine) -> String { line.kind == .call ? "answered" : "taken" }

    /// Of the time between two messages.
    func sent(_ time: TimePair) -> String {
        "sent \(glyphs.duration(time.bad)) after the one before instead of "
            + "\(glyphs.duration(time.good))\(factor(time).map { ", \($0)" } ?? "")"
    }

    func phrase(_ ending: ComparedLine.Ending) -> String {
        switch ending {
        case .taken: "taken"
        case .notTaken: "not seen taken"
        case .answered: "answered"
        case .failed(let failure): "failed with \(failure.className)"
        case .unanswered: "not answered before the capture ended"
        case .timedOut: "not answered in time"
        case .returned: "given back by the broker"
        }
    }

    /// `24.567 s instead of 4.1 ms, 5992×`.
    func instead(_ time: TimePair) -> String {
        "\(glyphs.duration(time.bad)) instead of \(glyphs.duration(time.good))\(factor(time).map { ", \($0)" } ?? "")"
    }

    /// `2.4×`, `360×`; `nil` where one took no time.
    func factor(_ time: TimePair) -> String? {
        guard let factor = time.factor, factor < 1e9 else { return nil }
        let tenths = Int(saturating: factor * 10)
        return (tenths < 100 ? "\(tenths / 10).\(tenths % 10)" : "\(Int(saturating: factor))") + glyphs.times
    }

    /// What a person must know of the two captures, one sentence each.
    var notes: [String] {
        var notes: [String] = []
        for (name, side) in [("GOOD", comparison.good), ("BAD", comparison.bad)] {
            if side.beganBeforeCapture {
                notes.append("\(name) began before its capture: what came first is not known")
            }
            if side.isOpen { notes.append("\(name) was still under way when its capture ended") }
            let coverage = CoverageNotes(
                connections: side.connections.map(\.withoutBeginning), sources: side.sources)
            notes += (coverage.sentences + side.sources.clockNotes).map { "\(name): \($0)" }
        }
        let (good, bad) = comparison.uncompared
        if good + bad > 0 {
            notes.append("too long to be compared: \(counted(good, "line")) of GOOD, \(bad) of BAD")
        }
        return notes
    }
}

extension Connection {
    /// As if its beginning had been seen, which matters only to an operation that began before it.
    fileprivate var withoutBeginning: Connection {
        var copy = self
        copy.midstream = false
        return copy
    }
}
