import Trace

/// A value: one row of a diagram: an arrow, or several alike in a row folded into one.
struct Row {
    var event: SequenceEvent
    /// Where it stands among the other rows.
    var place: Timestamp
    var messages: Set<MessageID>

    init(single timed: ArrowComposer.Timed) {
        event = SequenceEvent(at: timed.at, until: max(timed.at, timed.place), content: .arrow(timed.arrow))
        place = timed.place
        messages = Set(timed.arrow.messages)
    }

    /// Arrows in a row that say the same, folded: a call together with its answer when that comes right after it.
    ///
    /// Only what reads the same is folded: equal kind, lanes, label and marks. A call that is not repeated keeps its
    /// own row and its answer's.
    static func folded(_ arrows: [ArrowComposer.Timed]) -> [Row] {
        var rows: [Row] = []
        var run: [Exchange] = []
        var next = 0
        while next < arrows.count {
            let exchange = Exchange(arrows, at: next)
            next += exchange.reply == nil ? 1 : 2
            if let first = run.first, !exchange.isLike(first) {
                rows += Row.rows(of: run)
                run.removeAll(keepingCapacity: true)
            }
            run.append(exchange)
        }
        return rows + Row.rows(of: run)
    }

    private static func rows(of run: [Exchange]) -> [Row] {
        guard let first = run.first else { return [] }
        if run.count == 1 { return [Row(single: first.arrow)] + (first.reply.map { [Row(single: $0)] } ?? []) }
        var row = Row(single: first.arrow)
        var arrow = first.arrow.arrow
        arrow.count = run.count
        arrow.messages = run.flatMap { $0.arrow.arrow.messages + ($0.reply?.arrow.messages ?? []) }
        arrow.holdsAnswers = first.reply != nil
        arrow.latency = median(run.compactMap { ($0.reply ?? $0.arrow).arrow.latency })
        if let reply = first.reply { arrow.marks += reply.arrow.marks }
        if arrow.detail != nil {
            arrow.detail = run.compactMap(\.arrow.arrow.detail).joined(separator: "\n")
        }
        row.event.content = .arrow(arrow)
        row.event.until = run.reduce(row.event.until) { max($0, $1.reply?.place ?? $1.arrow.place) }
        row.messages = Set(arrow.messages)
        return [row]
    }
}

/// A value: an arrow, and its answer where that comes right after it.
private struct Exchange {
    var arrow: ArrowComposer.Timed
    var reply: ArrowComposer.Timed?

    init(_ arrows: [ArrowComposer.Timed], at index: Int) {
        arrow = arrows[index]
        guard arrow.arrow.kind == .call, index + 1 < arrows.count else { return }
        let following = arrows[index + 1]
        if following.arrow.kind == .reply, [following.answers] == arrow.arrow.messages { reply = following }
    }

    func isLike(_ other: Exchange) -> Bool {
        guard Self.read(arrow.arrow, like: other.arrow.arrow) else { return false }
        switch (reply, other.reply) {
        case (nil, nil): return arrow.arrow.kind != .reply
        case (let reply?, let answer?): return Self.read(reply.arrow, like: answer.arrow)
        default: return false
        }
    }

    private static func read(_ left: SequenceArrow, like right: SequenceArrow) -> Bool {
        left.kind == right.kind && left.from == right.from && left.to == right.to && left.missed == right.missed
            && left.label == right.label && left.marks == right.marks
    }
}

/// The middle of the values, of an even number the lower one: a value that was measured.
func median(_ values: [Nanoseconds]) -> Nanoseconds? {
    values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
}
