import ArgumentParser
import OpenStack
import Rendering

/// The options that say how much of the messages' contents is shown.
struct ContentOptions: ParsableArguments {
    @Option(
        name: .customLong("detail"),
        help:
            "What messages carried: none, their arguments, or the full body; redacted. By default none, in html the body."
    )
    var chosenDetail: DiagramOptions.Detail?

    @Flag(help: "Passwords, tokens and keys in clear, where details are shown.")
    var showSecrets = false

    var detail: DiagramOptions.Detail { chosenDetail ?? .none }

    var decoding: OsloDecoder.Detail { detail.decoding }
}

extension DiagramOptions.Detail: ExpressibleByArgument {
    var decoding: OsloDecoder.Detail {
        switch self {
        case .none: .none
        case .args: .args
        case .full: .full
        }
    }
}
extension DiagramOptions.TimeStyle: ExpressibleByArgument {}
