import Glibc
import TestSupport

/// Measures novatrace against the cost budget; `.ci/bench` builds and runs it.
@main
struct NovatraceBench {
    static func main() {
        do {
            if CommandLine.arguments.dropFirst().first == "write" { return try writeCapture(CommandLine.arguments) }
            if CommandLine.arguments.dropFirst().first == "mix" {
                return try TrafficCounts.runWriter(CommandLine.arguments)
            }
            if CommandLine.arguments.dropFirst().first == "endure" { return try Endurance(CommandLine.arguments).run() }
            let options = try Options(CommandLine.arguments)
            var bars: [Bar] = []
            if options.part == nil || options.part == .quick || options.part == .mixes {
                var mixes = MixBenchmark(options)
                bars += try mixes.run()
            }
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

    /// `write FILE MEGABYTES`, `write FILE MIX`: makes a capture to look at, or to profile with.
    private static func writeCapture(_ arguments: [String]) throws {
        if arguments.count == 4, let mix = Mix(rawValue: arguments[3]) {
            return print(try mix.write(to: arguments[2], isQuick: false))
        }
        guard arguments.count == 4, let megabytes = Int(arguments[3]), megabytes > 0 else {
            throw BenchmarkFailure(description: "usage: novatrace-bench write FILE MEGABYTES|MIX")
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
        /// Each mix of traffic, or the one that is named behind it.
        case mixes
        /// Every format of a capture of a hundred thousand messages.
        case formats
    }

    /// `nil` for everything.
    var part: Part?
    var isQuick: Bool { part == .quick }
    /// The program that is measured.
    let novatrace: String
    /// The one mix that is measured; `nil` for all.
    private(set) var mix: Mix?
    /// An empty folder for the files.
    let folder: String

    init(_ arguments: [String]) throws(BenchmarkFailure) {
        guard arguments.count >= 3 else {
            throw BenchmarkFailure(
                description: "usage: novatrace-bench NOVATRACE FOLDER [quick|mixes|live|formats|MIX]")
        }
        novatrace = arguments[1]
        folder = arguments[2]
        for argument in arguments.dropFirst(3) {
            if let part = Part(rawValue: argument) {
                self.part = part
            } else if let mix = Mix(rawValue: argument) {
                (part, self.mix) = (.mixes, mix)
            } else {
                throw BenchmarkFailure(description: "what is \(argument)?")
            }
        }
    }
}
