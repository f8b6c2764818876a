import Trace

/// A machine that lays the events of a diagram out in rows: columns and spans, no characters.
struct RowLayout {
    let columns: ColumnLayout
    let glyphs: GlyphTable
    let times: TimeColumn
    private(set) var rows: [DiagramRow] = []

    init(columns: ColumnLayout, glyphs: GlyphTable, times: TimeColumn) {
        self.columns = columns
        self.glyphs = glyphs
        self.times = times
    }

    /// The rows of the next event.
    mutating func rows(for event: SequenceEvent, after previous: Timestamp?) -> [DiagramRow] {
        rows.removeAll(keepingCapacity: true)
        let time = times.text(of: event.at, after: previous)
        switch event.content {
        case .arrow(let arrow): add(arrow, time: time)
        case .state(let mark):
            note(
                mark.text(glyphs), lane: mark.lane, symbol: mark.confirmation == .rejected ? .failed : .state,
                style: mark.style, time: time)
        case .giveUp(let giveUp):
            note(giveUp.text(glyphs), lane: giveUp.lane, symbol: .failed, style: .failure, time: time)
        case .standstill(let standstill):
            let words = [standstill.text, standstill.qualifier].compactMap { $0 }.joined(separator: " ")
            note(glyphs.text(words), lane: standstill.lane, symbol: .failed, style: .failure, time: time)
        case .pause(let length):
            rows.append(DiagramRow(time: glyphs.text(glyphs.duration(length)), lifelines: .paused))
        case .captureEnd:
            rows.append(DiagramRow(time: time, lifelines: .paused))
            text(glyphs.text("the capture ends here"), near: columns.left, style: .warning, onLastRow: true)
        }
        return rows
    }

    // MARK: Arrows

    private mutating func add(_ arrow: SequenceArrow, time: TerminalText) {
        let text = ArrowText(arrow, glyphs: glyphs)
        let place: Int
        if let from = arrow.from.map(columns.center(of:)) {
            place = sent(arrow, from: from, text, time)
        } else {
            place = stub(toward: arrow.to.map(columns.center(of:)), arrow, text, time)
        }
        for remark in text.remarks { self.text(remark, near: place, style: text.style) }
        for detail in text.detail { self.text(detail, near: place, style: .faint) }
    }

    /// An arrow whose sender is known; returns where text about it begins.
    private mutating func sent(_ arrow: SequenceArrow, from: Int, _ text: ArrowText, _ time: TerminalText) -> Int {
        let shape = ArrowShape(arrow.kind)
        let receivers = arrow.to.filter { $0 != arrow.from }.map(columns.center(of:))
        if receivers.isEmpty {
            if arrow.to.isEmpty {
                let missed = arrow.missed == arrow.from ? nil : arrow.missed.map(columns.center(of:))
                return lost(from: from, toward: missed, arrow, text, time)
            }
            return loop(at: from, shape, text, time)
        }
        var row = DiagramRow(time: time)
        let reach = [receivers.filter { $0 < from }.min(), receivers.filter { $0 > from }.max()].compactMap { $0 }
        for end in reach {
            row.pieces.append(.line(from: min(from, end), to: max(from, end), shape.line))
        }
        let longest = reach.max { abs($0 - from) < abs($1 - from) } ?? from
        let nearest = receivers.filter { ($0 < from) == (longest < from) }.min { abs($0 - from) < abs($1 - from) }
        let isPlaced = placed(
            text, from: from, end: reach.count > 1 || receivers.count > 1 ? nearest ?? longest : longest)
        if let isPlaced { row.pieces.append(isPlaced) }
        row.pieces.append(.glyph(reach.count > 1 ? .branch : longest > from ? .tailRight : .tailLeft, at: from, .plain))
        for receiver in receivers {
            let style: TextStyle = text.style == .failure ? .failure : .plain
            row.pieces.append(.glyph(.lifeline, at: receiver, .faint))
            row.pieces.append(
                .glyph(shape.head(toRight: receiver > from), at: receiver + (receiver > from ? -1 : 1), style))
        }
        let left = min(from, longest) + 2
        if isPlaced == nil { self.text(text.label, near: left, style: text.style) }
        rows.append(row)
        return left
    }

