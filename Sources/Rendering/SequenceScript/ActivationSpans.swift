import Trace

/// A value: where in a diagram a lane starts to work on calls, and where it has answered the last of them.
///
/// A call counts when it went to one lane and that lane's answer is drawn too, so that every beginning has its end and
/// calls that nobody answered leave no lane at work. A lane that works on several calls at once is at work from the first
/// to the last: languages close the bar that was opened last, whichever call was answered.
struct ActivationSpans {
    private var begins = Set<Int>()
    private var ends = Set<Int>()

    init(_ events: [SequenceEvent], trace: BusTrace) {
        var changes: [Int: (lane: Int, by: Int)] = [:]
        var open: [CallID: (event: Int, lane: Int)] = [:]
        for (index, event) in events.enumerated() {
            guard case .arrow(let arrow) = event.content, arrow.count == 1, let call = Self.call(of: arrow, trace)
            else { continue }
            if arrow.kind == .call, arrow.to.count == 1, arrow.from != nil {
                open[call] = (index, arrow.to[0])
            } else if arrow.kind == .reply, let request = open[call], arrow.from == request.lane,
                arrow.to.count == 1 || arrow.missed != nil
            {
                open[call] = nil
                changes[request.event] = (request.lane, 1)
                changes[index] = (request.lane, -1)
            }
        }
        var depths: [Int: Int] = [:]
        for index in changes.keys.sorted() {
            guard let change = changes[index] else { continue }
            let before = depths[change.lane, default: 0]
            depths[change.lane] = before + change.by
            if before == 0 { begins.insert(index) }
            if before + change.by == 0 { ends.insert(index) }
        }
    }

    /// What happens at the event with that index.
    func at(_ event: Int) -> ScriptArrow.Activation {
        begins.contains(event) ? .begins : ends.contains(event) ? .ends : .none
    }

    private static func call(of arrow: SequenceArrow, _ trace: BusTrace) -> CallID? {
        trace.messages[ifKnown: arrow.messages.first]?.call
    }
}
