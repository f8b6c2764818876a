import Advice

/// The command line that runs, as a person would type it, for reports that say how they were made.
enum CommandText {
    /// Without `--output` and its value: where a report lies is no part of it.
    static var ofProcess: String {
        text(of: CommandLine.arguments)
    }

    static func text(of arguments: [String]) -> String {
        var words = ["novatrace"]
        var rest = arguments.dropFirst()[...]
        while let word = rest.popFirst() {
            if word == "-o" || word == "--output" {
                _ = rest.popFirst()
            } else if !word.hasPrefix("-o"), !word.hasPrefix("--output=") {
                words.append(word.hasPrefix("-") ? word : shellWord(word))
            }
        }
        return words.joined(separator: " ")
    }
}
