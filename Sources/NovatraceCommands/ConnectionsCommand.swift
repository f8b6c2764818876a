import ArgumentParser
import Diagnosis
import Pipeline
import Rendering
import Trace

/// `novatrace connections`: who is connected to which broker, what went wrong with it, and who fell silent.
struct ConnectionsCommand: ParsableCommand {
    enum Shape: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    static let configuration = CommandConfiguration(
        commandName: "connections",
        abstract: "List who is connected to which broker, what went wrong with it, and who fell silent.",
        discussion: """
            The service at its client's end and its process, the user and virtual host, when it was opened and closed and by \
            whom, when anything of it was seen last, the messages each way, and what is wrong with it. Connections of one \
            client that are alike share a row: when the first was opened, when anything of any was seen last, when the last \
            was closed; --expand gives each its own. `before` is said of one that was open when the capture began: its user \
            is not known then, nor its virtual host unless messages tell it. Times are of the day in UTC.

            Below stands what went wrong, counted by who and why: refused TCP, logins and virtual hosts, closed channels, \
            cancelled consumers, blocked publishers, TLS spoken to a plain port, missed heartbeats, ends without \
            a close; then the services whose periodic reports stopped while others went on.

            EXAMPLES
              novatrace connections boot.pcap
              novatrace connections day.pcap.gz --problems
              novatrace connections day.pcap.gz --service 'nova-compute@*' --expand
              novatrace connections day.pcap.gz --since 17:08 --until 17:10
              novatrace connections boot.pcap --format json | jq '.connections[] | {user, virtual_host, closed_by}'

            EXIT STATUS
              0 done; 1 nothing to list. The others are those of novatrace.
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup(title: "Select") var select: ConnectionOptions
    @OptionGroup(title: "Show") var look: LookOptions
    @OptionGroup(title: "Show") var secrets: SecretOptions

    @Flag(help: "Each connection in a row of its own, with addresses, client, bytes and heartbeat beneath.")
    var expand = false

    @Option(help: "text, or json for a script.")
    var format: Shape = .text

    func run() throws {
        let trace = try Reading(input, secrets).trace()
        let selection = try select.selection(in: trace)
        if format == .json || !selection.isEmpty {
            try ResultOutput.standard.collect { output in
                switch format {
                case .json: ConnectionsJSON(trace, selection).write(to: output)
                case .text:
                    ConnectionsReport(trace, selection, options: options, proseWidth: look.textWidth).write(to: output)
                }
            }
        }
        guard selection.isEmpty else { return }
        throw CommandFailure(
            .nothingSelected,
            select.wantsAll ? trace.withReason("no connection to a broker found") : "nothing matches")
    }

    private var options: DiagramOptions {
        var options = look.options(all: true, unbounded: true)
        options.expand = expand
        return options
    }
}

/// The options that narrow which connections are listed.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only connections of this service, e.g. nova-compute or 'nova-compute@node*'.", valueName: "glob"))
    var service: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Only what was open from this time on: 2026-11-23T17:08:24Z, 17:08:24 (UTC), or +10s after the first packet.",
            valueName: "time"))
    var since: TimeBound?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Only what was open up to this time, written as for --since.", valueName: "time"))
    var until: TimeBound?

    @Flag(help: "Only connections that something went wrong with, and those of services that fell silent.")
    var problems = false

    var wantsAll: Bool { service.isEmpty && since == nil && until == nil && !problems }

    mutating func validate() throws {
        if service.contains(where: \.isEmpty) { throw ValidationError("--service is empty") }
    }

    func selection(in trace: BusTrace) throws -> ConnectionSelection {
        let times = try TimeBound.resolved(since: since, until: until, in: trace.capture)
        var services = Selection()
        services.services = service
        let wanted = services
        return ConnectionSelection(
            trace, since: times.since, until: times.until, problemsOnly: problems,
            isWanted: service.isEmpty ? nil : { wanted.isWantedService($0) })
    }
}
