/// What comparing bounds, and by how much.
enum Limits {
    /// Cells of the table that an alignment fills, a bit each: 4 MB, two sequences of 5792 between what they have in common
    /// at their ends.
    static let alignmentCells = 1 << 25
    /// Packet numbers kept of a line.
    static let packetsPerLine = 16
}
