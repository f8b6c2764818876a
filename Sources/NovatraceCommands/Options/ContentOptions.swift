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

    @OptionGroup var secrets: SecretOptions

    var detail: DiagramOptions.Detail { chosenDetail ?? .none }

    var decoding: OsloDecoder.Detail { detail.decoding }
}

/// Whether secrets are shown.
struct SecretOptions: ParsableArguments {
    @Flag(help: "Passwords, tokens and keys in clear, in details and wherever else they stand.")
    var showSecrets = false
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
