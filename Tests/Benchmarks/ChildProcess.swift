import Glibc

/// A value: what one run of a program cost.
struct ProcessCost {
    /// Seconds from start to end.
    var elapsed: Double
    /// Seconds of processor time, user and system.
    var processor: Double
    /// The most memory it had at once, in bytes.
    ///
    /// Linux counts in what the process had before it became the program, which is as much as the benchmark itself has:
    /// less than novatrace and tshark need, more than tcpdump does.
    var peakMemory: Int
}

/// A value: why a program could not be measured, as a sentence.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String
}

/// Runs programs and measures them.
enum ChildProcess {
    /// Runs a program to its end; what it prints is thrown away.
    ///
    /// - Parameter others: exit statuses that are as good as 0.
    static func run(_ arguments: [String], orStatus others: Set<Int32> = []) throws(BenchmarkFailure) -> ProcessCost {
        let begin = MonotonicClock.now
        let process = try start(arguments)
        let (processor, peakMemory, _) = try wait(
            for: process, arguments.joined(separator: " "), orStatus: others)
        return ProcessCost(elapsed: MonotonicClock.now - begin, processor: processor, peakMemory: peakMemory)
    }

    /// Starts a program; what it prints is thrown away, what it prints to standard error goes to a file.
    static func start(_ arguments: [String], errors: String = "/dev/null") throws(BenchmarkFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, path) in [(STDOUT_FILENO, "/dev/null"), (STDERR_FILENO, errors)] {
            posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        }
        var vector = arguments.map { strdup($0) }
        defer { vector.forEach { free($0) } }
        vector.append(nil)
        var process = pid_t()
        let error = posix_spawnp(&process, arguments[0], &actions, nil, vector, environ)
        guard error == 0 else {
            throw BenchmarkFailure(
                description: "cannot run \(arguments.joined(separator: " ")): \(String(cString: strerror(error)))")
        }
        return process
    }

    /// Waits for a program's end, which must be a good one, or an exit status of `others`, which is then said.
    static func wait(
        for process: pid_t, _ title: String, orStatus others: Set<Int32> = []
    ) throws(BenchmarkFailure) -> (processor: Double, peakMemory: Int, isOther: Bool) {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(process, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchmarkFailure(description: "cannot wait for \(title)") }
        }
        guard status == 0 || status & 0xFF == 0 && others.contains(status >> 8) else {
            throw BenchmarkFailure(description: "\(title) failed (status \(status))")
        }
        return (seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss * 1024, status != 0)
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
}
