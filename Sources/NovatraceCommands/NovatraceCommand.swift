package import ArgumentParser
import Trace

/// The command `novatrace` and the list of its subcommands; a new one is a file and a line here.
package struct NovatraceCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "novatrace",
        abstract: "Trace OpenStack's message bus: which step did the boot reach, and who did not answer?",
        discussion: """
            novatrace reads AMQP 0-9-1 from packets, understands oslo.messaging, joins every RPC call with its reply by \
            message id, and draws what the services said to each other while a VM booted, as a sequence diagram in text. \
            It needs nothing installed in the cloud and no configuration.

            EXAMPLES
              Watch the bus on the broker's host while a server boots; Ctrl-C ends it and draws the diagram:
                sudo novatrace capture -w boot.pcap

              The same from a file, anywhere and at any time:
                novatrace replay boot.pcap

              Which step each boot reached, who did not answer, and what to look at next:
                novatrace explain boot.pcap

              The boots and other operations in a capture, a line each:
                novatrace list boot.pcap

              One server, by uuid or the beginning of it, with the arguments of its messages:
                novatrace replay boot.pcap --instance 2672332b --detail args

              How long each method takes, and what failed:
                novatrace stats boot.pcap

              Who is connected to the broker, who was refused and why, who fell silent:
                novatrace connections boot.pcap

              Where a boot parts from one that went well:
                novatrace compare good.pcap bad.pcap

              A report for the ticket, or a page with what the messages carried:
                novatrace export boot.pcap -o boot.md
                novatrace export boot.pcap -o boot.html

              Everything as JSON for a script:
                novatrace export boot.pcap --format json | jq '.calls[] | select(.outcome != "ok")'

            EXIT STATUS
              0 done; 1 nothing was selected, for explain: not every boot became active; 2 explain found no \
            boot; 64 wrong usage; 65 not a capture; 66 no such file; 74 output failed; \
            77 no permission; 130 left at once, by a second Ctrl-C.
            """,
        version: "\(Program.name) \(Program.version)",
        subcommands: [
            CaptureCommand.self, ReplayCommand.self, ExplainCommand.self, ListCommand.self, StatsCommand.self,
            ConnectionsCommand.self, ExportCommand.self, CompareCommand.self, InterfacesCommand.self,
            ProcessTableCommand.self, OutputFilesCommand.self,
        ])

    package init() {}
}
