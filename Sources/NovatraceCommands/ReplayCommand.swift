import ArgumentParser
import Pipeline
import Rendering
import Trace

/// `novatrace replay`: what was captured, the operations found, the diagram of each boot.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Draw what capture files hold as sequence diagrams.",
        discussion: """
            Prints the operations found and the diagram of each boot; without a boot, that of every operation, and of more \
            than ten the list only. What is selected is always drawn.

            EXAMPLES
              novatrace replay boot.pcap
              novatrace replay controller.pcap compute1.pcap        merged by time
              ssh controller tcpdump -U -w - port 5672 | novatrace replay -
              novatrace replay boot.pcap --instance vm-ok --width 200 --time clock
              novatrace replay boot.pcap --request req-c63d2dd6 --expand --detail args
              novatrace replay day.pcap.gz --problems
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup(title: "Select") var select: SelectionOptions
    @OptionGroup(title: "Judge") var judge: JudgingOptions
    @OptionGroup(title: "Show") var display: DisplayOptions
    @OptionGroup(title: "Contents") var content: ContentOptions

    func run() throws {
        var trace = try Reading(input, content).trace(judge.patience)
        try select.remark(on: trace)
        let operations = try select.selection(in: trace.capture).apply(to: &trace)
        let report = TextReport(trace, operations: operations, options: options)
        try ResultOutput.standard.collect { report.write(to: $0) }
        try select.end(
            trace, isSelection: operations != nil,
            hasOperations: !(operations?.isEmpty ?? trace.operations.isEmpty), isSaid: true)
    }

    private var options: DiagramOptions { display.diagramOptions(detail: content.detail, all: select.all) }
}
