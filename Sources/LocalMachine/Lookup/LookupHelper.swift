import Glibc

/// What the helper process does: it answers requests about sockets from the process table until its input ends.
///
/// It may run with more privileges than the process that asks. It sees no packets, opens nothing that a request names,
/// and takes nothing in but addresses and ports.
package enum LookupHelper {
    /// Makes the process a helper: it outlives the signals that a terminal sends to all of its processes, since the one
    /// that asks has something left to say after them. It keeps no file of that one open, and leaves none behind.
    package static func prepare() {
        for number in [SIGINT, SIGHUP, SIGTERM, SIGPIPE] { signal(number, SIG_IGN) }
        closefrom(STDERR_FILENO + 1)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // A working directory would keep its file system from being unmounted.
        _ = chdir("/")
    }

    /// Answers the requests that come from `input` on `output`, until there are no more or nobody reads the answers.
    package static func serve(input: Int32, output: Int32, _ table: ProcessTable = ProcessTable()) {
        var lines = LineSplitter(longest: LookupLimits.request)
        var buffer = [UInt8](repeating: 0, count: LookupLimits.request)
        var isRead = true
        while isRead {
            let count = readSome(input, into: &buffer)
            guard count > 0 else { return }
            lines.receive(buffer[..<count]) { line in
                guard isRead else { return }
                isRead = writeAll(output, answers(to: line, table))
            }
        }
    }

    private static func answers(to line: ArraySlice<UInt8>?, _ table: ProcessTable) -> [UInt8] {
        guard let line, let sockets = LookupLine.sockets(inRequest: line) else { return LookupLine.line(.refused) }
        let findings = table.find(Set(sockets))
        var lines: [UInt8] = []
        for (index, socket) in sockets.enumerated() {
            guard let process = findings.processes[socket] else { continue }
            lines += LookupLine.line(.process(index: index, process))
        }
        return lines + LookupLine.line(.done(unreadable: findings.unreadable))
    }
}