    /// The label on the line beside its tail, where there is room for it.
    private func placed(_ text: ArrowText, from: Int, end: Int) -> DiagramRow.Piece? {
        let label = TerminalText(" ") + text.label + TerminalText(" ")
        guard label.width + 2 <= abs(end - from) - 1 else { return nil }
        return .text(label, at: end > from ? from + 2 : from - 1 - label.width, text.style)
    }

    /// A message to itself: out and back.
    private mutating func loop(at column: Int, _ shape: ArrowShape, _ text: ArrowText, _ time: TerminalText) -> Int {
        let room = columns.width - column - 6
        var row = DiagramRow(time: time)
        row.pieces = [
            .glyph(.tailRight, at: column, .plain), .glyph(shape.line, at: column + 1, .plain),
            .glyph(shape.line, at: column + 2, .plain), .glyph(.loopTop, at: column + 3, .plain),
        ]
        if text.label.width <= room {
            row.pieces.append(.text(text.label, at: column + 5, text.style))
        } else {
            self.text(text.label, near: column + 2, style: text.style)
        }
        rows.append(row)
        rows.append(
            DiagramRow(pieces: [
                .glyph(shape.head(toRight: false), at: column + 1, .plain), .glyph(shape.line, at: column + 2, .plain),
                .glyph(.loopBottom, at: column + 3, .plain),
            ]))
        return column + 2
    }

    /// A message that nobody received: its arrow ends before the lane, or in the open.
    private mutating func lost(
        from: Int, toward missed: Int?, _ arrow: SequenceArrow, _ text: ArrowText, _ time: TerminalText
    ) -> Int {
        let whole = text.label.width + LabelNeeds.arrowRoom
        let (fitsRight, fitsLeft) = (columns.width - from > whole, from - whole >= columns.left)
        let hasRoomRight = from + LabelNeeds.arrowRoom < columns.width
        let toRight = missed.map { $0 > from } ?? (fitsRight || !fitsLeft && hasRoomRight)
        // Where the label stands in a line of its own a short arrow is enough: a long one would cross lanes for nothing.
        let wanted = fitsRight || fitsLeft ? whole : LabelNeeds.arrowRoom
        let beforeLane = missed.map { $0 + (toRight ? -LabelNeeds.lostRoom : LabelNeeds.lostRoom) }
        let end = beforeLane ?? columns.freeColumn(near: from + (toRight ? wanted : -wanted))
        let shape = ArrowShape(arrow.kind)
        var row = DiagramRow(time: time)
        row.pieces.append(.line(from: min(from, end), to: max(from, end), shape.line))
        let label = placed(text, from: from, end: end + (toRight ? 1 : -1))
        if let label { row.pieces.append(label) }
        row.pieces.append(.glyph(toRight ? .tailRight : .tailLeft, at: from, .plain))
        row.pieces.append(
            arrow.kind.expectsTaker
                ? .glyph(.lost, at: end, .failure) : .glyph(shape.head(toRight: toRight), at: end, .plain))
        let left = min(from, end) + 2
        if label == nil { self.text(text.label, near: left, style: text.style) }
        rows.append(row)
        return left
    }

