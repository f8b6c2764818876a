import Trace

extension SVGRowLayout {
    /// Of an arrow that leads nowhere or comes from nowhere.
    private static let stub = 56.0
    /// What an arrow that nobody took leaves free before the lane.
    static let lostRoom = 24.0

    mutating func addArrow(_ arrow: SequenceArrow, to row: inout SVGRow) {
        let text = ArrowText(arrow, glyphs: glyphs)
        row.style = text.style
        if arrow.kind == .call, let event = row.event, let lane = arrow.to.first { begin(event, lane: lane) }
        let reach = reach(of: arrow)
        row.height = 3
        let near = label(text.label.string, SVGTextStyle(labelOf: arrow), reach, in: &row)
        // A ring or a cross reaches farther up than a head.
        let isTall = arrow.from == nil || arrow.to.isEmpty
        row.y = row.top + row.height + (isTall ? 7 : 4)
        row.height = row.y - row.top + (arrow.from == nil ? 10 : 5)
        draw(arrow, reach, in: &row)
        if let event = row.event { place(event, at: row.y) }
        for remark in text.remarks { write(remark.string, .remark, near: near, in: &row, from: row.height) }
        let details = text.detail.flatMap { detail in
            SVGTextStyle.detail.font.lines(of: detail.string, within: columns.right - columns.left)
        }
        let widest = details.map(SVGTextStyle.detail.font.width(of:)).max() ?? 0
        let left = max(columns.left, min(near, columns.right - widest))
        for line in bounded(details) { write(line, .detail, near: left, in: &row, from: row.height - 2) }
        if !text.remarks.isEmpty || !details.isEmpty { row.height += 5 }
    }

    /// A value: from where to where an arrow is drawn.
    struct Reach {
        var start: Double
        /// The farthest end to the left, and to the right.
        var ends: [Double]
        /// Of the label.
        var toRight: Bool
    }

    private func reach(of arrow: SequenceArrow) -> Reach {
        guard let from = arrow.from else {
            guard let first = arrow.to.first else {
                return Reach(start: columns.left + 8, ends: [], toRight: true)
            }
            let start = columns.center(of: first) - stack.reach(first, toRight: false) - Self.stub
            return Reach(start: start, ends: [edge(arrow.to.last ?? first, from: start)], toRight: true)
        }
        let center = columns.center(of: from)
        let others = arrow.to.filter { $0 != from }
        if others.isEmpty, !arrow.to.isEmpty {
            return Reach(start: center + stack.reach(from, toRight: true), ends: [], toRight: true)
        }
        var ends = [others.filter { $0 < from }.min(), others.filter { $0 > from }.max()].compactMap { $0 }
            .map { edge($0, from: center) }
        if others.isEmpty { ends = [lostEnd(of: arrow, from: from, center)] }
        let longest = ends.max { abs($0 - center) < abs($1 - center) } ?? center
        let toRight = longest > center
        let start = ends.count > 1 ? center : center + (toRight ? 1 : -1) * stack.reach(from, toRight: toRight)
        return Reach(start: start, ends: ends, toRight: toRight)
    }

    /// Where an arrow from there touches a lane or the bars on it.
    private func edge(_ lane: Int, from start: Double) -> Double {
        let center = columns.center(of: lane)
        let toRight = center < start
        return center + (toRight ? 1 : -1) * stack.reach(lane, toRight: toRight)
    }

    private func lostEnd(of arrow: SequenceArrow, from: Int, _ center: Double) -> Double {
        if let missed = arrow.missed, missed != from {
            let lane = columns.center(of: missed)
            return lane + (lane > center ? -Self.lostRoom : Self.lostRoom)
        }
        let width = SVGTextStyle(labelOf: arrow).font.width(of: ArrowText(arrow, glyphs: glyphs).label.string)
        let fitsRight = center + max(12 + Self.stub, 8 + width) <= columns.right
        return center + (fitsRight ? 12 + Self.stub : -12 - Self.stub)
    }

    /// The label above the line, beginning at its tail; returns where text about the arrow begins.
    private mutating func label(_ text: String, _ style: SVGTextStyle, _ reach: Reach, in row: inout SVGRow) -> Double {
        let font = style.font
        let lines = bounded(font.lines(of: text, within: min(560, columns.right - columns.left)))
        let width = lines.map(font.width(of:)).max() ?? 0
        let tail = reach.start + (reach.toRight ? 8 : -8)
        // Back from where it would leave the drawing.
        let left =
            reach.toRight
            ? max(columns.left, min(tail, columns.right - width)) : max(columns.left, tail - width)
        let isAtEnd = !reach.toRight && left == tail - width
        for line in lines {
            row.height += style.leading
            row.texts.append(
                PlacedText(
                    x: isAtEnd ? tail : left, y: row.top + row.height - 2, text: line, style: style,
                    anchor: isAtEnd ? .end : .start))
        }
        return reach.ends.first.map { min($0, reach.start) + 8 } ?? left
    }

    private func draw(_ arrow: SequenceArrow, _ reach: Reach, in row: inout SVGRow) {
        let y = row.y
        let isFilled = arrow.kind == .call
        guard !reach.ends.isEmpty else {
            if arrow.from == nil {
                row.shapes.append(.unknown(x: reach.start, y: y))
            } else {
                row.shapes.append(.loop(x: reach.start, y: y, back: y + 12))
                row.shapes.append(.head(x: reach.start, y: y + 12, toRight: false, isFilled: isFilled))
                row.height += 12
            }
            return
        }
        for end in reach.ends { row.shapes.append(.line(from: reach.start, to: end, y: y)) }
        if arrow.from == nil { row.shapes.append(.unknown(x: reach.start, y: y)) }
        if arrow.kind == .fanout, arrow.from != nil { row.shapes.append(.origin(x: reach.start, y: y)) }
        let receivers = arrow.to.filter { $0 != arrow.from }
        for lane in receivers {
            let x = edge(lane, from: reach.start)
            row.shapes.append(.head(x: x, y: y, toRight: x > reach.start, isFilled: isFilled))
        }
        guard receivers.isEmpty, let end = reach.ends.first else { return }
        row.shapes.append(
            arrow.kind.expectsTaker
                ? .cross(x: end, y: y) : .head(x: end, y: y, toRight: end > reach.start, isFilled: false))
    }
}
