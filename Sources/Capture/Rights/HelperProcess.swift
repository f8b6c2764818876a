import Glibc

/// A value: why the system did not do what was asked for, by its error number.
package struct SystemFailure: Error, Equatable, Sendable {
    package let number: Int32

    package init(number: Int32) { self.number = number }
}

/// A machine that owns a helper process and the connection to it; the helper ends when that is closed, at the latest
/// when this process ends.
package struct HelperProcess: ~Copyable, Sendable {
    package let pid: Int32
    /// Where requests are written and answers are read.
    package let connection: Int32

    /// The descriptor under which a helper finds the folder that it was given.
    package static let folder = STDERR_FILENO + 1

    /// Starts `executable` with `arguments`, without environment; the connection is its standard input and output.
    ///
    /// The signals of the terminal are blocked from its first instruction on.
    ///
    /// - Parameter folder: a folder that it may use, under the number that `HelperProcess.folder` tells.
    package init(
        _ executable: String = "/proc/self/exe", arguments: [String], folder: Int32? = nil
    ) throws(SystemFailure) {
        let ends = try SocketEnds()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Two steps where it has the same number already: the first takes the mark off that closes it.
        if let folder {
            posix_spawn_file_actions_adddup2(&actions, folder, STDIN_FILENO)
            posix_spawn_file_actions_adddup2(&actions, ends.far, STDOUT_FILENO)
            posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, Self.folder)
            posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_adddup2(&actions, ends.far, STDIN_FILENO)
            posix_spawn_file_actions_adddup2(&actions, ends.far, STDOUT_FILENO)
        }
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
        guard result == 0 else { throw SystemFailure(number: result) }
        self.pid = pid
        connection = ends.takeNear()
    }

    /// It has a moment to end by itself; one that was stopped does not notice that nobody asks any more.
    deinit {
        close(connection)
        // One that hangs in the kernel is not waited for: init takes it over.
        for attempt in 0..<100 {
            guard waitpid(pid, nil, WNOHANG) == 0 else { return }
            if attempt == 10 { kill(pid, SIGKILL) }
            usleep(10_000)
        }
    }

    /// What every helper does first: it outlives the signals that a terminal sends to all of its processes, since the one
    /// that asks has something left to say after them. It keeps no file of that one open, and leaves none behind.
    package static func prepare(keepingFolder keepsFolder: Bool = false) {
        for number in [SIGINT, SIGHUP, SIGTERM, SIGPIPE] { signal(number, SIG_IGN) }
        closefrom(STDERR_FILENO + (keepsFolder ? 2 : 1))
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // A working directory would keep its file system from being unmounted.
        _ = chdir("/")
    }
}

/// A machine that owns both ends of a connection inside this process that no other program inherits.
package struct SocketEnds: ~Copyable, Sendable {
    package let near: Int32
    package let far: Int32

    package init() throws(SystemFailure) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemFailure(number: errno) }
        // Above the standard streams and the folder: those may be closed, and are put in their places in a helper.
        let lowest = HelperProcess.folder + 1
        let (near, far) = (fcntl(ends[0], F_DUPFD_CLOEXEC, lowest), fcntl(ends[1], F_DUPFD_CLOEXEC, lowest))
        let code = errno
        close(ends[0])
        close(ends[1])
        guard near >= 0, far >= 0 else {
            if near >= 0 { close(near) }
            if far >= 0 { close(far) }
            throw SystemFailure(number: code)
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
