import Capture
import Glibc
import Rendering

/// A file that holds a result: written where nobody sees it and put in its place whole, so that half a file never replaces
/// a good one.
///
/// No link is followed: what it leads to may be anybody's choice. The file keeps the rights and the owner of the one that
/// it replaces, which is not one that somebody else put into a folder that everybody may write. Devices, pipes and what the
/// shell has opened (`/dev/stdout`) are written as they are.
enum ResultFile {
    /// Whether both names lead to one file.
    static func isSame(_ path: String, as other: String) -> Bool {
        var (information, others) = (stat(), stat())
        guard stat(path, &information) == 0, stat(other, &others) == 0 else { return false }
        return information.st_dev == others.st_dev && information.st_ino == others.st_ino
    }

    static func isDirectory(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// - Parameter isPrivate: whether a new file can be read by its owner only, since what it holds is not redacted.
    static func replace(_ path: String, isPrivate: Bool, _ write: (@escaping OutputSink) throws -> Void) throws {
        if let descriptor = OutputGuard.inherited(path) {
            return try ResultOutput(descriptor: descriptor, name: path).collect(write)
        }
        guard !OutputGuard.leadsThroughStrangersLink(path) else {
            throw CommandFailure(.outputFailed, OutputGuard.strangersLinkSentence(path))
        }
        var information = stat()
        let isThere = lstat(path, &information) == 0
        guard isThere || errno == ENOENT else { throw failure("cannot write \(path)") }
        let kind = information.st_mode & S_IFMT
        guard !isThere || kind != S_IFDIR else { throw CommandFailure(.outputFailed, "\(path) is a directory") }
        guard !isThere || kind != S_IFLNK else {
            throw CommandFailure(.outputFailed, OutputGuard.linkSentence(path))
        }
        guard !isThere || kind == S_IFCHR || !OutputGuard.isStrangers(at: path) else {
            throw CommandFailure(.outputFailed, OutputGuard.strangersSentence(path))
        }
        if isThere, kind != S_IFREG { return try append(to: path, write) }
        guard !isThere || access(path, W_OK) == 0 else { throw failure("cannot write \(path)") }
        let mode = isThere ? information.st_mode & 0o7777 : (isPrivate ? 0o600 : 0o666) & ~currentMask
        var file = try TemporaryFile(beside: path, named: path, mode: mode)
        do {
            if isThere { _ = fchown(file.descriptor, information.st_uid, information.st_gid) }
            guard fchmod(file.descriptor, mode) == 0 else { throw failure("cannot write \(path)") }
            try ResultOutput(descriptor: file.descriptor, name: path).collect(write)
            try file.move(to: path, named: path)
        } catch {
            file.discard()
            throw error
        }
    }

    private static var currentMask: mode_t {
        let mask = umask(0)
        umask(mask)
        return mask
    }

    private static func append(to path: String, _ write: (@escaping OutputSink) throws -> Void) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("cannot write \(path)") }
        defer { close(descriptor) }
        try ResultOutput(descriptor: descriptor, name: path).collect(write)
    }

    static func failure(_ what: String) -> CommandFailure {
        CommandFailure(.outputFailed, "\(what): \(String(cString: strerror(errno)))")
    }
}
