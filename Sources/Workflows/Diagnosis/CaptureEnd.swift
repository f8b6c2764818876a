import Trace

extension Facts {
    /// How a file and a live capture end: that one ran on after its last packet, without another, a file does not tell.
    private var end: String { trace.capture.endedAt == nil ? "the last packet came" : "the capture ended" }
    var untilEnd: String { trace.capture.endedAt == nil ? "until the last packet" : "until the capture ended" }

    /// `when the last packet came 6.3 s later`.
    func whenItEnded(after time: Timestamp) -> String {
        let later = captureEnd - time
        return "when \(end) " + (later < .milliseconds(50) ? "right after it" : "\(seconds(later)) later")
    }
}
