import Trace

extension ColumnLayout {
    /// The diagram and its lanes in the given width: lanes keep their names where they can, else the names wrap, else
    /// hosts of a service share a lane, else lanes are letters with a legend, else the quietest lanes share one.
    static func fitting(
        _ diagram: SequenceDiagram, width: Int, timeWidth: Int, glyphs: GlyphTable
    ) -> (diagram: SequenceDiagram, columns: ColumnLayout) {
        let attempts = [diagram, diagram.mergingHosts()].compactMap { $0 }
        for attempt in attempts {
            let needs = LabelNeeds(attempt, glyphs: glyphs)
            for limit in [Int.max, 12, 9] {
                let headings = attempt.lanes.map { heading($0, wrappedTo: limit, glyphs) }
                if let columns = ColumnLayout(
                    width: width, timeWidth: timeWidth, headings: headings, needs: needs,
                    smallestGap: smallestGap)
                {
                    return (attempt, columns)
                }
            }
        }
        return lettered(attempts.last ?? diagram, width: width, timeWidth: timeWidth, glyphs: glyphs)
    }

    private static let smallestGap = 10
    private static let smallestLetteredGap = 6

    private static func lettered(
        _ diagram: SequenceDiagram, width: Int, timeWidth: Int, glyphs: GlyphTable
    ) -> (diagram: SequenceDiagram, columns: ColumnLayout) {
        let room = max(2, (width - timeWidth - 8) / smallestLetteredGap)
        let diagram = diagram.lanes.count > room ? diagram.mergingQuietLanes(keeping: room) : diagram
        let headings = diagram.lanes.indices.map { [TerminalText(letters($0))] }
        let legend = diagram.lanes.enumerated().map { index, lane in
            glyphs.text("\(letters(index)) = \(lane.name)")
        }
        let needs = LabelNeeds(diagram, glyphs: glyphs)
        let columns =
            ColumnLayout(
                width: width, timeWidth: timeWidth, headings: headings, needs: needs, legend: legend,
                smallestGap: smallestLetteredGap)
            ?? ColumnLayout(width: width, timeWidth: timeWidth)
        return (diagram, columns)
    }

    /// No lanes at all.
    init(width: Int, timeWidth: Int) {
        self.width = width
        self.timeWidth = timeWidth
    }

    /// `A` to `Z`, then `AA`, as columns of a sheet are named.
    static func letters(_ index: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(0x41 + index % 26)))
        return index < 26 ? letter : letters(index / 26 - 1) + letter
    }

    private static func heading(_ lane: Lane, wrappedTo limit: Int, _ glyphs: GlyphTable) -> [TerminalText] {
        [lane.title, lane.subtitle].compactMap { $0 }.flatMap { glyphs.text($0).wrapped(to: min(limit, 30)) }
    }
}
