import Capture
import Correlation
import OpenStack
import Trace

/// A machine that is the whole flow while a capture goes on: packets → what has just become clear, and a trace at the end.
///
/// It runs on packet time. Where no packets come, whoever owns a clock says how late it is with `advance`.
package struct LivePipeline {
    private var pipeline: TracePipeline
    private var feed = LiveFeed()
    private var names = LiveNames()
    private var builder = TraceBuilder()
    private var now: Timestamp?

    package init(detail: OsloDecoder.Detail = .none, showsSecrets: Bool = false, limits: CorrelationLimits) {
        var limits = limits
        limits.notesChanges = true
        pipeline = TracePipeline(detail: detail, showsSecrets: showsSecrets, limits: limits)
    }

    /// Takes a packet, and tells what became clear until then.
    package mutating func receive(_ bytes: RawSpan, header: PacketHeader, _ tell: (BusEvent) -> Void) {
        advance(to: header.stamp.time, tell)
        pipeline.receive(bytes, header: header)
        let time = now ?? header.stamp.time
        Self.tellChanges(&pipeline, &feed, &names, at: time, tell)
        expire(at: time, tell)
    }

    /// It is as late as `time`: tells what that makes clear.
    package mutating func advance(to time: Timestamp, _ tell: (BusEvent) -> Void) {
        let time = max(now ?? time, time)
        now = time
        Self.advance(&feed, &names, pipeline.correlator, to: time, tell)
    }

    /// Ends the capture: tells what is left, and gives the trace of what was kept.
    package mutating func finish(
        _ sources: [CaptureSource], _ tell: (BusEvent) -> Void
    ) -> (trace: BusTrace, openCalls: Int) {
        var left: [Correlator.Finished] = []
        let (capture, naming) = pipeline.finish(sources, []) { left.append($0) }
        let time = now ?? Timestamp(nanoseconds: 0)
        Self.tellChanges(&pipeline, &feed, &names, at: time, tell)
        for finished in left { builder.add(finished) }
        let trace = builder.trace(capture: capture, naming: naming)
        return (trace, trace.calls.count { $0.outcome == .unanswered })
    }

    /// Calls whose answer is still waited for.
    package var openCalls: Int { now.map { pipeline.correlator.openCalls(at: $0) } ?? 0 }

    // MARK: Stages, side by side

    private static func tellChanges(
        _ pipeline: inout TracePipeline, _ feed: inout LiveFeed, _ names: inout LiveNames, at time: Timestamp,
        _ tell: (BusEvent) -> Void
    ) {
        pipeline.visitChanges { correlator, message in
            feed.changed(message, in: correlator, at: time) { event in
                tell(names.named(event, from: correlator.naming))
            }
        }
    }

    private static func advance(
        _ feed: inout LiveFeed, _ names: inout LiveNames, _ correlator: borrowing Correlator, to time: Timestamp,
        _ tell: (BusEvent) -> Void
    ) {
        guard feed.isDue(at: time) else { return }
        feed.advance(to: time, in: correlator) { event in tell(names.named(event, from: correlator.naming)) }
    }

    private mutating func expire(at time: Timestamp, _ tell: (BusEvent) -> Void) {
        var ended: [Correlator.Finished] = []
        pipeline.expire { ended.append($0) }
        for finished in ended {
            if case .message(let message) = finished {
                Self.tellEnd(of: message, &feed, &names, pipeline.correlator, tell)
            }
            builder.add(finished)
        }
    }

    private static func tellEnd(
        of message: Message, _ feed: inout LiveFeed, _ names: inout LiveNames, _ correlator: borrowing Correlator,
        _ tell: (BusEvent) -> Void
    ) {
        feed.ended(message, in: correlator) { event in tell(names.named(event, from: correlator.naming)) }
    }
}
