import ArgumentParser
import Comparison
import Rendering
import Trace

/// `novatrace compare`: two boots side by side.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Hold a boot that went wrong against one that went well, step by step.",
        discussion: """
            Says where the two part, what is missing, extra or slower, and by how much. Hosts, ids and addresses do not \
            matter: a build on one host is compared with a build on another. Taken from GOOD is the first boot that \
            completed, from BAD the first that did not, else the first; --good and --bad choose others. With one file, \
            both are taken from it. Which two were compared is always said. A name, or the beginning of a uuid, that fits \
            several instances chooses none: their uuids are said (status 64).

            Two times differ when the longer is more than --tolerance times the shorter and more than --slack longer: the \
            latency of calls, the time in a queue, between messages, between steps, in each state, and of the whole. Too \
            fast is a difference like too slow. Messages that only stand in another order are told and are none.

            EXAMPLES
              novatrace compare yesterday.pcap today.pcap
              novatrace compare day.pcap --good vm-ok --bad vm-bad
              novatrace compare before.pcap after.pcap --tolerance 5 --slack 2s
              novatrace compare day.pcap --kind resize --good req-3b42 --bad req-28da
              novatrace compare good.pcap bad.pcap --format json | jq .parting

            EXIT STATUS
              0 they agree; 1 they differ; 2 a file holds no such boot; else as for all.
            """)

    enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Argument(
        help: ArgumentHelp(
            "The capture file with the boot that went well; - reads standard input.", valueName: "good-file"))
    var goodFile: String

    @Argument(
        help: ArgumentHelp(
            "The capture file with the boot to be held against it; the same file when not given.",
            valueName: "bad-file"))
    var badFile: String?

    @Option(
        help: ArgumentHelp("The boot of GOOD: uuid, name, the beginning of a uuid, or request id.", valueName: "boot"))
    var good: String?

    @Option(help: ArgumentHelp("The boot of BAD, written as for --good.", valueName: "boot"))
    var bad: String?

    @Option(
        help: ArgumentHelp("Compare other operations than boots; `novatrace list` names the kinds.", valueName: "kind"))
    var kind = Operation.Kind.boot.rawValue

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many times as long still counts as alike.", valueName: "factor"))
    var tolerance = Tolerance().factor

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How much longer always counts as alike, e.g. 500ms or 1.5s.", valueName: "time"))
    var slack: Slack = Slack()

    @Flag(help: "Background traffic and notifications of the boots too.")
    var all = false

    @Option(help: "What to write: text or json.")
    var format = OutputFormat.text

    @OptionGroup(title: "Judge") var judge: JudgingOptions
    @OptionGroup(title: "Show") var display: DisplayOptions
    @OptionGroup(title: "Show") var secrets: SecretOptions

    mutating func validate() throws {
        guard goodFile != "-" || badFile != "-" else {
            throw ValidationError("standard input (-) can be read once only")
        }
        if good == "" || bad == "" { throw ValidationError("--\(good == "" ? "good" : "bad") is empty") }
        guard tolerance >= 1, tolerance.isFinite else {
            throw ValidationError("--tolerance is 1 or more, not \(tolerance)")
        }
    }

    func run() throws {
        let (good, bad) = try choices()
        let comparison = OperationComparison(
            good: good.side, bad: bad.side, tolerance: Tolerance(factor: tolerance, slack: slack.length))
        try ResultOutput.standard.collect { sink in
            switch format {
            case .text:
                ComparisonReport(
                    comparison, good: good.source, bad: bad.source,
                    options: display.diagramOptions(detail: .none, all: all)
                ).write(to: sink)
            case .json:
                ComparisonJSON(comparison, good: good.source, bad: bad.source).write(to: sink)
            }
        }
        if !comparison.agrees { throw ExitCode(1) }
    }

    // MARK: Which boots

    /// A value: an operation that was chosen, and where it came from.
    private struct Chosen {
        let side: ComparedSide
        let source: ComparisonSource
    }

    private func choices() throws -> (good: Chosen, bad: Chosen) {
        let trace = try Reading(files: [goodFile], secrets).trace(judge.patience)
        let first = try choose(in: trace, of: goodFile, named: good, preferring: .completed)
        let chosen = chosen(first, in: trace, of: goodFile)
        if let badFile {
            let other = try Reading(files: [badFile], secrets).trace(judge.patience)
            let second = try choose(in: other, of: badFile, named: bad, preferring: .notCompleted)
            return (chosen, self.chosen(second, in: other, of: badFile))
        }
        let second = try choose(
            in: trace, of: goodFile, named: bad, preferring: .notCompleted, besides: first.operation)
        return (chosen, self.chosen(second, in: trace, of: goodFile))
    }

    private func chosen(_ choice: OperationChoice, in trace: BusTrace, of file: String) -> Chosen {
        Chosen(
            side: ComparedSide(trace.operations[choice.operation], in: trace, includesBackground: all),
            source: ComparisonSource(path: file, reason: choice.reason))
    }

    private func choose(
        in trace: BusTrace, of file: String, named name: String?, preferring preference: OperationChoice.Preference,
        besides taken: OperationID? = nil
    ) throws -> OperationChoice {
        let kind = Operation.Kind(rawValue: kind)
        if let name, let question = OperationChoice.question(on: name, in: trace, kind: kind) {
            throw CommandFailure(.usage, question)
        }
        if let choice = OperationChoice(
            in: trace, kind: kind, named: name, preferring: preference, besides: taken)
        {
            return choice
        }
        let noun = kind == .boot ? "boot" : "\(kind.rawValue) operation"
        let path = file == "-" ? "standard input" : file
        if let name {
            throw CommandFailure(
                .noBoot, "\(path) holds no \(noun) of \(name) (novatrace list shows what it holds)")
        }
        let sentence =
            taken == nil
            ? "\(path) holds no \(noun) (novatrace list shows what it holds)"
            : "\(path) holds one \(noun) only: give a second file to compare it with"
        throw CommandFailure(.noBoot, sentence)
    }
}

/// A value: a length of time as a person gives it.
struct Slack: ExpressibleByArgument, CustomStringConvertible {
    var length = Tolerance().slack

    init() {}

    init?(argument: String) {
        guard let length = TimeBound.length(argument) else { return nil }
        self.length = length
    }

    var description: String { "\(length.milliseconds)ms" }
}