    /// A message of which only the receivers are known, or nobody.
    private mutating func stub(
        toward receivers: [Int], _ arrow: SequenceArrow, _ text: ArrowText, _ time: TerminalText
    ) -> Int {
        let shape = ArrowShape(arrow.kind)
        var row = DiagramRow(time: time)
        guard let first = receivers.first, let last = receivers.last else {
            row.pieces.append(.glyph(.unknown, at: columns.left, .warning))
            rows.append(row)
            self.text(text.label, near: columns.left + 2, style: text.style, onLastRow: true)
            return columns.left + 2
        }
        let wanted = text.label.width + LabelNeeds.arrowRoom
        let fromRight = first - wanted < columns.timeWidth + 2
        let start = columns.freeColumn(near: fromRight ? last + wanted : first - wanted)
        row.pieces.append(
            .line(from: min(start, first), to: max(start, last), shape.line))
        let label = placed(text, from: start, end: fromRight ? last : first)
        if let label { row.pieces.append(label) }
        row.pieces.append(.glyph(.unknown, at: start, .warning))
        for receiver in receivers {
            row.pieces.append(.glyph(.lifeline, at: receiver, .faint))
            row.pieces.append(.glyph(shape.head(toRight: !fromRight), at: receiver + (fromRight ? 1 : -1), .plain))
        }
        if label == nil { self.text(text.label, near: min(start, first) + 2, style: text.style) }
        rows.append(row)
        return min(start, first) + 2
    }

    // MARK: Text

    /// A symbol on a lane with its text beside it: right of it where it fits, else left, else in lines of their own.
    private mutating func note(
        _ text: TerminalText, lane: Int?, symbol: Glyph, style: TextStyle, time: TerminalText
    ) {
        let column = lane.map(columns.center(of:)) ?? columns.left - 2
        var row = DiagramRow(time: time, pieces: [.glyph(symbol, at: column, style)])
        if column + 2 + text.width <= columns.width {
            row.pieces.append(.text(text, at: column + 2, style))
        } else if column - 2 - text.width >= columns.timeWidth + 2 {
            row.pieces.append(.text(text, at: column - 1 - text.width, style))
        } else {
            rows.append(row)
            self.text(text, near: column + 2, style: style)
            return
        }
        rows.append(row)
    }

    /// Lines of text from a column on; further left where that keeps them whole, wrapped where nothing does.
    private mutating func text(
        _ text: TerminalText, near column: Int, style: TextStyle, onLastRow: Bool = false
    ) {
        let left = min(columns.left, max(0, columns.width - 20))
        let start = max(left, min(column, columns.width - min(text.width, columns.width)))
        let lines = text.wrapped(to: columns.width - start)
        for (index, line) in lines.enumerated() {
            if index == 0, onLastRow, !rows.isEmpty {
                rows[rows.count - 1].pieces.append(.text(line, at: start, style))
            } else {
                rows.append(DiagramRow(pieces: [.text(line, at: start, style)]))
            }
        }
    }
}

/// A value: the glyphs of a kind of message.
private struct ArrowShape {
    let line: Glyph
    private let right: Glyph
    private let left: Glyph

    init(_ kind: Message.Kind) {
        switch kind {
        case .call:
            (line, right, left) = (.line, .callRight, .callLeft)
        case .cast, .fanout, .notification, .opaque:
            (line, right, left) = (.line, .castRight, .castLeft)
        case .reply, .heartbeat:
            (line, right, left) = (.dashes, .answerRight, .answerLeft)
        }
    }

    func head(toRight: Bool) -> Glyph { toRight ? right : left }
}

/// A value: how times are written.
struct TimeColumn {
    let style: DiagramOptions.TimeStyle
    let start: Timestamp
    let glyphs: GlyphTable

    func text(of time: Timestamp, after previous: Timestamp?) -> TerminalText {
        switch style {
        case .relative: TerminalText(glyphs.seconds(time - start))
        case .delta: TerminalText("+" + glyphs.seconds(time - (previous ?? time)))
        case .clock: TerminalText(String(time.clock.dropLast(3)))
        }
    }

    /// What stands above the times: the date, where they are times of day.
    var heading: TerminalText? { style == .clock ? TerminalText(start.calendarDate) : nil }

    /// Cells for the widest time of a diagram.
    func width(for events: [SequenceEvent]) -> Int {
        var (width, previous): (Int, Timestamp?) = (max(9, heading?.width ?? 0), nil)
        for event in events {
            if case .pause(let length) = event.content {
                width = max(width, DisplayWidth.of(glyphs.duration(length)))
            } else {
                width = max(width, text(of: event.at, after: previous).width)
                previous = event.at
            }
        }
        return width
    }
}
