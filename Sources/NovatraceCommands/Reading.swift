import Capture
import Correlation
import Glibc
import OpenStack
import Pipeline
import Rendering
import Trace

/// Reads the capture files that a command was given, with progress and warnings on standard error.
struct Reading {
    private let files: [String]
    private let options: PipelineOptions
    /// Messages that are kept of the trace; `nil` for as many as there is room for.
    private let keep: Int?
    /// Whether the times of files whose clocks differ are corrected.
    private let correctsClocks: Bool

    /// Without content: nothing of what messages carried is kept.
    init(_ input: InputOptions, _ secrets: SecretOptions, detail: OsloDecoder.Detail = .none) {
        self.init(
            files: input.files, detail: detail, showsSecrets: secrets.showSecrets,
            keep: input.keep, correctsClocks: !input.noClockCorrection)
    }

    /// As above, for a command that takes each file by itself.
    init(files: [String], _ secrets: SecretOptions) {
        self.init(files: files, detail: .none, showsSecrets: secrets.showSecrets)
    }

    init(_ input: InputOptions, _ content: ContentOptions) {
        self.init(
            files: input.files, detail: content.decoding, showsSecrets: content.secrets.showSecrets, keep: input.keep,
            correctsClocks: !input.noClockCorrection)
    }

    init(
        files: [String], detail: OsloDecoder.Detail, showsSecrets: Bool, contentLimit: Int = .max, keep: Int? = nil,
        correctsClocks: Bool = true
    ) {
        self.files = files
        var options = PipelineOptions(detail: detail)
        options.showsSecrets = showsSecrets
        options.contentLimit = contentLimit
        self.options = options
        self.keep = keep
        self.correctsClocks = correctsClocks
    }

    /// The whole trace.
    func trace(_ patience: Patience = Patience()) throws -> BusTrace {
        var builder = TraceBuilder(limits: .files(messages: keep), patience: patience)
        let (capture, naming) = try read(limits: .replay) { builder.add($0) }
        Self.returnFreeMemory()
        // What a closure has seen is not let go by consuming it: the trace would stand beside all that it is made of.
        var finished = TraceBuilder()
        swap(&finished, &builder)
        let trace = (consume finished).trace(capture: consume capture, naming: consume naming)
        Self.warn(of: trace.capture)
        return trace
    }

    /// Messages and calls as they are finished.
    ///
    /// - Returns: the trace without them: what was captured, and whose the connections are.
    func run(limits: CorrelationLimits, visit: (Correlator.Finished) -> Void) throws -> BusTrace {
        let (capture, naming) = try read(limits: limits, visit: visit)
        return TraceBuilder().trace(capture: consume capture, naming: consume naming)
    }

    private func read(
        limits: CorrelationLimits, visit: (Correlator.Finished) -> Void
    ) throws -> (capture: CaptureSummary, naming: ServiceNaming) {
        var progress = Progress()
        defer { progress.clear() }
        let clocks = try ClockSurvey(of: files) { progress.show(packets: $0) }
        let captures = try TracePipeline.files(files, corrections: clocks.corrections(applied: correctsClocks))
        var options = options
        options.limits = limits
        return try TracePipeline.run(
            over: captures, options, progress: { progress.show(packets: $0) }, visit: visit)
    }

    /// What reading alone needed lies in small pieces between others, and what is made of the rest needs large ones.
    private static func returnFreeMemory() {
        // The module does not show it.
        guard let trim = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
    }

    /// Says on standard error what the capture itself leaves open, for a result that has no place for it.
    static func note(_ capture: CaptureSummary) {
        for note in capture.qualityNotes { StandardError.say("note: \(note)") }
    }

    /// Says on standard error what a person must know beside the result.
    static func warn(of capture: CaptureSummary) {
        let kinds: Set<AnomalyKind> = [.captureDamaged, .traceAboveLimit]
        for anomaly in capture.anomalies where kinds.contains(anomaly.kind) {
            StandardError.say(anomaly.detail)
        }
    }
}
