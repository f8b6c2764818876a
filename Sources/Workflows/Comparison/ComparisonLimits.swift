/// What comparing bounds, and by how much.
enum ComparisonLimits {
    /// Cells of the table that an alignment fills, a bit each: 8 MB, two sequences of 8192 that have nothing in common.
    static let alignmentCells = 1 << 26
    /// Packet numbers kept of a line.
    static let packetsPerLine = 16
}
