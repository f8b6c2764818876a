import Foundation
import TestSupport
import Testing

@testable import Capture

@Suite struct `Who a capture goes on as` {
    private func identity(
        named name: String? = nil, sudoUser: String? = nil, isRoot: Bool = true,
        substitutes: [String] = UnprivilegedUser.substitutes
    ) throws -> CaptureIdentity {
        try CaptureIdentity(named: name, sudoUser: sudoUser, isRoot: isRoot, substitutes: substitutes)
    }

    @Test func `is who ran sudo, and so are the files`() throws {
        let identity = try identity(sudoUser: "daemon")
        #expect(identity.user?.name == "daemon" && identity.owner?.name == "daemon")
    }

    @Test(arguments: [nil, "", "root"])
    func `is the first substitute that there is for plain root, whose files are root's`(
        sudoUser: String?
    ) throws {
        let identity = try identity(sudoUser: sudoUser, substitutes: ["no-such-user", "root", "daemon", "nobody"])
        #expect(identity.user?.name == "daemon")
        #expect(identity.owner == nil && !identity.keepsRoot)
        #expect(try self.identity(sudoUser: sudoUser).user?.isRoot == false)
    }

    @Test func `is who was named, before all others`() throws {
        let identity = try identity(named: "nobody", sudoUser: "daemon")
        #expect(identity.user?.name == "nobody" && identity.owner?.name == "nobody")
        let root = try self.identity(named: "root", sudoUser: "daemon")
        #expect(root.keepsRoot && root.owner == nil)
    }

    @Test func `is who runs it where that is not root, whatever the environment says`() throws {
        let identity = try identity(sudoUser: "daemon", isRoot: false)
        #expect(identity.user == nil && identity.owner == nil)
    }

    @Test func `is nobody by a name that nobody has: that is an error`() {
        #expect(throws: CaptureError(.usage, path: "gone", "there is no user gone")) { try identity(named: "gone") }
        #expect(
            throws: CaptureError(
                .usage, path: "gone",
                "there is no user gone, who ran sudo (SUDO_USER): --user NAME says who to go on as")
        ) { try identity(sudoUser: "gone") }
        #expect(
            throws: CaptureError(
                .usage, path: "",
                "there is no user to go on as (gone): --user NAME names one, --user root keeps root's rights")
        ) { try identity(substitutes: ["gone"]) }
    }
}

/// What is refused: an error number, 0 where it is not.
private func errorNumber(_ call: () -> Int32) -> Int32 {
    errno = 0
    let result = call()
    let number = errno
    if result > 2 { close(result) }
    return result < 0 ? number : 0
}

/// Each test enters a filter on a thread of its own process, and for good.
@Suite struct `The system calls of a capture` {
    @Test func `start no program, make no connection, touch no process and make no code`() async {
        await #expect(processExitsWith: .success) {
            try SystemCallFilter.capture(helpers: []).enter()
            #expect(errorNumber { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) } == EPERM)
            #expect(errorNumber { socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0) } == EPERM)
            #expect(errorNumber { kill(getppid(), 0) } == EPERM)
            #expect(errorNumber { mkdir("/tmp/novatrace-never", 0o700) } == EPERM)
            #expect(errorNumber { unlink("/tmp/novatrace-never") } == EPERM)
            #expect(errorNumber { chmod("/tmp/novatrace-never", 0o777) } == EPERM)
            var pid: pid_t = 0
            #expect(posix_spawn(&pid, "/bin/true", nil, nil, [nil], [nil]) == EPERM)
            let code = mmap(nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            #expect(code == MAP_FAILED && errno == EPERM)
            // A character typed into the terminal on behalf of its owner.
            var character: CChar = 10
            #expect(errorNumber { ioctl(0, UInt(TIOCSTI), &character) } == EPERM)
        }
    }

    @Test func `are all that its own work needs`() async {
        await #expect(processExitsWith: .success) {
            try SystemCallFilter.capture(helpers: []).enter()
            let queue = BoundedQueue<Int>(limit: 1)
            let thread = try WorkerThread { _ = queue.offer(7) }
            guard case .element(7) = queue.next(within: 5000) else { exit(1) }
            thread.join()
            var list: UnsafeMutablePointer<ifaddrs>?
            #expect(getifaddrs(&list) == 0)
            freeifaddrs(list)
            _ = isatty(STDOUT_FILENO)
            #expect(errorNumber { open("/proc/net/dev", O_RDONLY) } == 0)
        }
    }

    @Test func `of the helper that looks at processes open for reading only`() async {
        await #expect(processExitsWith: .success) {
            try SystemCallFilter.processTable.enter()
            #expect(errorNumber { open("/proc/net/tcp", O_RDONLY) } == 0)
            #expect(errorNumber { open("/dev/null", O_WRONLY) } == EPERM)
            #expect(errorNumber { open("/dev/null", O_RDWR) } == EPERM)
            #expect(errorNumber { open("/dev/null", O_RDONLY | O_TRUNC) } == EPERM)
            #expect(errorNumber { socket(AF_NETLINK, Int32(SOCK_RAW.rawValue), 0) } == EPERM)
            #expect(errorNumber { kill(getpid(), 0) } == EPERM)
        }
    }

    @Test func `of the helper that opens files neither remove any nor look into folders`() async {
        await #expect(processExitsWith: .success) {
            try SystemCallFilter.outputFiles.enter()
            #expect(errorNumber { unlink("/tmp/novatrace-never") } == EPERM)
            #expect(errorNumber { rename("/tmp/novatrace-never", "/tmp/novatrace-nor") } == EPERM)
            #expect(opendir("/") == nil || readdir(opendir("/")) == nil)
            #expect(errorNumber { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) } == EPERM)
        }
    }

    @Test(.enabled(if: Landlock.isAvailable, "this kernel has no Landlock"))
    func `open files beneath the folder of the capture only`() async throws {
        let scratch = try Scratch()
        await #expect(processExitsWith: .success) { [path = scratch.directory.path as String] in
            let folder = open(path, O_RDONLY | O_DIRECTORY)
            try Capabilities().keepOnlyThese()
            try Landlock.confine(writingIn: folder, reading: ["/proc"])
            #expect(errorNumber { openat(folder, "new", O_WRONLY | O_CREAT, 0o600) } == 0)
            #expect(errorNumber { open("/proc/self/status", O_RDONLY) } == 0)
            #expect(errorNumber { open("/etc/passwd", O_RDONLY) } == EACCES)
            #expect(errorNumber { openat(folder, "../novatrace-never", O_WRONLY | O_CREAT, 0o600) } == EACCES)
            #expect(errorNumber { openat(folder, "new", O_RDONLY) } == EACCES)
        }
        #expect(try scratch.names == ["new"])
    }
}
