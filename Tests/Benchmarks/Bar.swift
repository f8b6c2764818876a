import Glibc

/// A value: one row of the cost budget: what was measured, what it must not exceed, and what is aimed at.
struct Bar {
    /// On which side of a bar a figure has to be.
    enum Side {
        case atMost
        case atLeast
    }

    let what: String
    /// `nil` where it was not measured.
    let figure: Double?
    let side: Side
    let first: Double
    let goal: Double
    let unit: String
    var digits = 1

    var isMissed: Bool { figure.map { !meets($0, first) } ?? false }

    var verdict: String {
        guard let figure else { return "not measured" }
        return meets(figure, goal) ? "goal met" : meets(figure, first) ? "first bar met" : "MISSED"
    }

    private func meets(_ figure: Double, _ bar: Double) -> Bool {
        side == .atMost ? figure <= bar : figure >= bar
    }

    var cells: [String] {
        let sign = side == .atMost ? "≤ " : "≥ "
        return [
            what, figure.map { text($0) + unit } ?? "–", sign + text(first) + unit, sign + text(goal) + unit, verdict,
        ]
    }

    private func text(_ value: Double) -> String {
        value.rounded() == value && value.magnitude < 1e6 ? String(Int(value)) : decimal(value, digits)
    }
}

/// A number with so many digits behind the point.
func decimal(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "–" }
    guard value >= 0 else { return "-" + decimal(-value, digits) }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((value * scale).rounded())
    guard digits > 0 else { return String(scaled) }
    let fraction = String(scaled % Int(scale))
    return "\(scaled / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
}

/// Prints rows in columns.
func printTable(_ rows: [[String]]) {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
        let cells = row.enumerated().map { column, cell in
            cell + String(repeating: " ", count: widths[column] - cell.count)
        }
        print(cells.joined(separator: "  "))
    }
    // So that a long run shows how far it is, in a pipe too.
    fflush(nil)
}
