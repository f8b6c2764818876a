import Rendering

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// A file that holds a result: written where nobody sees it and put in its place whole, so that half a file never replaces
/// a good one.
///
/// Links are followed, and the file keeps the rights and the owner of the one that it replaces. Devices, pipes and what
/// the shell has opened (`/dev/stdout`) are written as they are.
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

    static func replace(_ path: String, _ write: (@escaping OutputSink) throws -> Void) throws {
        var information = stat()
        let isThere = stat(path, &information) == 0
        guard isThere || errno == ENOENT else { throw failure("cannot write \(path)") }
        guard !isThere || information.st_mode & S_IFMT != S_IFDIR else {
            throw CommandFailure(.outputFailed, "\(path) is a directory")
        }
        if isThere, information.st_mode & S_IFMT != S_IFREG || isOpenAlready(path) {
            return try append(to: path, write)
        }
        guard !isThere || access(path, W_OK) == 0 else { throw failure("cannot write \(path)") }
        let target = try destination(of: path)
        let mode = isThere ? information.st_mode & 0o7777 : 0o666 & ~currentMask
        var file = try TemporaryFile(beside: target, named: path, mode: mode)
        do {
            if isThere { _ = fchown(file.descriptor, information.st_uid, information.st_gid) }
            guard fchmod(file.descriptor, mode) == 0 else { throw failure("cannot write \(path)") }
            try ResultOutput(descriptor: file.descriptor, name: path).collect(write)
            try file.move(to: target, named: path)
        } catch {
            file.discard()
            throw error
        }
    }

    /// A name of a file that the shell has opened: it is written where it stands, whatever its own name is.
    private static func isOpenAlready(_ path: String) -> Bool {
        path.hasPrefix("/dev/") || path.hasPrefix("/proc/")
    }

    /// Where links lead at last, there or not; a chain of them is followed as far as the system would.
    private static func destination(of path: String) throws -> String {
        var target = path
        for _ in 0..<40 {
            var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let length = readlink(target, &buffer, buffer.count)
            guard length > 0 else { return target }
            let link = String(decoding: buffer.prefix(length), as: UTF8.self)
            let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? ""
            target = link.hasPrefix("/") ? link : folder + link
        }
        throw CommandFailure(.outputFailed, "cannot write \(path): \(String(cString: strerror(ELOOP)))")
    }

    private static var currentMask: mode_t {
        let mask = umask(0)
        umask(mask)
        return mask
    }

    private static func append(to path: String, _ write: (@escaping OutputSink) throws -> Void) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot write \(path)") }
        defer { close(descriptor) }
        try ResultOutput(descriptor: descriptor, name: path).collect(write)
    }

    static func failure(_ what: String) -> CommandFailure {
        CommandFailure(.outputFailed, "\(what): \(String(cString: strerror(errno)))")
    }
}
