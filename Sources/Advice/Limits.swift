/// What is bounded when advice is given, and by how much.
enum Limits {
    /// Pieces of advice on one operation: more would not be read at night.
    static let advice = 5
}
