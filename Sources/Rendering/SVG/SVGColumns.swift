import Trace

/// A value: where the lanes of a drawing stand, in px from its left edge.
struct SVGColumns: Sendable {
    /// A value: what stands at the head of a lane.
    struct Heading: Sendable {
        var title: [String]
        var host: [String]
        /// The whole name, where what is shown was shortened.
        var whole: String?
        /// Of the box around it.
        var width: Double
    }

    /// Of the whole drawing.
    private(set) var width: Double = 0
    /// The axis; times end before it.
    private(set) var axis: Double = 0
    /// Where the bands of states stand; `nil` where there are none.
    private(set) var states: ClosedRange<Double>?
    /// Text that belongs to no lane begins here.
    private(set) var left: Double = 0
    private(set) var lanes: [Double] = []
    private(set) var headings: [Heading] = []

    static let margin = 24.0
    static let smallestWidth = 760.0
    /// What an arrow needs besides its label: half a bar at each end, and its head.
    private static let arrowRoom = 30.0
    private static let smallestGap = 112.0
    private static let headingWidth = 150.0

    var right: Double { width - Self.margin }
    /// Of the headings' boxes.
    private(set) var headingHeight = 0.0

    init(_ diagram: SequenceDiagram, times: TimeColumn, hasBands: Bool, glyphs: GlyphTable) {
        let timeFont = SVGTextStyle.time.font
        axis = (Self.margin + timeFont.width(of: String(repeating: "0", count: times.width(for: diagram.events))) + 10)
            .rounded()
        left = axis + 20
        if hasBands {
            let names = diagram.events.flatMap { event -> [Double] in
                guard case .state(let mark) = event.content else { return [] }
                return mark.statements(glyphs).map(SVGTextStyle.state.font.width(of:))
            }
            let room = min(max((names.max() ?? 0) + 24, 84), 190).rounded()
            states = (axis + 12)...(axis + 12 + room)
            left = axis + 12 + room + 20
        }
        headings = diagram.lanes.map { Self.heading($0, glyphs) }
        headingHeight = (headings.map { Self.height(of: $0) }.max() ?? 0)
        let needs = SVGLabelNeeds(diagram, glyphs: glyphs)
        placeLanes(needs)
        width = max(width, Self.smallestWidth)
    }

    private mutating func placeLanes(_ needs: SVGLabelNeeds) {
        width = left + Self.margin
        guard let first = headings.first, let last = headings.last else { return }
        var gaps: [Double] = zip(headings, headings.dropFirst()).map {
            max(Self.smallestGap, (($0.width + $1.width) / 2 + 18).rounded())
        }
        let most = min(340, max(150, 1500 / Double(max(1, gaps.count))))
        for need in needs.spans {
            let missing =
                min(need.width + Self.arrowRoom, most * Double(min(2, need.lanes.count)))
                - need.lanes.reduce(0) { $0 + gaps[$1] }
            if missing <= 0 { continue }
            for lane in need.lanes { gaps[lane] += (missing / Double(need.lanes.count)).rounded(.up) }
        }
        let start = left + max((first.width / 2).rounded(), needs.hasUnknownSender ? 76 : 40)
        lanes = gaps.reduce(into: [start]) { $0.append(($0.last ?? start) + $1) }
        let beyond = max((last.width / 2).rounded(), min(needs.right + 44, 340), 40)
        width = (lanes.last ?? start) + beyond.rounded() + Self.margin
    }

    func center(of lane: Int) -> Double { lanes.indices.contains(lane) ? lanes[lane] : left }

    // MARK: Headings

    private static func heading(_ lane: Lane, _ glyphs: GlyphTable) -> Heading {
        let (title, isWhole) = fitted(glyphs.text(lane.title).string, .lane, lines: 3, glyphs)
        let (host, isWholeHost) = fitted(glyphs.text(lane.subtitle ?? "").string, .host, lines: 2, glyphs)
        let widths = title.map(SVGTextStyle.lane.font.width(of:)) + host.map(SVGTextStyle.host.font.width(of:))
        return Heading(
            title: title, host: host.filter { !$0.isEmpty },
            whole: isWhole && isWholeHost ? nil : glyphs.text(lane.name).string,
            width: max(72, ((widths.max() ?? 0) + 24).rounded()))
    }

    private static func fitted(
        _ text: String, _ style: SVGTextStyle, lines limit: Int, _ glyphs: GlyphTable
    ) -> (lines: [String], isWhole: Bool) {
        let lines = style.font.lines(of: text, within: headingWidth)
        if lines.count <= limit { return (lines, true) }
        let room = headingWidth * Double(limit) * 0.8
        let short = style.font.shortened(text, within: room, ellipsis: glyphs.ellipsis)
        return (Array(style.font.lines(of: short, within: headingWidth).prefix(limit)), false)
    }

    private static func height(of heading: Heading) -> Double {
        Double(heading.title.count) * SVGTextStyle.lane.leading + Double(heading.host.count) * SVGTextStyle.host.leading
            + 14
    }
}

/// A value: how much room a diagram's labels would like between its lanes, in px.
struct SVGLabelNeeds: Sendable {
    struct Span: Hashable, Sendable {
        /// Gaps, each named by the lane at its left.
        var lanes: Range<Int>
        var width: Double
    }

    /// The shortest first, of those the least demanding.
    private(set) var spans: [Span] = []
    /// Right of the last lane.
    private(set) var right = 0.0
    private(set) var hasUnknownSender = false

    init(_ diagram: SequenceDiagram, glyphs: GlyphTable) {
        var widest: [Range<Int>: Double] = [:]
        let last = diagram.lanes.count - 1
        for event in diagram.events {
            guard case .arrow(let arrow) = event.content else { continue }
            if arrow.from == nil { hasUnknownSender = true }
            let ends = arrow.to + [arrow.from, arrow.missed].compactMap { $0 }
            guard let low = ends.min(), let high = ends.max() else { continue }
            let text = ArrowText(arrow, glyphs: glyphs)
            let lost = arrow.to.isEmpty ? SVGRowLayout.lostRoom : 0
            let width = SVGTextStyle(labelOf: arrow).font.width(of: text.label.string) + lost
            if high > low {
                widest[low..<high] = max(widest[low..<high] ?? 0, width)
            } else if low == last, !arrow.isStub {
                right = max(right, width)
            }
        }
        spans = widest.map { Span(lanes: $0.key, width: $0.value) }.sorted {
            ($0.lanes.count, $0.width, $0.lanes.lowerBound) < ($1.lanes.count, $1.width, $1.lanes.lowerBound)
        }
    }
}

extension SVGTextStyle {
    init(labelOf arrow: SequenceArrow) {
        self = arrow.kind.isAnswer ? .latency : .label
    }
}
