import Trace

/// A value: where the lanes stand, in cells from the left edge.
struct ColumnLayout {
    /// Cells of the whole diagram.
    let width: Int
    /// Cells for the time, right-aligned.
    let timeWidth: Int
    /// The column of each lifeline.
    var lanes: [Int] = []
    /// Lines of each lane's heading.
    var headings: [[TerminalText]] = []
    /// What the lanes' short names stand for; empty where they have their own.
    var legend: [TerminalText] = []

    /// Where text that belongs to no lane begins.
    var left: Int { (lanes.first ?? timeWidth + 2) + 2 }

    /// Cells right of the time in which nothing stands but lanes.
    private static let margin = 4
    private static let comfortableGap = 20

    /// Lays out the lanes; `nil` when they do not fit with such headings.
    init?(
        width: Int, timeWidth: Int, headings: [[TerminalText]], needs: LabelNeeds, legend: [TerminalText] = [],
        smallestGap: Int
    ) {
        self.width = width
        self.timeWidth = timeWidth
        self.headings = headings
        self.legend = legend
        guard !headings.isEmpty else { return }
        let widths = headings.map { $0.map(\.width).max() ?? 0 }
        let first = max(timeWidth + Self.margin, (widths[0] + 1) / 2)
        var gaps: [Int] = zip(widths, widths.dropFirst()).map { max(smallestGap, ($0 + $1) / 2 + 2) }
        let last = max(2, (widths[widths.count - 1] + 1) / 2)
        var budget: Int = width - 1 - first - last - gaps.total { $0 }
        if budget < 0 { return nil }
        Self.grow(&gaps, needs: needs, budget: &budget)
        lanes = gaps.reduce(into: [first]) { $0.append(($0.last ?? first) + $1) }
    }

    /// Widens gaps so that labels fit between their lanes, the cheapest first, then lets the lanes stand apart, then
    /// makes room for the longer arrows.
    private static func grow(_ gaps: inout [Int], needs: LabelNeeds, budget: inout Int) {
        for need in needs.adjacent {
            let extra = need.cells - gaps[need.lane]
            if extra > 0, extra <= budget {
                gaps[need.lane] += extra
                budget -= extra
            }
        }
        let rightRoom = min(budget, max(0, needs.right - 2))
        budget -= rightRoom
        for lane in gaps.indices where gaps[lane] < comfortableGap {
            let extra = min(comfortableGap - gaps[lane], budget / (gaps.count - lane))
            gaps[lane] += extra
            budget -= extra
        }
        for need in needs.spans {
            let missing = need.cells - gaps[need.lanes].total { $0 }
            if missing <= 0 || missing > budget { continue }
            for (index, lane) in need.lanes.enumerated() {
                gaps[lane] += missing * (index + 1) / need.lanes.count - missing * index / need.lanes.count
            }
            budget -= missing
        }
    }

    func center(of lane: Int) -> Int { lanes.indices.contains(lane) ? lanes[lane] : left - 2 }

    /// A column in bounds that touches no lifeline, so that what ends there does not seem to reach one.
    func freeColumn(near column: Int) -> Int {
        let bounds = (timeWidth + 1)...max(timeWidth + 1, width - 1)
        let wanted = min(max(column, bounds.lowerBound), bounds.upperBound)
        let candidates = [0, 1, 2, 3, -1, -2, -3].map { wanted + $0 }.filter(bounds.contains)
        return candidates.first { place in !lanes.contains { abs($0 - place) < 2 } } ?? wanted
    }
}

/// A value: how many cells a diagram's labels would like between its lanes.
struct LabelNeeds {
    struct Adjacent: Hashable {
        /// The gap right of this lane.
        var lane: Int
        var cells: Int
    }

    struct Span: Hashable {
        /// Gaps, each named by the lane at its left.
        var lanes: Range<Int>
        var cells: Int
    }

    /// The least demanding first.
    private(set) var adjacent: [Adjacent] = []
    private(set) var spans: [Span] = []
    /// Right of the last lane.
    private(set) var right = 0

    /// Cells an arrow needs besides its label: both lifelines' halves, a dash, two spaces, its head.
    static let arrowRoom = 5
    /// Cells before a lane that an arrow which is lost on its way leaves free.
    static let lostRoom = 3

    init(_ diagram: SequenceDiagram, glyphs: GlyphTable) {
        var (near, far) = (Set<Adjacent>(), Set<Span>())
        let last = diagram.lanes.count - 1
        for event in diagram.events {
            switch event.content {
            case .arrow(let arrow):
                let ends = arrow.to + [arrow.from, arrow.missed].compactMap { $0 }
                guard let low = ends.min(), let high = ends.max(), !arrow.isStub else { continue }
                let label = ArrowText(arrow, glyphs: glyphs).label.width
                let cells = label + Self.arrowRoom + (arrow.to.isEmpty ? Self.lostRoom : 0)
                if high == low {
                    if low == last { right = max(right, cells) } else { near.insert(Adjacent(lane: low, cells: cells)) }
                } else if high - low == 1 {
                    near.insert(Adjacent(lane: low, cells: cells))
                } else {
                    far.insert(Span(lanes: low..<high, cells: cells))
                }
            case .state(let mark):
                let cells = mark.text(glyphs).width + 4
                guard let lane = mark.lane else { continue }
                if lane == last { right = max(right, cells) } else { near.insert(Adjacent(lane: lane, cells: cells)) }
            case .giveUp, .standstill, .pause, .captureEnd: break
            }
        }
        adjacent = near.sorted { ($0.cells, $0.lane) < ($1.cells, $1.lane) }
        spans = far.sorted { ($0.cells, $0.lanes.lowerBound) < ($1.cells, $1.lanes.lowerBound) }
    }
}
