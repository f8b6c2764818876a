import Foundation
import Mutation

/// A machine that makes runs in this process, and prints a line before and after each.
struct Worker {
    private let options: Options
    /// Seconds after which a run is taken to have no end: the process is ended by its alarm clock.
    private static let patience: UInt32 = 120

    init(_ options: Options) { self.options = options }

    func run() throws {
        let path = "\(options.scratch)/novatrace-mutated-\(getpid())"
        defer { unlink(path) }
        let runs = MutationRuns(try options.corpus(), seed: options.seed, path: path)
        let encoder = JSONEncoder()
        for run in options.first..<options.first + options.runs {
            print("begin \(run)")
            fflush(nil)
            alarm(Self.patience)
            ProcessMemory.forgetPeak()
            let line = RunLine(try runs.report(on: run), memory: ProcessMemory.peak)
            print(String(decoding: try encoder.encode(line), as: UTF8.self))
        }
        fflush(nil)
    }
}

/// The memory of this process, as Linux counts it.
private enum ProcessMemory {
    /// Lets the peak begin anew (proc_pid_clear_refs(5)).
    static func forgetPeak() {
        guard let file = fopen("/proc/self/clear_refs", "w") else { return }
        fputs("5", file)
        fclose(file)
    }

    /// The most that was resident at once, in bytes; 0 where it is not known.
    static var peak: Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let row = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = row.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return kilobytes * 1024
    }
}
