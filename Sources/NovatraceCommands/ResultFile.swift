import Rendering

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// A file that holds a result: written beside its name and moved there whole, so that half a file never replaces a
/// good one.
enum ResultFile {
    static func replace(_ path: String, _ write: (@escaping OutputSink) throws -> Void) throws {
        var information = stat()
        if stat(path, &information) == 0, information.st_mode & S_IFMT != S_IFREG {
            guard information.st_mode & S_IFMT != S_IFDIR else {
                throw CommandFailure(.outputFailed, "\(path) is a directory")
            }
            return try append(to: path, write)
        }
        let temporary = path + ".novatrace-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure("cannot write \(path)") }
        do {
            try ResultOutput(descriptor: descriptor, name: path).collect(write)
            guard close(descriptor) == 0, rename(temporary, path) == 0 else { throw failure("cannot write \(path)") }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Devices and pipes are written as they are.
    private static func append(to path: String, _ write: (@escaping OutputSink) throws -> Void) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot write \(path)") }
        defer { close(descriptor) }
        try ResultOutput(descriptor: descriptor, name: path).collect(write)
    }

    private static func failure(_ what: String) -> CommandFailure {
        CommandFailure(.outputFailed, "\(what): \(String(cString: strerror(errno)))")
    }
}
