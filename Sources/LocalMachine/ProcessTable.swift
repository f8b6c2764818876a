/// A value: a process of this machine, as it calls itself.
///
/// Both texts are what the process chose: they may hold anything, a password on a command line included, and are not fit
/// to be shown as they are.
package struct LocalProcess: Hashable, Sendable {
    package var pid: Int
    /// The name of the running program, cut by the kernel to 15 bytes (`/proc/PID/comm`).
    package var name: String
    /// The first 32 arguments and 4 kB of the command line, the last one perhaps cut (`/proc/PID/cmdline`). Where the
    /// process has set a title, that is the first.
    package var arguments: [String]

    package init(pid: Int, name: String, arguments: [String]) {
        self.pid = pid
        self.name = name
        self.arguments = arguments
    }

    /// Reads it from the process table; `nil` when it is gone.
    init?(_ pid: Int, in proc: ProcFolder) {
        guard let name = proc.content("\(pid)/comm", atMost: ProcessLimits.name),
            let line = proc.content("\(pid)/cmdline", atMost: ProcessLimits.commandLine)
        else { return nil }
        // What follows a title that a process has set are the NULs of what stood there before.
        let end = line.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
        let arguments = line[..<end].split(separator: 0, omittingEmptySubsequences: false)
        self.init(
            pid: pid, name: String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self),
            arguments: end == 0
                ? [] : arguments.prefix(ProcessLimits.arguments).map { String(decoding: $0, as: UTF8.self) })
    }
}

/// A value: the kernel's process table (proc(5)), which tells what process a socket of this machine belongs to.
///
/// The sockets are those of the network namespace that it is read in. A container with a network of its own has its
/// sockets in another one and is not found; one that shares the host's network is.
package struct ProcessTable: Sendable {
    /// What one scan found.
    struct Owners {
        var processes: [SocketPair: LocalProcess] = [:]
        /// Processes whose descriptors this user may not see.
        var unreadable = 0
    }

    private let proc: ProcFolder
    private let limits: ScanLimits

    /// `proc` is where the process table is mounted.
    package init(proc: String = "/proc", limits: ScanLimits = ScanLimits()) {
        self.proc = ProcFolder(path: proc)
        self.limits = limits
    }

    /// Finds the processes that have the sockets `wanted` open, and looks no further when it has them all.
    ///
    /// A socket that several processes share, as after a fork, belongs to the one with the lowest number.
    func find(_ wanted: Set<SocketPair>) -> Owners {
        var owners = Owners()
        var missing = SocketTable.inodes(of: wanted, in: proc, atMost: limits.tableBytes)
        guard !missing.isEmpty else { return owners }
        var left = limits.descriptors
        for pid in proc.processes(atMost: limits.processes) where left > 0 && !missing.isEmpty {
            var own: Set<UInt64> = []
            var budget = min(left, limits.descriptorsPerProcess)
            left -= budget
            let listing = proc.sockets(of: pid, atMost: &budget) { inode in
                if missing[inode] != nil { own.insert(inode) }
                return own.count < missing.count
            }
            left += budget
            if case .notPermitted = listing { owners.unreadable += 1 }
            guard !own.isEmpty, let process = LocalProcess(pid, in: proc) else { continue }
            for inode in own {
                if let socket = missing.removeValue(forKey: inode) { owners.processes[socket] = process }
            }
        }
        return owners
    }
}
