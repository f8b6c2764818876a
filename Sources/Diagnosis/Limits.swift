/// What is bounded when operations are judged, and by how much.
enum Limits {
    /// Names of one kind in a sentence; of more it is said how many there are.
    static let namesInSentence = 16
}
