import TestSupport

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Measures novatrace against the cost budget; `.ci/bench` builds and runs it.
@main
struct NovatraceBench {
    static func main() {
        do {
            if CommandLine.arguments.dropFirst().first == "write" { return try writeCapture(CommandLine.arguments) }
            if CommandLine.arguments.dropFirst().first == "endure" { return try Endurance(CommandLine.arguments).run() }
            let options = try Options(CommandLine.arguments)
            var benchmark = try Benchmark(options)
            let bars = try benchmark.run()
            exit(bars.contains(where: \.isMissed) ? 1 : 0)
        } catch {
            let sentence = Array("novatrace-bench: \(error)\n".utf8)
            write(STDERR_FILENO, sentence, sentence.count)
            exit(2)
        }
    }

    /// `write FILE MEGABYTES`: makes a capture to look at, or to profile with.
    private static func writeCapture(_ arguments: [String]) throws {
        guard arguments.count == 4, let megabytes = Int(arguments[3]), megabytes > 0 else {
            throw BenchmarkFailure(description: "usage: novatrace-bench write FILE MEGABYTES")
        }
        print(try TrafficGenerator.write(.bytes(megabytes * 1_000_000), to: arguments[2]))
    }
}

/// A value: what to measure, where.
struct Options {
    /// Leaves out the file of ten times the messages.
    var isQuick = false
    /// The program that is measured.
    let novatrace: String
    /// An empty folder for the files.
    let folder: String

    init(_ arguments: [String]) throws(BenchmarkFailure) {
        guard arguments.count >= 3 else {
            throw BenchmarkFailure(description: "usage: novatrace-bench NOVATRACE FOLDER [quick]")
        }
        novatrace = arguments[1]
        folder = arguments[2]
        for argument in arguments.dropFirst(3) {
            guard argument == "quick" else { throw BenchmarkFailure(description: "what is \(argument)?") }
            isQuick = true
        }
    }
}
