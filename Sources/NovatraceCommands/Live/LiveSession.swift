import Capture
import Correlation
import Glibc
import Network
import OpenStack
import Pipeline
import Rendering
import Synchronization
import Trace

/// A machine that runs a live capture from its first packet to its report.
///
/// ```
/// capture thread ─▶ batches ─▶ this thread: pipeline, events ─▶ lines ─▶ output thread
///                      └─────▶ writing thread ─▶ capture file
/// ```
/// The capture thread waits for nobody. This thread waits for packets only.
final class LiveSession {
    struct Plan {
        var format: Format
        var display: DiagramOptions
        var isBounded: Bool
        var pipeline: PipelineOptions
        var retention: RetentionLimits
        var selection: Selection
        var showsBackground: Bool
    }

    private let capture: LiveCapture
    private let recorder: PacketRecorder?
    private let plan: Plan
    private let result: ResultOutput
    private let reader: LiveCapture.Reader
    private let output: LiveOutput
    private let reason = EndReason()
    private let lines = LineBuffer()
    private var renderer: (any LiveRenderer)?
    private var pipeline: LivePipeline
    private var selection: LiveSelection
    private var processes: LocalProcesses
    private var counts = LiveCounts()
    private var droppedNoted = 0
    private var faults = LiveFaults()
    private let started = Clock.monotonic
    /// In packet time; `nil` where no packet came.
    private var endedAt: Timestamp?

    init(
        _ capture: LiveCapture, _ recorder: PacketRecorder?, _ processes: LocalProcesses, _ plan: Plan,
        output: ResultOutput
    ) {
        self.processes = processes
        self.capture = capture
        self.recorder = recorder
        self.plan = plan
        result = output
        reader = capture.reader()
        let (reason, lines) = (reason, lines)
        self.output = LiveOutput(output) {
            reason.set("its output could not be written")
            capture.stop()
        }
        let renderer = plan.format.live?(plan.display, plan.isBounded) { lines.append($0) }
        self.renderer = renderer
        pipeline = LivePipeline(
            plan.pipeline, retention: plan.retention, tellsCompletion: renderer?.tellsCompletion ?? false)
        selection = LiveSelection(plan.selection, showsBackground: plan.showsBackground)
    }

    /// Captures until something ends it; then writes the rest, and the report to standard error.
    func run() throws {
        let (capture, recorder, reason, output) = (capture, recorder, reason, output)
        _ = try EndSignals(
            first: { signal in
                reason.set(signal)
                capture.stop()
            },
            second: {
                recorder?.hold()
                _exit(130)
            })
        try output.start()
        try recorder?.start { loss in
            output.say("\(loss.cause): packets are lost to the file, capturing goes on")
        }
        processes.start()
        try capture.start()
        follow()
        capture.join()
        recorder?.finish(capture.statistics)
        try end()
    }

    // MARK: While it goes on

    private static let statusInterval: Nanoseconds = .milliseconds(500)
    /// The kernel may hold a packet back for a while: only what is older than this is surely past.
    private static let slack: Nanoseconds = .milliseconds(300)

    /// For how long after the end of the capture what waits to be read is still read.
    private static let timeAfterEnd: Nanoseconds = .seconds(10)

    private func follow() {
        var shown = started
        var lastPacket = started
        var lastTime: Timestamp?
        var ended: Nanoseconds?
        while true {
            let next = reader.next(within: 100)
            let now = Clock.monotonic
            if ended == nil, capture.hasEnded { ended = now }
            switch next {
            case .element(let batch):
                guard ended.map({ now - $0 < Self.timeAfterEnd }) ?? true else {
                    reader.skip(batch)
                    continue
                }
                lastPacket = now
                batch.forEach { header, bytes in
                    pipeline.receive(bytes, header: header) { tell($0) }
                    lastTime = max(lastTime ?? header.stamp.time, header.stamp.time)
                }
            case .timeout:
                // Counted on from the last packet: the wall clock may be set meanwhile.
                let quiet = now - lastPacket
                if let lastTime, quiet > Self.slack {
                    pipeline.advance(to: lastTime + (quiet - Self.slack)) { tell($0) }
                }
            case .closed:
                // Counted on as above; what came last may be a little older than when it was read.
                endedAt = lastTime.map { $0 + max(0, (ended ?? Clock.monotonic) - lastPacket) }
                if capture.timeIsOver { reason.set("the time is over") }
                return handOnLines()
            }
            handOnLines()
            tellFaults()
            noteDrops()
            nameProcesses()
            if now - shown >= Self.statusInterval {
                if StandardError.isTerminal { output.show(status: counts.status(now - shown, capture, pipeline)) }
                shown = now
            }
        }
    }

    /// Says what goes wrong, while the rest goes on.
    private func tellFaults() {
        for sentence in faults.news(capture, reader, &processes, plan.display) { output.say(sentence) }
    }

