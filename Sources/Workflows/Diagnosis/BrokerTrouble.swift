import Trace

extension Question {
    /// The broker refused or blocked, or a connection was lost.
    ///
    /// What a capture says of connections, gaps, one-sidedness and a start in mid-stream, bears on what may be called
    /// missing (`Coverage`) and proves none of these; where connections tell of their end, this is the place to ask.
    static let brokerTrouble = Question { _ in nil }
}
