import Capture
import Pipeline
import Trace

/// A machine that counts what went by, for the status line and the report.
struct LiveCounts {
    private var messagesAtLastStatus = 0

    /// One line: messages, rate, open calls, drops.
    mutating func status(_ interval: Nanoseconds, _ capture: LiveCapture, _ pipeline: borrowing LivePipeline) -> String
    {
        let messages = pipeline.messagesSeen
        let rate = Double(messages - messagesAtLastStatus) / max(interval.seconds, 0.001)
        messagesAtLastStatus = messages
        let dropped = capture.statistics.total(of: \.droppedByKernel)
        return "\(messages) messages, \(Int(saturating: rate))/s, \(pipeline.openCalls) calls open, "
            + "\(dropped) packets dropped by the kernel"
    }
}
