/// A machine that sees to it that drawings stay such as can be drawn and looked at.
struct DrawingExtent {
    private var arrowEnds = 0

    /// - Throws: `tooMuch` where a diagram has too many lanes, or all of them together too many ends of arrows.
    mutating func add(_ diagram: SequenceDiagram, format: String) throws(RenderingFailure) {
        guard diagram.lanes.count <= Limits.lanes else {
            throw .tooMuch(diagram.lanes.count, "lanes", limit: Limits.lanes, format: format)
        }
        for arrow in diagram.arrows { arrowEnds += arrow.to.count }
        guard arrowEnds <= Limits.arrowEnds else {
            throw .tooMuch(arrowEnds, "ends of arrows", limit: Limits.arrowEnds, format: format)
        }
    }
}
