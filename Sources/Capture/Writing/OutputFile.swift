import Glibc

/// A machine that owns a file, device or pipe that records are written to, and keeps it whole: where the last of what
/// was to be written has no room, a file is cut back to the end of a record.
///
/// A failed write raises `SIGXFSZ` or `SIGPIPE` besides: the program must ignore both.
struct OutputFile: ~Copyable {
    /// −1 when it is closed.
    private var descriptor: Int32
    let isRegular: Bool
    /// Bytes written through this.
    private(set) var length = 0
    /// Nothing can follow any more: it is closed, a pipe ends inside a record, or nobody reads it.
    private(set) var isOver = false

    private init(_ descriptor: Int32, isRegular: Bool) {
        self.descriptor = descriptor
        self.isRegular = isRegular
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// What becomes of a regular file that is there already. Devices and pipes are written as they are.
    enum Existing {
        case refused
        case replaced
    }

    /// Why a file is not opened: an error number of the system, `ELOOP` for a link.
    struct Failure: Error {
        let number: Int32
        /// It may be somebody else's, who would then hold what is written.
        var isStrangers = false

        /// Something has the name that is not replaced: a ring steps over it.
        var isInTheWay: Bool { isStrangers || number == EEXIST || number == ELOOP }
    }

    /// A further descriptor of what the shell has opened.
    static func sharing(_ descriptor: Int32) throws(Failure) -> OutputFile {
        try opened(fcntl(descriptor, F_DUPFD_CLOEXEC, 3))
    }

    /// Opens `name` in a folder. New files can be read by their owner only, as packets hold secrets.
    static func open(
        _ name: String, in folder: Int32, owner: UnprivilegedUser?, existing: Existing
    ) throws(Failure) -> OutputFile {
        try opened(descriptor(of: name, in: folder, owner: owner, existing: existing))
    }

    /// Takes a descriptor over; below 0 it failed, by the error number.
    static func opened(_ descriptor: Int32) throws(Failure) -> OutputFile {
        guard descriptor >= 0 else { throw Failure(number: errno) }
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        return OutputFile(descriptor, isRegular: isRegular)
    }

    /// As `open`, with a descriptor that nobody owns yet. No link is followed; there is no moment between looking at a
    /// file and opening it in which another could take its place.
    ///
    /// - Throws: `EEXIST` for a regular file that is refused.
    static func descriptor(
        of name: String, in folder: Int32, owner: UnprivilegedUser?, existing: Existing
    ) throws(Failure) -> Int32 {
        guard !["", ".", ".."].contains(name) else { throw Failure(number: EISDIR) }
        let flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW
        let new = openat(folder, name, flags | O_CREAT | O_EXCL, 0o600)
        if new >= 0 {
            if let owner { _ = fchown(new, owner.user, owner.group) }
            return new
        }
        guard errno == EEXIST else { throw Failure(number: errno) }
        // Looked at before as well: opening a pipe waits for its reader, and that of a stranger is not waited for.
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw Failure(number: errno) }
        try OutputGuard.check(status, in: folder, owner: owner, existing: existing)
        let old = openat(folder, name, flags)
        guard old >= 0 else { throw Failure(number: errno) }
        do throws(Failure) {
            guard fstat(old, &status) == 0 else { throw Failure(number: errno) }
            try OutputGuard.check(status, in: folder, owner: owner, existing: existing)
            guard status.st_mode & S_IFMT != S_IFREG || ftruncate(old, 0) == 0 else { throw Failure(number: errno) }
            return old
        } catch {
            Glibc.close(old)
            throw error
        }
    }

    /// Writes records that end at `ends`, the last of them at the end of `bytes`.
    ///
    /// - Returns: how many of them are written, and where that is not all, the error number.
    mutating func write(_ bytes: [UInt8], ends: [Int]) -> (whole: Int, failure: Int32?) {
        let (count, failure) = writeAll(bytes)
        guard let failure else {
            length += bytes.count
            return (ends.count, nil)
        }
        let whole = ends.firstIndex { $0 > count } ?? ends.count
        let border = whole == 0 ? 0 : ends[whole - 1]
        length += border
        if failure == EPIPE || !cutBack(count - border) { isOver = true }
        return (whole, failure)
    }

    /// Writes the file's header, all of it or nothing.
    ///
    /// - Returns: an error number where it is nothing.
    mutating func writeHeader(_ header: [UInt8]) -> Int32? {
        write(header, ends: [header.count]).failure
    }

    /// - Returns: an error number; some file systems tell only now that there was no room.
    mutating func close() -> Int32? {
        guard descriptor >= 0 else { return nil }
        let result = Glibc.close(descriptor)
        descriptor = -1
        isOver = true
        return result == 0 || errno == EINTR ? nil : errno
    }

    /// How many of the bytes were written; fewer with an error only.
    private func writeAll(_ bytes: [UInt8]) -> (count: Int, failure: Int32?) {
        bytes.withUnsafeBytes { bytes in
            var count = 0
            while count < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
                let step = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if step > 0 {
                    count += step
                } else if step == 0 {
                    return (count, EIO)
                } else if errno == EAGAIN {
                    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&request, 1, -1)
                } else if errno != EINTR {
                    return (count, errno)
                }
            }
            return (count, nil)
        }
    }

    /// Takes the last bytes back; `false` where that cannot be done.
    private func cutBack(_ excess: Int) -> Bool {
        guard excess > 0 else { return true }
        let end = lseek(descriptor, 0, SEEK_CUR) - off_t(excess)
        return isRegular && end >= 0 && ftruncate(descriptor, end) == 0 && lseek(descriptor, end, SEEK_SET) == end
    }
}

extension CaptureError {
    /// The path that is written to as it stands in a sentence.
    static func outputTitle(_ path: String) -> String {
        path == "-" ? "standard output" : path
    }

    /// Why a file cannot be written, by the system's error number.
    static func unwritable(_ path: String, _ error: Int32) -> CaptureError {
        unwritable(path, OutputFile.Failure(number: error))
    }

    static func unwritable(_ path: String, _ failure: OutputFile.Failure) -> CaptureError {
        let title = outputTitle(path)
        guard !failure.isStrangers else {
            return CaptureError(.unwritable, path: path, OutputGuard.strangersSentence(title))
        }
        guard failure.number != ELOOP else {
            return CaptureError(.unwritable, path: path, OutputGuard.linkSentence(title))
        }
        return CaptureError(
            .unwritable, path: path, sentence(title, failure.number), cause: String(cString: strerror(failure.number)))
    }

    private static func sentence(_ title: String, _ error: Int32) -> String {
        switch error {
        case EEXIST: "\(title) exists already; --force replaces it"
        case EISDIR: "\(title) is a directory"
        case ENOENT: "\(title) cannot be created: its folder does not exist"
        case ENOTDIR: "\(title) cannot be created: what should be its folder is none"
        case EACCES, EPERM: "\(title) may not be written by this user"
        case EROFS: "\(title) is on a disk that cannot be written"
        case ENOSPC: "the disk that holds \(title) is full"
        case EDQUOT: "this user's share of the disk that holds \(title) is used up"
        case EFBIG: "\(title) has the largest size that a file may have here"
        case EPIPE: "nobody reads \(title) any more"
        case ECONNRESET, ETIMEDOUT: "\(title) cannot be opened: the helper that opens files does not answer"
        case EMFILE, ENFILE: "\(title) cannot be opened: too many files are open at once"
        default: "\(title) cannot be written"
        }
    }
}
