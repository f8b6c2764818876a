/// A value: what to look at next, and the command that shows it.
package struct Advice: Sendable, Equatable {
    /// A few words without the full stop, e.g. `whether nova-conductor is up`.
    package var text: String
    /// One command line for a POSIX shell, names off the wire quoted; `nil` where there is nothing to run.
    package var command: String?

    package init(_ text: String, command: String? = nil) {
        self.text = text
        self.command = command
    }
}
