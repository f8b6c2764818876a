import Foundation
import Mutation

/// A machine that shares the runs out among processes, so that one that crashes is seen, and goes on behind it.
struct Overseer {
    /// A value: a process that makes some of the runs.
    private struct Job {
        var process: pid_t
        var output: Int32
        /// The run that is under way.
        var run: Int
        var end: Int
        var rest: [UInt8] = []
        var isUnderWay = false
    }

    private let options: Options
    private var tally = Tally()
    private var jobs: [Job] = []
    private var next: Int
    private var told = 0
    /// Runs that one process makes, so that what it has in memory is of these alone.
    private static let share = 2000
    private static let sentencesTold = 200

    init(_ options: Options) {
        self.options = options
        next = options.first
    }

    /// - Returns: whether nothing failed.
    mutating func run() throws -> Bool {
        let end = options.first + options.runs
        while next < end || !jobs.isEmpty {
            while jobs.count < options.jobs, next < end {
                let last = min(end, next + Self.share)
                jobs.append(try start(next, last))
                next = last
            }
            try read()
        }
        print()
        let width = tally.rows.map(\.0.count).max() ?? 0
        for (title, cell) in tally.rows {
            print(title.padding(toLength: width + 2, withPad: " ", startingAt: 0) + cell)
        }
        return tally.failedRuns == 0 && tally.crashes == 0
    }

    // MARK: Processes

    private func start(_ first: Int, _ end: Int) throws -> Job {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw MutationFailure(description: "no pipe is left") }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addclose(&actions, ends[1])
        let program = "/proc/self/exe"
        let arguments = [CommandLine.arguments[0]] + options.arguments(from: first, count: end - first)
        var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        defer { vector.forEach { free($0) } }
        vector.append(nil)
        var process = pid_t()
        let error = posix_spawn(&process, program, &actions, nil, vector, environ)
        close(ends[1])
        guard error == 0 else { throw MutationFailure(description: "cannot start a worker: \(error)") }
        return Job(process: process, output: ends[0], run: first, end: end)
    }

    private mutating func read() throws {
        var waits = jobs.map { pollfd(fd: $0.output, events: Int16(POLLIN), revents: 0) }
        guard poll(&waits, nfds_t(waits.count), -1) > 0 else { return }
        for place in jobs.indices.reversed() where waits[place].revents != 0 {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = Foundation.read(jobs[place].output, &buffer, buffer.count)
            if count > 0 {
                jobs[place].rest += buffer[..<count]
                takeLines(of: place)
            } else {
                try end(place)
            }
        }
    }

    private mutating func takeLines(of place: Int) {
        while let newline = jobs[place].rest.firstIndex(of: 0x0A) {
            let line = Data(jobs[place].rest[..<newline])
            jobs[place].rest.removeFirst(newline + 1)
            if let run = String(decoding: line, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap({
                Int($0)
            }),
                line.starts(with: Array("begin".utf8))
            {
                jobs[place].run = run
                jobs[place].isUnderWay = true
            } else if let report = try? JSONDecoder().decode(RunLine.self, from: line) {
                jobs[place].isUnderWay = false
                take(report)
            }
        }
    }

    private mutating func take(_ line: RunLine) {
        tally.add(line)
        if !line.contradictions.isEmpty || options.keepsAll { tell(line.run, line.contradictions) }
        if tally.runs % 1000 == 0 {
            print("\(tally.runs) runs, \(tally.crashes) crashes, \(tally.failedRuns) with contradictions")
            fflush(nil)
        }
    }

    /// A process ended: as it should, or in the middle of a run.
    private mutating func end(_ place: Int) throws {
        let job = jobs.remove(at: place)
        close(job.output)
        var status: Int32 = 0
        while waitpid(job.process, &status, 0) < 0, errno == EINTR {}
        unlink("\(options.scratch)/novatrace-mutated-\(job.process)")
        guard status != 0 else { return }
        guard job.isUnderWay else { throw MutationFailure(description: "a worker ended with status \(status)") }
        tally.crashes += 1
        tally.runs += 1
        let signal = status & 0x7F
        tell(
            job.run,
            [
                signal == SIGALRM
                    ? "it has no end" : "it ended with \(signal == 0 ? "status \(status >> 8)" : "signal \(signal)")"
            ])
        if job.run + 1 < job.end { jobs.append(try start(job.run + 1, job.end)) }
    }

    // MARK: What failed

    /// Says what is wrong with a run, and how to repeat it; keeps its capture.
    private mutating func tell(_ run: Int, _ sentences: [String]) {
        told += 1
        guard told <= Self.sentencesTold else { return }
        for sentence in sentences.prefix(5) { print("run \(run): \(sentence)") }
        if let kept = keep(run) { print("  .ci/mutate --seed \(options.seed) --run \(run)    \(kept)") }
        fflush(nil)
    }

    private func keep(_ run: Int) -> String? {
        guard let corpus = try? options.corpus() else { return nil }
        let capture = MutationRuns(corpus, seed: options.seed, path: "").capture(of: run)
        let path = "\(options.kept)/seed-\(options.seed)-run-\(run).pcap"
        try? FileManager.default.createDirectory(atPath: options.kept, withIntermediateDirectories: true)
        guard (try? Data(capture.file).write(to: URL(filePath: path))) != nil else { return nil }
        return "\(path) of \(corpus.cuts[capture.cut].name)"
    }
}
