#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

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
    static func run(_ arguments: [String]) throws(BenchmarkFailure) -> ProcessCost {
        let title = arguments.joined(separator: " ")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var vector = arguments.map { strdup($0) }
        defer { vector.forEach { free($0) } }
        vector.append(nil)
        var process = pid_t()
        let start = now()
        let error = posix_spawnp(&process, arguments[0], &actions, nil, vector, environ)
        guard error == 0 else {
            throw BenchmarkFailure(description: "cannot run \(title): \(String(cString: strerror(error)))")
        }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(process, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchmarkFailure(description: "cannot wait for \(title)") }
        }
        let end = now()
        guard status == 0 else { throw BenchmarkFailure(description: "\(title) failed (status \(status))") }
        return ProcessCost(
            elapsed: end - start, processor: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            peakMemory: usage.ru_maxrss * 1024)
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
}
