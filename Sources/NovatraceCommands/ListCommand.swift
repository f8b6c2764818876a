import ArgumentParser
import Pipeline
import Rendering
import Trace

/// `novatrace list`: one line an operation.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the operations in capture files, a line each.",
        discussion: """
            An operation is what one API request set off on one instance: a boot, a delete, a resize. Notes below the list \
            tell what went wrong with connections to the broker, and who fell silent.

            EXAMPLES
              novatrace list day.pcap.gz
              novatrace list day.pcap.gz --problems
              novatrace list boot.pcap --since 17:08 --until 17:10
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup(title: "Select") var select: SelectionOptions
    @OptionGroup(title: "Judge") var judge: JudgingOptions
    @OptionGroup(title: "Show") var look: LookOptions
    @OptionGroup(title: "Show") var secrets: SecretOptions

    func run() throws {
        var trace = try Reading(input, secrets).trace(judge.patience)
        try select.remark(on: trace)
        let wanted = try select.selection(in: trace.capture).apply(to: &trace)
        let operations = trace.operations(wanted)
        let options = look.options(all: select.all, unbounded: true)
        let list = OperationList(operations, virtualHosts: trace.virtualHostsOfOperations, options: options)
        let quality = operations.isEmpty ? [] : trace.capture.qualityNotes
        let notes = NoteLines(
            trace.troubleNotes + quality + trace.capture.networkNotes, isFirst: operations.isEmpty,
            options: look.options())
        try ResultOutput.standard.collect { output in
            if !operations.isEmpty { list.write(to: output) }
            notes.write(to: output)
        }
        try select.end(trace, isSelection: wanted != nil, hasOperations: !operations.isEmpty)
    }
}
