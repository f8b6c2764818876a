/// A value: where an operation that is compared came from.
package struct ComparisonSource: Sendable, Equatable {
    /// The capture file as given, `-` for standard input.
    package var path: String
    /// Why this operation of the file, e.g. `the only boot`.
    package var reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }
}
