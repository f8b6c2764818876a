import ArgumentParser
import NovatraceCommands
import Rendering

/// The command line up to where a command would run: an argument a line.
extension FuzzTarget {
    static let arguments = FuzzTarget(
        "arguments", "the command line, without what it would do", longest: 1024,
        seeds: { _ in commandLines.map { Array($0.replacing(" ", with: "\n").utf8) } },
        run: { input in
            let arguments = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            let message: String
            do {
                _ = try NovatraceCommand.parseAsRoot(arguments)
                return
            } catch {
                message = NovatraceCommand.fullMessage(for: error)
                let status = NovatraceCommand.exitCode(for: error).rawValue
                try expect([0, 64].contains(status), "\(arguments) ends with \(status)")
            }
            for line in message.split(separator: "\n") {
                let hidden = HiddenCharacters.first(in: TerminalText(String(line)).string)
                try expect(hidden == nil, "\(hidden ?? "") in \(line.debugDescription)")
            }
        })

    private static let commandLines = [
        "replay boot.pcap --instance vm-ok --width 200 --time clock --detail args --expand --color always --ascii",
        "capture -i eth0 -w boot.pcap --for 10m --port 5672", "explain a b --problems --since 17:08:24 --until +10s",
        "list day.pcap.gz --since 2026-11-23T17:08:24Z --until 2026-11-23T17:08:24.5+02:00",
        "stats boot.pcap --method x*",
        "connections boot.pcap --format json --service nova-*",
        "export boot.pcap -o boot.md --format html --show-secrets",
        "compare a b --tolerance 2.5 --slack 500ms --kind resize --good 1 --bad req-2", "interfaces", "--version",
        "help replay",
        "replay --no-clock-correction - --request req-1", "--generate-completion-script zsh", "replay --width -1 x",
    ]
}
