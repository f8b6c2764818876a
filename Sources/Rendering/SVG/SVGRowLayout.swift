import Trace

/// A machine that lays the events of a diagram out in rows from top to bottom: places and widths, no drawing.
///
/// One event has one row, and a row's texts stay inside it: nothing overlaps.
struct SVGRowLayout {
    let columns: SVGColumns
    let glyphs: GlyphTable
    let times: TimeColumn
    private let hasBands: Bool
    private(set) var rows: [SVGRow] = []
    private(set) var bands: [StateBand] = []
    private(set) var stack: ActivationStack
    /// Where the next row begins.
    private(set) var y: Double
    private var previous: Timestamp?
    private var hues: [String: Int] = [:]

    /// Rows after which the lanes are named again.
    static let rowsPerHeading = 40

    init(
        columns: SVGColumns, glyphs: GlyphTable, times: TimeColumn, hasBands: Bool, activations: Activations,
        top: Double
    ) {
        self.columns = columns
        self.glyphs = glyphs
        self.times = times
        self.hasBands = hasBands
        stack = ActivationStack(activations, lanes: columns.lanes.count)
        y = top
    }

    mutating func add(_ event: SequenceEvent, index: Int) {
        var row = SVGRow(event: index, top: y)
        switch event.content {
        case .arrow(let arrow): addArrow(arrow, to: &row)
        case .state(let mark): addState(mark, to: &row)
        case .giveUp(let giveUp):
            note(giveUp.text(glyphs).string, lane: giveUp.lane, style: .failure, shape: SVGShape.cross, in: &row)
        case .standstill(let standstill):
            let words = [standstill.text, standstill.qualifier].compactMap { $0 }.joined(separator: " ")
            note(glyphs.text(words).string, lane: standstill.lane, style: .failure, shape: SVGShape.cross, in: &row)
        case .pause(let length):
            row.height = 36
            row.y = y + 18
            row.style = .faint
            row.time = time(glyphs.duration(length), at: row.y, .pause)
        case .captureEnd:
            row.style = .warning
            write("the capture ends here", .remark, near: columns.left, in: &row, from: 12)
            row.y = row.top + row.height + 2
            row.shapes.append(.end(y: row.y))
            row.height += 14
        }
        if case .pause = event.content {
        } else {
            row.time = time(times.text(of: event.at, after: previous).string, at: row.y, .time)
            previous = event.at
        }
        stack.finish(index, at: row.y, bottom: row.bottom)
        rows.append(row)
        y = row.bottom
    }

    private func time(_ text: String, at y: Double, _ style: SVGTextStyle) -> PlacedText {
        PlacedText(x: columns.axis - 10, y: y + 4, text: text, style: style, anchor: .end)
    }

    /// Names the lanes once more, for who has scrolled.
    mutating func repeatHeadings() {
        let style = SVGTextStyle.host
        let isTwoLines = columns.headings.contains { !$0.host.isEmpty }
        var row = SVGRow(top: y, height: (isTwoLines ? 2 : 1) * style.leading + 14, y: y + 12, style: .faint)
        for (lane, heading) in columns.headings.enumerated() {
            let neighbours = [lane - 1, lane + 1].filter(columns.lanes.indices.contains)
            let gap = neighbours.map { abs(columns.lanes[$0] - columns.lanes[lane]) }.min() ?? 240
            for (line, name) in [heading.title.joined(), heading.host.joined()].enumerated() where !name.isEmpty {
                let short = style.font.shortened(name, within: gap - 10, ellipsis: glyphs.ellipsis)
                row.texts.append(
                    PlacedText(
                        x: columns.lanes[lane], y: y + 18 + Double(line) * style.leading, text: short, style: style,
                        anchor: .middle, whole: short == name ? nil : name))
            }
        }
        rows.append(row)
        y = row.bottom
    }

    /// Ends the last band.
    mutating func finish() {
        y += 14
        endBand(at: y)
    }

    // MARK: States and notes

