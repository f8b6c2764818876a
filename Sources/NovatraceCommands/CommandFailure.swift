import ArgumentParser
import Capture
import Glibc
import Rendering

/// A value: why a command ends without a result: one sentence and an exit status of `sysexits.h`.
package struct CommandFailure: Error, CustomStringConvertible {
    /// The exit statuses, numbered as in `sysexits.h` where that has a name for them.
    package enum Status: Int32, Sendable {
        case nothingSelected = 1
        /// `explain` and `compare` tell this apart: there is no boot to speak of.
        case noBoot = 2
        case usage = 64
        case notACapture = 65
        case noSuchFile = 66
        case outputFailed = 74
        case noPermission = 77
    }

    package let status: Status
    package let description: String

    init(_ status: Status, _ sentence: String) {
        self.status = status
        description = sentence
    }
}

extension NovatraceCommand {
    /// Runs the command line and ends the process with its exit status.
    ///
    /// A result goes to standard output, everything else to standard error. A closed pipe is no error. A write that
    /// nobody reads, or beyond the largest size of a file, tells so by its error number.
    package static func runAndExit() -> Never {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        do {
            try checkCommand(CommandLine.arguments.dropFirst())
            var command = try parseAsRoot()
            try command.run()
            Glibc.exit(0)
        } catch let failure as CommandFailure {
            StandardError.say("\(failure)")
            Glibc.exit(failure.status.rawValue)
        } catch let error as CaptureError {
            StandardError.say("\(error)")
            Glibc.exit(CommandFailure.Status(error).rawValue)
        } catch let failure as RenderingFailure {
            StandardError.say(failure.sentence)
            Glibc.exit(CommandFailure.Status(failure).rawValue)
        } catch is ClosedPipe {
            Glibc.exit(0)
        } catch {
            end(saying: error)
        }
    }

    /// Refuses words that name no command, which the parser takes for a wish for help.
    private static func checkCommand(_ arguments: ArraySlice<String>) throws {
        guard var word = arguments.first, !word.hasPrefix("-") else { return }
        let names = configuration.subcommands.compactMap { $0.configuration.commandName }
        if word == "help" {
            let topics = arguments.dropFirst().filter { !$0.hasPrefix("-") }
            guard let topic = topics.first else { return }
            word = topics.count > 1 ? topics.joined(separator: " ") : topic
        }
        guard !names.contains(word), word != "help" else { return }
        throw CommandFailure(.usage, "'\(word)' is no command; novatrace help lists those that there are")
    }

    /// Prints help, or what is wrong with the command line, whose arguments are repeated in it.
    private static func end(saying error: any Error) -> Never {
        let status = exitCode(for: error)
        let message = fullMessage(for: error)
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map {
            TerminalText(String($0)).string
        }
        let text = lines.joined(separator: "\n") + (message.isEmpty ? "" : "\n")
        if status.isSuccess {
            try? ResultOutput.standard.write(text)
        } else {
            StandardError.write(text)
        }
        Glibc.exit(status.rawValue)
    }
}

extension CommandFailure.Status {
    init(_ failure: RenderingFailure) {
        switch failure.kind {
        case .tooMuch: self = .usage
        case .packetsUnreadable: self = .noSuchFile
        case .nothingSelected: self = .nothingSelected
        }
    }

    init(_ error: CaptureError) {
        switch error.kind {
        case .notACapture: self = .notACapture
        case .unreadable: self = .noSuchFile
        case .notPermitted: self = .noPermission
        case .usage: self = .usage
        case .unwritable: self = .outputFailed
        }
    }
}
