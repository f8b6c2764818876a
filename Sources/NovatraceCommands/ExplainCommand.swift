import Advice
import ArgumentParser
import Pipeline
import Rendering
import Trace

/// `novatrace explain`: the verdict on each boot, by what it is known, what to look at next.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say of each boot which step it reached, who did not answer, and what to look at next.",
        discussion: """
            First the verdict in one sentence, then the steps, the states and the time spent in each, the evidence with \
            times and packet numbers, and where to look. Without a boot the other operations are explained, unless they \
            are more than ten. What is selected is always explained. Without any operation it tells what went wrong with \
            connections to the broker, and which services fell silent.

            EXAMPLES
              novatrace explain boot.pcap
              novatrace explain controller.pcap compute1.pcap --instance vm-ok
              novatrace explain day.pcap.gz --problems --time clock
              novatrace explain boot.pcap > /dev/null && echo every boot became active

            EXIT STATUS
              0 every boot became active; 1 some did not; 2 no boot was found, whatever else is explained. The others are \
            those of novatrace.
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup(title: "Select") var select: SelectionOptions
    @OptionGroup(title: "Judge") var judge: JudgingOptions
    @OptionGroup(title: "Show") var display: DisplayOptions
    @OptionGroup(title: "Show") var secrets: SecretOptions

    func run() throws {
        var trace = try Reading(input, secrets).trace(judge.patience)
        try select.remark(on: trace)
        let selection = try select.selection(in: trace.capture).apply(to: &trace)
        let operations = trace.operationsToTell(selection)
        let advisor = Advisor(trace)
        let report = ExplainReport(
            trace, operations: operations, options: display.diagramOptions(detail: .none, all: select.all),
            advice: advisor.advice)
        if !operations.isEmpty { try ResultOutput.standard.collect { report.write(to: $0) } }
        let wantsTroubles = operations.isEmpty && (selection == nil || select.wantsProblemsAlone)
        let troublesTold = try wantsTroubles && Self.tellTroubles(of: trace, options: report.options)
        try Self.end(on: operations, of: trace, isSelection: selection != nil, troublesTold)
    }

    /// Where there is nothing to explain: what went wrong with connections, and who fell silent.
    ///
    /// - Returns: whether there was anything to tell.
    private static func tellTroubles(of trace: BusTrace, options: DiagramOptions) throws -> Bool {
        let report = TroubleReport(trace, options: options)
        if !report.isEmpty { try ResultOutput.standard.collect { report.write(to: $0) } }
        return !report.isEmpty
    }

    /// The exit status tells a script what became of the boots. What was told needs no further word.
    private static func end(
        on operations: [Operation], of trace: BusTrace, isSelection: Bool, _ troublesTold: Bool
    ) throws {
        let boots = operations.filter { $0.kind == .boot }
        guard !boots.isEmpty else {
            guard operations.isEmpty else {
                if isSelection { throw CommandFailure(.noBoot, "no boot is selected") }
                throw ExitCode(CommandFailure.Status.noBoot.rawValue)
            }
            throw CommandFailure(
                .noBoot,
                isSelection && !troublesTold
                    ? "no boot found: nothing matches the selection" : trace.noBootSentence(troublesTold: troublesTold))
        }
        guard boots.allSatisfy({ $0.outcome == .completed }) else { throw ExitCode(1) }
    }
}
