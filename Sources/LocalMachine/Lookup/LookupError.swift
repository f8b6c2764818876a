import Capture
import Glibc

/// A value: why processes cannot be looked up, as one sentence for a person.
package struct LookupError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What the system said.
    package let cause: String

    package var description: String { "the process table cannot be read (\(cause))" }

    init(_ failure: SystemFailure) {
        cause = String(cString: strerror(failure.number))
    }
}
