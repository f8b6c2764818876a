import ArgumentParser
import OpenStack
import Rendering

/// The options that say how much of the messages' contents is shown.
struct ContentOptions: ParsableArguments {
    @Option(help: "What messages carried: none, their arguments, or the full body; redacted.")
    var detail: DiagramOptions.Detail = .none

    @Flag(help: "Passwords, tokens and keys in clear, where details are shown.")
    var showSecrets = false

    var decoding: OsloDecoder.Detail {
        switch detail {
        case .none: .none
        case .args: .args
        case .full: .full
        }
    }
}

extension DiagramOptions.Detail: ExpressibleByArgument {}
extension DiagramOptions.TimeStyle: ExpressibleByArgument {}
