import Foundation

/// A value: what a command of novatrace must say, and what it must not, wherever lines break.
package struct Saying: Sendable {
    package var command: [String]
    /// Each must stand in the output or on standard error, whatever its case.
    package var words: [String]
    /// None may stand there.
    package var never: [String]
    /// How it ends; `nil` where that does not matter.
    package var status: Int?

    package init(_ command: String..., says words: [String] = [], never: [String] = [], status: Int? = nil) {
        (self.command, self.words, self.never, self.status) = (command, words, never, status)
    }

    /// Runs the command on a file.
    ///
    /// - Returns: what is wrong with what it says, with all of that; empty when nothing is.
    package func faults(on file: String) async throws -> String {
        let takesWidth = ["list", "replay", "explain", "stats", "connections"].contains(command[0])
        let arguments = command + (takesWidth ? ["--width", "240"] : []) + [file]
        let result = try await ExternalProgram.novatrace.run(arguments)
        var faults = faults(in: result.output + "\n" + result.errors)
        if let status, result.status != status { faults += "it ends with \(result.status), not \(status)\n" }
        return faults.isEmpty ? "" : "novatrace \(command.joined(separator: " ")): \(faults)"
    }

    /// What is wrong with a text, and the text; empty when nothing is.
    package func faults(in text: String) -> String {
        let said = Self.flat(text)
        let missing = words.filter { !said.contains(Self.flat($0)) }
        let wrong = never.filter { said.contains(Self.flat($0)) }
        guard !missing.isEmpty || !wrong.isEmpty else { return "" }
        return "not said: \(missing), said: \(wrong)\n\(text)\n"
    }

    /// In small letters, with one space for any white space.
    private static func flat(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
