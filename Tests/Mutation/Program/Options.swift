import Mutation

/// A value: which runs to make, over what.
struct Options {
    /// The first, and how many.
    var first = 0
    var runs = 100_000
    var seed: UInt64 = 1
    var jobs = 1
    /// Folders with captures, and where the mutated ones of runs that failed are kept.
    var folders: [String] = []
    var kept = "mutation-failures"
    /// Where the capture at hand is written.
    var scratch = "/tmp"
    /// Whether this process makes the runs and tells of each.
    var isWorker = false
    /// Whether the runs' captures are kept whatever comes of them.
    var keepsAll = false

    init(_ arguments: [String]) throws(MutationFailure) {
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            switch name {
            case "--worker": isWorker = true
            case "--runs": runs = try Self.number(name, rest.popFirst())
            case "--first": first = try Self.number(name, rest.popFirst())
            case "--run":
                (first, runs) = (try Self.number(name, rest.popFirst()), 1)
                keepsAll = true
            case "--seed": seed = UInt64(try Self.number(name, rest.popFirst()))
            case "--jobs": jobs = max(1, try Self.number(name, rest.popFirst()))
            case "--captures": folders.append(try Self.text(name, rest.popFirst()))
            case "--keep": kept = try Self.text(name, rest.popFirst())
            case "--scratch": scratch = try Self.text(name, rest.popFirst())
            default: throw MutationFailure(description: "what is \(name)?")
            }
        }
    }

    private static func number(_ name: String, _ text: String?) throws(MutationFailure) -> Int {
        guard let text, let number = Int(text), number >= 0 else {
            throw MutationFailure(description: "\(name) wants a number")
        }
        return number
    }

    private static func text(_ name: String, _ text: String?) throws(MutationFailure) -> String {
        guard let text else { throw MutationFailure(description: "\(name) wants a folder") }
        return text
    }

    /// What a worker is started with for some of the runs.
    func arguments(from first: Int, count: Int) -> [String] {
        ["--worker", "--first", "\(first)", "--runs", "\(count)", "--seed", "\(seed)", "--scratch", scratch]
            + folders.flatMap { ["--captures", $0] }
    }

    func corpus() throws -> Corpus {
        let corpus = try Corpus(folders.flatMap(Corpus.files))
        guard !corpus.cuts.isEmpty else { throw MutationFailure(description: "there are no captures to mutate") }
        return corpus
    }
}