    /// What the kernel dropped was not seen, and says nothing.
    private func noteDrops() {
        let dropped = capture.statistics.total(of: \.droppedByKernel)
        if dropped > droppedNoted { pipeline.lostPackets() }
        droppedNoted = dropped
    }

    private func nameProcesses() {
        processes.ask(about: pipeline.takeFoundConnections())
        for answer in processes.answers() { pipeline.belongs(answer.connection, to: answer.process) }
    }

    private func tell(_ event: BusEvent) {
        let isWanted = selection.wants(event)
        for remark in selection.takeRemarks() { output.say(remark) }
        guard renderer != nil, isWanted else { return }
        renderer?.write(event)
        lines.count += 1
    }

    private func handOnLines() {
        guard lines.count > 0 else { return }
        renderer?.flush()
        let (bytes, count) = lines.take()
        output.write(bytes, count: count)
    }

    // MARK: At the end

    private func end() throws {
        tellFaults()
        processes.close()
        var (trace, origin) = pipeline.finish(capture.sources, at: endedAt) { tell($0) }
        handOnLines()
        let report = report(trace)
        do {
            try output.finish()
            try write(&trace, origin)
        } catch {
            report.write { StandardError.write($0) }
            throw error
        }
        report.write { StandardError.write($0) }
        if let recorder, recorder.loss != nil || recorder.missedPackets > 0 {
            throw CommandFailure(.outputFailed, "not all packets were written")
        }
        if hasNothingLeft { throw CommandFailure(.noSuchFile, "nothing was left to capture on") }
    }

    private func write(_ trace: inout BusTrace, _ origin: TraceOrigin) throws {
        let messages = plan.selection.selectsMessages ? plan.selection.messages(of: trace) : nil
        let operations = plan.selection.apply(to: &trace)
        if renderer != nil {
            renderer?.end(trace, operations: operations, messages: messages, origin: origin)
            try result.write(lines.take().0)
        } else {
            let extract = TraceExtract(
                trace, operations: operations, messages: messages, options: plan.display,
                command: CommandText.ofProcess)
            try result.collect { try plan.format.renderer.render(extract, to: $0) }
        }
    }

    /// Whether it ended because every interface is gone.
    private var hasNothingLeft: Bool { reason.text == nil && capture.endings.count == capture.names.count }

    private func report(_ trace: BusTrace) -> LiveReport {
        var display = plan.display
        display.color = false
        var report = LiveReport(
            options: display,
            reason: reason.text
                ?? (hasNothingLeft ? "nothing left to capture on" : "as many packets as were wanted"),
            lasted: Clock.monotonic - started)
        report.interfaces = zip(capture.names, capture.statistics).map { name, counts in
            LiveReport.Interface(
                name: name, received: counts.received, droppedByKernel: counts.droppedByKernel,
                droppedByInterface: counts.droppedByInterface)
        }
        report.messages = pipeline.messagesSeen
        report.calls = trace.calls.count
        report.openCalls = trace.calls.count { $0.outcome == .unanswered }
        report.connections = trace.capture.connections
        report.losses += trace.capture.networkNotes
        report.losses += LiveFaults.downtimes(capture, until: Clock.monotonic, display) + faults.lookup
        report.losses += evictions(pipeline.evictions)
        if let recorder {
            (report.files, report.written) = (recorder.files, recorder.packets)
            if let loss = recorder.loss { report.losses.append(loss.description) }
            if recorder.missedPackets > 0 {
                report.losses.append("\(recorder.missedPackets) packets were not written: the disk was too slow")
            }
        }
        if capture.cutPackets > 0 {
            report.losses.append(
                "\(capture.cutPackets) packets were longer than what is kept of one (--snaplen): their messages are cut"
            )
        }
        if reader.missedPackets > 0 {
            report.losses.append("\(reader.missedPackets) packets were captured but not read: novatrace fell behind")
        }
        if output.lostLines > 0 {
            report.losses.append("\(output.lostLines) lines were not shown: the terminal or pipe was too slow")
        }
        return report
    }
}

/// A machine that keeps the first reason for which a capture ended.
private final class EndReason: Sendable {
    private let reason = Mutex<String?>(nil)

    func set(_ text: String) { reason.withLock { $0 = $0 ?? text } }
    var text: String? { reason.withLock { $0 } }
}

/// Lines that wait to be handed on.
private final class LineBuffer {
    private var bytes: [UInt8] = []
    var count = 0

    func append(_ chunk: [UInt8]) { bytes += chunk }

    func take() -> ([UInt8], Int) {
        defer { (bytes, count) = ([], 0) }
        return (bytes, count)
    }
}

/// Clocks of the system; the pipeline has none.
enum Clock {
    static var monotonic: Nanoseconds { read(CLOCK_MONOTONIC) }
    static var realtime: Timestamp { Timestamp(nanoseconds: 0) + read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Nanoseconds {
        var now = timespec()
        clock_gettime(clock, &now)
        return .seconds(Int64(now.tv_sec)) + Nanoseconds(Int64(now.tv_nsec))
    }
}
