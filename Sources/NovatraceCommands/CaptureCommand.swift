import ArgumentParser
import Capture
import LocalMachine
import Correlation
import Pipeline
import Rendering
import Trace

/// `novatrace capture`: the bus as it happens, and the diagrams at the end.
struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Watch the bus on an interface: a line a message, diagrams at the end.",
        discussion: """
            Prints each message as it is understood, until Ctrl-C, --for or --count end it; then the diagrams of the boots \
            that were seen, and on standard error what was captured and what was lost. Capturing needs root, or \
            sudo setcap cap_net_raw,cap_setpcap=ep on the program; all rights are given up once the interfaces and the \
            folder of -w are open, and what is read from the wire is read without them. Files belong to who ran sudo, \
            or to --user; without either to who runs novatrace.

            EXAMPLES
              sudo novatrace capture
              sudo novatrace capture -i eth0 -i lo -w boot.pcapng
              sudo novatrace capture -i any --port 5672 --port 5673 --instance vm-ok
              sudo novatrace capture --problems --for 1h
              sudo novatrace capture --format jsonl | jq -c 'select(.outcome == "error")'
            """)

    @OptionGroup(title: "Capture") var capture: CaptureOptions
    @OptionGroup(title: "Write") var writing: WritingOptions
    @OptionGroup(title: "Keep") var keeping: KeepingOptions
    @OptionGroup(title: "Select") var select: SelectionOptions
    @OptionGroup(title: "Judge") var judge: JudgingOptions
    @OptionGroup(title: "Show") var display: DisplayOptions
    @OptionGroup(title: "Contents") var content: ContentOptions

    @Option(help: "What is written: text, or one of export's formats; jsonl writes while it goes on.")
    var format = "text"

    func run() throws {
        guard let format = Formats.named(format) else {
            throw CommandFailure(
                .usage,
                "unknown format '\(format)'; formats are \(Formats.all.map(\.name).joined(separator: ", "))")
        }
        guard !format.isBinary else {
            throw CommandFailure(
                .usage, "packets are written while they are captured with -w; \(format.name) is for 'novatrace export'")
        }
        let identity = try CaptureIdentity(named: capture.user)
        let live = try LiveCapture(interfaces: chosenInterfaces(), options: capture.liveOptions)
        let processes = LocalProcesses(as: identity.user, isSandboxed: capture.sandbox)
        let folder = try writing.folder(of: identity, isSandboxed: capture.sandbox)
        let recorder = try writing.recorder(of: live, capture, in: folder)
        try Confinement.enterCapture(
            as: identity, writingIn: folder?.descriptor,
            helpers: [processes.helper, folder?.helper].compactMap { $0 }, isSandboxed: capture.sandbox)
        EndSignals.block()
        let output: ResultOutput = writing.takesStandardOutput ? .error : .standard
        try LiveSession(live, recorder, processes, try plan(format), output: output).run()
    }

    /// The interfaces that were given, else the one that carries the bus, which is then said.
    private func chosenInterfaces() throws -> [String] {
        guard capture.interface.isEmpty else { return capture.interface }
        let choice = BusInterface.choose(ports: capture.ports, interfaces: try InterfaceList.all())
        StandardError.say("capturing on \(choice.name): \(choice.reason)")
        return [choice.name]
    }

    private func plan(_ format: Format) throws -> LiveSession.Plan {
        let isBounded = display.width != nil || Terminal.width != nil
        let now = Clock.realtime
        var summary = CaptureSummary()
        summary.sources = [CaptureSource(path: "", linkType: "")]
        summary.sources[0].first = now
        summary.sources[0].last = now + .seconds(86400)
        var selection = try select.selection(in: summary)
        selection.problemsOnly = select.problems
        var options = PipelineOptions(detail: content.decoding, limits: keeping.limits)
        options.showsSecrets = content.secrets.showSecrets
        options.network = keeping.network
        options.ports = capture.ports
        options.patience = judge.patience
        return LiveSession.Plan(
            format: format, display: display.diagramOptions(detail: content.detail, all: select.all),
            isBounded: isBounded, pipeline: options, retention: keeping.retention, selection: selection,
            showsBackground: select.all)
    }
}
