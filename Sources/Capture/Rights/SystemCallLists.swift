import CSeccomp
import Glibc

/// The system calls that each process of a live capture needs, and no more: no program is started, no connection made, no
/// other process touched, no memory made executable.
extension SystemCallFilter {
    /// The process that captures, decodes, prints and writes. `helpers` are the processes that it ends at the end.
    ///
    /// Where the kernel has Landlock, opening files is confined to the folder that packets are written to.
    static func capture(helpers: [Int32]) -> SystemCallFilter {
        SystemCallFilter(
            rules: memory + threads + ending + clocks + streams + waiting + packets + addresses
                + files(flags: nil) + terminal + helpers.flatMap(ending))
    }

    /// The helper that looks into the process table: it opens for reading only.
    static let processTable = SystemCallFilter(
        rules: memory + ending + clocks + streams + files(flags: Condition(argument: 2, mask: writing, value: 0))
            + ["getdents64", "readlink", "readlinkat", "prlimit64"])

    /// The helper that opens the files of a ring.
    static let outputFiles = SystemCallFilter(
        rules: memory + ending + clocks + streams + files(flags: nil) + ["recvmsg", "sendmsg", "fchown"])

    // MARK: Parts of the lists

    /// Bits of open(2)'s flags that make it do something to a file.
    private static let writing = UInt64(O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)

    private static let memory: [Rule] = [
        Rule("mmap", Condition(argument: 2, mask: UInt64(PROT_EXEC), value: 0)),
        Rule("mprotect", Condition(argument: 2, mask: UInt64(PROT_EXEC), value: 0)),
        "munmap", "mremap", "madvise", "brk", "getrandom", "futex", "rseq", "membarrier",
    ]

    private static let threads: [Rule] = [
        Rule("clone", Condition(argument: 0, mask: UInt64(CLONE_THREAD), value: UInt64(CLONE_THREAD))),
        "set_robust_list", "sched_yield", "sched_getaffinity", "sched_getparam", "sched_getscheduler", "gettid",
        // Limits of this process alone: the size of a thread's stack is one.
        Rule("prlimit64", Condition(argument: 0, value: 0)), "getrlimit", "ugetrlimit",
    ]

    private static let ending: [Rule] = [
        "exit", "exit_group", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sigaltstack",
        "restart_syscall", "getpid", "geteuid", "getuid",
        // A fault of the program's own ends it: abort(3).
        Rule("tgkill", Condition(argument: 0, value: UInt64(getpid()))),
    ]

    private static let clocks: [Rule] = ["clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep"]

    private static let streams: [Rule] = [
        "read", "readv", "write", "writev", "close", "lseek", "fstat", "newfstatat", "fstatat64", "statx", "fcntl",
        "fcntl64", "ftruncate", "dup",
    ]

    private static let waiting: [Rule] = ["poll", "ppoll", "wait4", "waitid"]

    /// A packet socket that is open already (packet(7)).
    private static let packets: [Rule] = [
        "getsockopt", "recvfrom", "recvmsg", "recvmmsg",
        Rule("ioctl", Condition(argument: 1, value: UInt64(SIOCGIFFLAGS))),
        Rule("ioctl", Condition(argument: 1, value: UInt64(SIOCGIFINDEX))),
        Rule("ioctl", Condition(argument: 1, value: UInt64(FIONREAD))),
    ]

    /// getifaddrs(3) asks the kernel in this way only (netlink(7)).
    private static let addresses: [Rule] = [
        Rule("socket", Condition(argument: 0, value: UInt64(AF_NETLINK))),
        "bind", "getsockname", "sendto", "sendmsg",
    ]

    private static func files(flags condition: Condition?) -> [Rule] {
        [Rule(name: "openat", conditions: condition.map { [$0] } ?? []), "umask", "faccessat", "faccessat2"]
    }

    /// The width of a terminal, and whether it is one: nothing can be typed into it (`TIOCSTI`).
    private static let terminal: [Rule] = [
        Rule("ioctl", Condition(argument: 1, value: UInt64(TCGETS))),
        Rule("ioctl", Condition(argument: 1, value: UInt64(TIOCGWINSZ))),
    ]

    private static func ending(_ helper: Int32) -> [Rule] {
        [Rule("kill", Condition(argument: 0, value: UInt64(helper)), Condition(argument: 1, value: UInt64(SIGKILL)))]
    }
}
