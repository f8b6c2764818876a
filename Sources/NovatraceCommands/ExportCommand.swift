import ArgumentParser
import Pipeline
import Rendering
import Trace

/// `novatrace export`: the trace in a format for reports and scripts.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write what capture files hold for reports and scripts.",
        discussion: """
            What is written is selected as for replay: without a selection the boots are drawn, else every operation, and of \
            more than ten only the list; json, jsonl and csv hold everything. A file is replaced whole or not at all. A format \
            that cannot show so much says so, with the number and the options that narrow.

            FORMATS
            \(Formats.manual)

            EXAMPLES
              novatrace export boot.pcap -o boot.md            a report for the ticket
              novatrace export boot.pcap -o boot.html          with what messages carried
              novatrace export day.pcap --instance vm-ok -o vm-ok.svg
              novatrace export day.pcap --instance vm-ok -o vm-ok.pcapng
              novatrace export day.pcap --problems -o calls.csv
              novatrace export boot.pcap --format mermaid      for a wiki
              novatrace export boot.pcap --format json | jq '.operations[] | .verdict'
              novatrace export boot.pcap --format jsonl | grep '"type":"call"'
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup(title: "Select") var select: SelectionOptions
    @OptionGroup(title: "Judge") var judge: JudgingOptions
    @OptionGroup(title: "Show") var display: DisplayOptions
    @OptionGroup(title: "Contents") var content: ContentOptions

    @Option(help: "One of the formats below; guessed from the name of --output when absent.")
    var format: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("File to write; standard output by default.", valueName: "file"))
    var output: String?

    func run() throws {
        if let output, ResultFile.isDirectory(output) {
            throw CommandFailure(.outputFailed, "\(output) is a directory")
        }
        let format = try chosenFormat()
        if let output, let file = input.files.first(where: { ResultFile.isSame(output, as: $0) }) {
            throw CommandFailure(.usage, "\(output) is the capture \(file): what is read is not written over")
        }
        let contents = format.shownContents == nil ? nil : Contents(input, content, limit: HTMLRenderer.contentLimit)
        var trace = try (contents?.firstReading ?? Reading(input, content)).trace(judge.patience)
        try select.remark(on: trace)
        let selection = try select.selection(in: trace.capture)
        let messages = selection.selectsMessages ? selection.messages(of: trace) : nil
        let operations = selection.apply(to: &trace)
        let isEmpty =
            operations?.isEmpty == true && (!format.renderer.writesLoneMessages || (messages ?? []).isEmpty)
        guard !isEmpty else {
            let isLone = messages?.isEmpty == false
            throw CommandFailure(
                .nothingSelected,
                isLone
                    ? "what matches belongs to no operation: json, jsonl, csv-messages and pcapng hold it"
                    : "nothing matches the selection")
        }
        var options = display.diagramOptions(detail: contents?.detail ?? content.detail, all: select.all)
        if output != nil, display.color == .auto { options.color = false }
        if output != nil, display.width == nil { options.width = 120 }
        var extract = TraceExtract(
            trace, operations: operations, messages: messages, options: options, command: CommandText.ofProcess)
        if let contents, let shown = try format.shownContents?(extract) {
            try contents.add(to: &extract.trace, of: shown)
        }
        if let output, output != "-" {
            let isPrivate = format.isBinary || content.secrets.showSecrets
            try ResultFile.replace(output, isPrivate: isPrivate) { try format.renderer.render(extract, to: $0) }
        } else {
            guard !format.isBinary || !ResultOutput.isTerminal else {
                throw CommandFailure(.usage, "\(format.name) is not for a terminal: give a file with --output")
            }
            try ResultOutput.standard.collect { try format.renderer.render(extract, to: $0) }
        }
        if let warning = format.warning { StandardError.say(warning(extract)) }
    }

    private func chosenFormat() throws -> Format {
        let names = Formats.all.map(\.name).joined(separator: ", ")
        if let format {
            guard let known = Formats.named(format) else {
                throw CommandFailure(.usage, "unknown format '\(format)'; formats are \(names)")
            }
            return known
        }
        guard let known = output.flatMap(Formats.forFile) else {
            throw CommandFailure(.usage, "which format? Give --format with one of \(names)")
        }
        return known
    }
}

extension Formats {
    /// The list for `--help`.
    fileprivate static var manual: String {
        let width = all.map(\.name.count).max() ?? 0
        return all.map { format in
            let padding = String(repeating: " ", count: width - format.name.count)
            return "  \(format.name)\(padding)  \(format.summary)"
        }.joined(separator: "\n")
    }
}
