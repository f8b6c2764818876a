import Glibc

/// A machine that holds a file which is not in its place yet, in the folder where it will be.
///
/// Where the file system can (open(2), `O_TMPFILE`), it has no name until it is whole: whatever ends the program leaves
/// nothing behind. Elsewhere it has a name of its own.
struct TemporaryFile {
    private(set) var descriptor: Int32
    /// `nil` while it has none.
    private var name: String?
    private let folder: String

    /// `O_TMPFILE` is not imported: its value holds `O_DIRECTORY` (asm-generic/fcntl.h).
    private static let unnamed = 0o20000000 | O_DIRECTORY

    /// - Parameter path: what the person called the file, for failures.
    init(beside target: String, named path: String, mode: mode_t) throws {
        folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "./"
        descriptor = open(folder, O_WRONLY | O_CLOEXEC | Self.unnamed, mode)
        if descriptor >= 0 { return }
        let name = folder + Self.newName
        descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw ResultFile.failure(errno == ENOENT ? "cannot write \(path)" : "cannot write beside \(path)")
        }
        self.name = name
    }

    /// Short, whatever the file's own name is, and of no other run.
    private static var newName: String {
        ".novatrace-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    }

    /// Puts the file in its place, in that of another if there is one.
    mutating func move(to target: String, named path: String) throws {
        if name == nil {
            let linked = folder + Self.newName
            guard linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, linked, AT_SYMLINK_FOLLOW) == 0 else {
                throw ResultFile.failure("cannot write \(path)")
            }
            name = linked
        }
        let open = descriptor
        descriptor = -1
        guard close(open) == 0, let name, rename(name, target) == 0 else {
            throw ResultFile.failure("cannot write \(path)")
        }
        self.name = nil
    }

    /// Lets the file go.
    mutating func discard() {
        if descriptor >= 0 { close(descriptor) }
        if let name { unlink(name) }
        (descriptor, name) = (-1, nil)
    }
}
