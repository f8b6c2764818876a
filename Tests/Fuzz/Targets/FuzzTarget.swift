/// A value: a part of novatrace that takes bytes of strangers, and what must hold whatever the bytes are.
///
/// A target is a file in this folder and a row in `FuzzTargets`. It is run by `.ci/fuzz` over inputs that libFuzzer makes,
/// and by `swift test` over those that were once wrong (`Tests/Fuzz/Crashes`).
package struct FuzzTarget: Sendable {
    /// As given to `.ci/fuzz`, and the name of the folder with its crashes.
    package let name: String
    /// What it is about, for a table.
    package let summary: String
    /// Bytes of the longest input that is made.
    package let longest: Int
    /// Inputs to begin with, out of a capture.
    package let seeds: @Sendable (CapturedTraffic) -> [[UInt8]]
    /// Runs one input; throws what was expected and is not so.
    package let run: @Sendable ([UInt8]) throws -> Void

    package init(
        _ name: String, _ summary: String, longest: Int,
        seeds: @escaping @Sendable (CapturedTraffic) -> [[UInt8]], run: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.summary = summary
        self.longest = longest
        self.seeds = seeds
        self.run = run
    }
}

/// A value: what holds for no input and did for this one.
package struct Violation: Error, CustomStringConvertible {
    package let description: String

    package init(_ sentence: String) {
        description = sentence
    }
}

/// Holds a target to what it says.
func expect(_ condition: Bool, _ sentence: @autoclosure () -> String) throws(Violation) {
    guard condition else { throw Violation(sentence()) }
}
