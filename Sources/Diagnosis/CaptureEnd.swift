import Trace

extension Facts {
    /// How a file and a live capture end: that one ran on after its last packet, without another, a file does not tell.
    private func end(_ end: Timestamp) -> String {
        if let successor, end == captureEnd { return began(successor) }
        if let file = trace.fileEnding(at: end) { return "the last packet of \(file) came" }
        return trace.capture.endedAt == nil ? "the last packet came" : "the capture ended"
    }

    /// `until the last packet`, where it is the last of all.
    func until(_ end: Timestamp) -> String {
        if let successor, end == captureEnd { return "until \(began(successor))" }
        if let file = trace.fileEnding(at: end) { return "until the last packet of \(file)" }
        return trace.capture.endedAt == nil ? "until the last packet" : "until the capture ended"
    }

    /// `the delete of req-fa4bb784 began`.
    func began(_ successor: Operation.Successor) -> String {
        let request = successor.requestID.map { " (\($0))" } ?? ""
        return "a \(successor.kind.rawValue) of the server began\(request)"
    }

    /// `the capture ended`.
    var ending: String { successor.map(began) ?? "the capture ended" }

    var untilEnd: String { until(captureEnd) }

    /// `when the last packet came 6.3 s later`.
    func whenItEnded(after time: Timestamp, at end: Timestamp? = nil) -> String {
        let end = end ?? captureEnd
        let later = end - time
        return "when \(self.end(end)) " + (later < .milliseconds(50) ? "right after it" : "\(seconds(later)) later")
    }
}
