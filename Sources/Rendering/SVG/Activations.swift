import Trace

/// A value: which event of a diagram ends the work on which call.
///
/// A reply names its call only by lanes, label and time: it came in `latency` after the call was sent.
struct Activations: Sendable {
    /// The event that ends the call drawn by an event; the same one for folded calls with their answers.
    private(set) var ends: [Int: Int] = [:]
    /// The calls that are drawn up to the end of the caller's wait.
    private(set) var unanswered: Set<Int> = []

    private struct Route: Hashable {
        let caller: Int
        let callee: Int
        let label: String
        var at: Timestamp?
    }

    private struct Wait: Hashable {
        let caller: Int?
        let label: String
    }

    init(_ events: [SequenceEvent]) {
        var open: [Route: [Int]] = [:]
        var waiting: [Wait: [Int]] = [:]
        for (index, event) in events.enumerated() {
            switch event.content {
            case .arrow(let arrow) where arrow.kind == .call:
                guard let from = arrow.from, let to = arrow.to.first else { continue }
                if arrow.holdsAnswers {
                    ends[index] = index
                    continue
                }
                var route = Route(caller: from, callee: to, label: arrow.label)
                open[route, default: []].append(index)
                route.at = event.at
                open[route, default: []].append(index)
                waiting[Wait(caller: from, label: arrow.label), default: []].append(index)
            case .arrow(let arrow) where arrow.kind == .reply:
                guard let from = arrow.from, let to = arrow.to.first ?? arrow.missed else { continue }
                var route = Route(caller: to, callee: from, label: arrow.label)
                if let latency = arrow.latency { route.at = event.at - latency }
                if let call = unended(&open[route, default: []]) {
                    ends[call] = index
                    continue
                }
                route.at = nil
                if let call = unended(&open[route, default: []]) { ends[call] = index }
            case .giveUp(let giveUp):
                for _ in 0..<giveUp.count {
                    let wait = Wait(caller: giveUp.lane, label: giveUp.label)
                    guard let call = unended(&waiting[wait, default: []]) else { break }
                    ends[call] = index
                    unanswered.insert(call)
                }
            default: continue
            }
        }
    }

    /// The last of the calls that nothing has ended yet.
    private func unended(_ calls: inout [Int]) -> Int? {
        while let call = calls.popLast() {
            if ends[call] == nil { return call }
        }
        return nil
    }
}

/// A machine that stacks the bars of each lane while its rows are laid out from top to bottom.
struct ActivationStack {
    static let halfWidth = 4.0
    private static let step = 4.0
    /// More at once stand on each other.
    private static let depths = 4

    private let activations: Activations
    private var ending: [Int: [Int]] = [:]
    private var slots: [[Int?]]
    private(set) var bars: [ActivationBar] = []
    private var barOfCall: [Int: Int] = [:]

    init(_ activations: Activations, lanes: Int) {
        self.activations = activations
        slots = Array(repeating: [], count: lanes)
        for (call, end) in activations.ends { ending[end, default: []].append(call) }
    }

    /// A call is taken by a lane.
    mutating func begin(_ call: Int, lane: Int) {
        guard activations.ends[call] != nil, slots.indices.contains(lane) else { return }
        let slot = slots[lane].firstIndex(of: nil) ?? slots[lane].count
        if slot == slots[lane].count { slots[lane].append(nil) }
        slots[lane][slot] = bars.count
        barOfCall[call] = bars.count
        bars.append(
            ActivationBar(
                lane: lane, depth: min(slot, Self.depths - 1), top: 0, bottom: 0,
                isOpen: activations.unanswered.contains(call)))
    }

    /// The row of the call is laid out.
    mutating func place(_ call: Int, at y: Double) {
        if let bar = barOfCall[call] { bars[bar].top = y - 3 }
    }

    /// The row of an event is laid out: what it ends ends here.
    mutating func finish(_ event: Int, at y: Double, bottom: Double) {
        for call in ending[event] ?? [] {
            guard let bar = barOfCall[call] else { continue }
            bars[bar].bottom = call == event ? bottom : y + 3
            let lane = bars[bar].lane
            if let slot = slots[lane].firstIndex(of: bar) { slots[lane][slot] = nil }
            while case .some(nil) = slots[lane].last { slots[lane].removeLast() }
        }
    }

    /// How far the bars of a lane reach from its middle to the right; to the left it is `halfWidth` where there is one.
    func reach(_ lane: Int, toRight: Bool) -> Double {
        guard slots.indices.contains(lane), !slots[lane].isEmpty else { return 0 }
        return toRight ? Self.right(ofDepth: min(slots[lane].count, Self.depths) - 1) : Self.halfWidth
    }

    static func left(ofDepth depth: Int) -> Double { Double(depth) * step - halfWidth }

    private static func right(ofDepth depth: Int) -> Double { left(ofDepth: depth) + 2 * halfWidth }
}