    private mutating func addState(_ mark: StateMark, to row: inout SVGRow) {
        let rejected = mark.confirmation == .rejected
        row.style = mark.style
        let text = mark.text(glyphs).string
        guard let states = columns.states, hasBands, !rejected else {
            let hue = hue(of: mark.states)
            note(
                text, lane: mark.lane, style: row.style,
                shape: {
                    rejected ? .cross(x: $0, y: $1) : .state(x: $0, y: $1, leader: nil, hue: hue)
                }, in: &row)
            return
        }
        row.y = row.top + 11
        let room = states.upperBound - states.lowerBound - 18
        let lines = bounded(
            SVGTextStyle.state.font.lines(of: mark.statements(glyphs), joinedBy: glyphs.separator, within: room))
        let leading = SVGTextStyle.state.leading
        row.height = 8 + Double(lines.count) * leading
        row.height = max(row.height, 22)
        let center = mark.lane.map(columns.center(of:)) ?? columns.left
        let hue = hue(of: mark.states)
        row.shapes.append(.state(x: center, y: row.y, leader: states.upperBound, hue: hue))
        endBand(at: row.y)
        bands.append(
            StateBand(
                top: row.y, bottom: row.y, hue: hue,
                texts: lines.enumerated().map { line, text in
                    PlacedText(
                        x: states.lowerBound + 12, y: row.y + 14 + Double(line) * leading, text: text, style: .state)
                }))
    }

    private mutating func endBand(at y: Double) {
        if !bands.isEmpty { bands[bands.count - 1].bottom = max(y, bands[bands.count - 1].top) }
    }

    private mutating func hue(of states: [String]) -> StateBand.Hue {
        if states.contains("error") { return .failure }
        if states.contains("active") { return .good }
        if states.contains("deleted") || states.contains("soft-delete") { return .gone }
        let name = states.first ?? ""
        let number = hues[name] ?? hues.count
        hues[name] = number
        return .other(number)
    }

    /// A symbol on a lane with its text beside it: right of it where it fits, else left, else wrapped beneath.
    private mutating func note(
        _ text: String, lane: Int?, style: TextStyle, shape: (_ x: Double, _ y: Double) -> SVGShape,
        in row: inout SVGRow
    ) {
        row.style = style
        row.y = row.top + 12
        row.height = 24
        let center = lane.map(columns.center(of:)) ?? columns.left
        row.shapes.append(shape(center, row.y))
        let width = SVGTextStyle.label.font.width(of: text)
        let right = center + 12 + (lane.map { stack.reach($0, toRight: true) } ?? 0)
        if right + width <= columns.right {
            row.texts.append(PlacedText(x: right, y: row.y + 4, text: text, style: .label))
        } else if center - 14 - width >= columns.left {
            row.texts.append(PlacedText(x: center - 14, y: row.y + 4, text: text, style: .label, anchor: .end))
        } else {
            write(text, .label, near: right, in: &row, from: row.height)
        }
    }

    // MARK: Text

    /// Lines of text beneath what the row holds; further left where that keeps them whole, wrapped where nothing does.
    mutating func write(
        _ text: String, _ style: SVGTextStyle, near x: Double, in row: inout SVGRow, from offset: Double
    ) {
        let font = style.font
        let room = columns.right - columns.left
        let wanted = min(font.width(of: text), style == .detail ? room : min(room, 560))
        let start = max(columns.left, min(x, columns.right - wanted))
        var baseline = row.top + offset
        for line in bounded(font.lines(of: text, within: min(columns.right - start, max(wanted, 200)))) {
            baseline += style.leading
            row.texts.append(PlacedText(x: start, y: baseline - 3, text: line, style: style))
        }
        row.height = baseline - row.top + 2
    }

    /// Not more lines than a drawing can show; what is left out is told.
    func bounded(_ lines: [String]) -> [String] {
        if lines.count <= Limits.svgLines { return lines }
        let left = lines.count - Limits.svgLines + 1
        return lines.prefix(Limits.svgLines - 1) + ["\(glyphs.ellipsis) \(left) more lines are not drawn"]
    }

    mutating func begin(_ event: Int, lane: Int) { stack.begin(event, lane: lane) }

    mutating func place(_ event: Int, at y: Double) { stack.place(event, at: y) }
}

extension StateMark {
    /// What it says, in parts that are better not broken.
    func statements(_ glyphs: GlyphTable) -> [String] {
        text(glyphs).string.split(separator: glyphs.separator).map(String.init)
    }
}
