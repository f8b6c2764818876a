import Glibc

/// A value: why processes cannot be looked up, as one sentence for a person.
package struct LookupError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What the system said.
    package let cause: String

    package var description: String { "the process table cannot be read (\(cause))" }

    init(_ code: Int32) {
        cause = String(cString: strerror(code))
    }
}

/// A machine that owns a helper process and the connection to it; the helper ends when that is closed, at the latest
/// when this process ends.
struct HelperProcess: ~Copyable, Sendable {
    let pid: pid_t
    /// Where requests are written and answers are read.
    let connection: Int32

    /// Starts `executable` with `arguments`, without environment; the connection is its standard input and output.
    ///
    /// The signals of the terminal are blocked from its first instruction on.
    init(_ executable: String, arguments: [String]) throws(LookupError) {
        let ends = try SocketEnds()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends.far, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends.far, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var blocked = sigset_t()
        sigemptyset(&blocked)
        for number in [SIGINT, SIGHUP, SIGTERM] { sigaddset(&blocked, number) }
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var pid: pid_t = 0
        let result = posix_spawn(&pid, executable, &actions, &attributes, &words, &environment)
        guard result == 0 else { throw LookupError(result) }
        self.pid = pid
        connection = ends.takeNear()
    }

    deinit {
        close(connection)
        // One that hangs in the kernel is not waited for: init takes it over.
        for _ in 0..<100 {
            guard waitpid(pid, nil, WNOHANG) == 0 else { return }
            usleep(10_000)
        }
    }
}

/// A machine that owns both ends of a connection inside this process that no other program inherits.
struct SocketEnds: ~Copyable, Sendable {
    let near: Int32
    let far: Int32

    init() throws(LookupError) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw LookupError(errno) }
        // Above the standard streams: one of those may be closed, and is put in its place in a helper.
        let (near, far) = (fcntl(ends[0], F_DUPFD_CLOEXEC, 3), fcntl(ends[1], F_DUPFD_CLOEXEC, 3))
        let code = errno
        close(ends[0])
        close(ends[1])
        guard near >= 0, far >= 0 else {
            if near >= 0 { close(near) }
            if far >= 0 { close(far) }
            throw LookupError(code)
        }
        self.near = near
        self.far = far
    }

    /// Gives one end away and closes the other.
    consuming func takeNear() -> Int32 {
        close(far)
        let end = near
        discard self
        return end
    }

    deinit {
        close(near)
        close(far)
    }
}
