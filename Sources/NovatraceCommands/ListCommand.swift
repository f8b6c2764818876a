import ArgumentParser
import Rendering

/// `novatrace list`: one line an operation.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the operations in capture files, a line each.",
        discussion: """
            An operation is what one API request set off on one instance: a boot, a delete, a resize.

            EXAMPLES
              novatrace list day.pcap.gz
              novatrace list day.pcap.gz --problems
              novatrace list boot.pcap --since 17:08 --until 17:10
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup(title: "Select") var select: SelectionOptions
    @OptionGroup(title: "Show") var display: DisplayOptions

    func run() throws {
        var trace = try Reading(input).trace()
        let wanted = select.selection(in: trace.capture).apply(to: &trace)
        let operations = (wanted ?? Array(trace.operations.indices)).map { trace.operations[$0] }
        guard !operations.isEmpty else {
            throw CommandFailure(
                .nothingSelected, wanted == nil ? "no operation found" : "nothing matches the selection")
        }
        let list = OperationList(
            operations, options: display.diagramOptions(detail: .none, all: select.all, unbounded: true))
        try ResultOutput.standard.collect { list.write(to: $0) }
    }
}
