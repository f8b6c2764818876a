import Glibc
import TestSupport

/// Measures novatrace against the cost budget; `.ci/bench` builds and runs it.
@main
struct NovatraceBench {
    static func main() {
        do {
            if CommandLine.arguments.dropFirst().first == "write" { return try writeCapture(CommandLine.arguments) }
            if CommandLine.arguments.dropFirst().first == "endure" { return try Endurance(CommandLine.arguments).run() }
            let options = try Options(CommandLine.arguments)
            var bars: [Bar] = []
            if options.part == nil || options.part == .formats { bars += try FormatBenchmark(options).run() }
            if options.part == nil || options.part == .quick {
                var benchmark = try Benchmark(options)
                bars += try benchmark.run()
            }
            if options.part == nil || options.part == .live { bars += try measureLive(options) }
            exit(bars.contains(where: \.isMissed) ? 1 : 0)
        } catch {
            let sentence = Array("novatrace-bench: \(error)\n".utf8)
            write(STDERR_FILENO, sentence, sentence.count)
            exit(2)
        }
    }

    /// Where a live capture cannot be measured the rest still counts, unless nothing else was asked for.
    private static func measureLive(_ options: Options) throws -> [Bar] {
        do {
            var benchmark = try LiveBenchmark(novatrace: options.novatrace, folder: options.folder)
            return try benchmark.run()
        } catch let failure as BenchmarkFailure where options.part == nil {
            print("\n\(failure)")
            return []
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
    /// A part of the whole.
    enum Part: String {
        /// Without the file of ten times the messages, and without the live capture.
        case quick
        /// The live capture alone.
        case live
        /// Every format of a capture of a hundred thousand messages.
        case formats
    }

    /// `nil` for everything.
    var part: Part?
    var isQuick: Bool { part == .quick }
    /// The program that is measured.
    let novatrace: String
    /// An empty folder for the files.
    let folder: String

    init(_ arguments: [String]) throws(BenchmarkFailure) {
        guard arguments.count >= 3 else {
            throw BenchmarkFailure(description: "usage: novatrace-bench NOVATRACE FOLDER [quick|live|formats]")
        }
        novatrace = arguments[1]
        folder = arguments[2]
        for argument in arguments.dropFirst(3) {
            guard let part = Part(rawValue: argument) else {
                throw BenchmarkFailure(description: "what is \(argument)?")
            }
            self.part = part
        }
    }
}
