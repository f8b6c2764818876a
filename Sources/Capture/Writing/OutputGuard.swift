import CSeccomp
import Glibc

/// What may be written over: nothing that a link leads to, and in a folder that everybody may write nothing that somebody
/// else has put there, who would then hold what is written, or lose what is theirs (open(2), `O_NOFOLLOW`; proc_sys_fs(5),
/// `protected_regular` and `protected_fifos`, which not every system has switched on).
package enum OutputGuard {
    /// What the shell has opened, by `-` or the names that stand for descriptors of this process: it is shared, not
    /// opened anew, as its own name may lead elsewhere by now. `nil` for any other path.
    package static func inherited(_ path: String) -> Int32? {
        switch path {
        case "-", "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        default:
            for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
                return Int32(path.dropFirst(folder.count)).flatMap { $0 >= 0 ? $0 : nil }
            }
            return nil
        }
    }

    /// - Parameters:
    ///   - status: what the name stands for, links not followed.
    ///   - owner: whom new files are given to.
    static func check(
        _ status: stat, in folder: Int32, owner: UnprivilegedUser?, existing: OutputFile.Existing
    ) throws(OutputFile.Failure) {
        switch status.st_mode & S_IFMT {
        case S_IFLNK: throw OutputFile.Failure(number: ELOOP)
        case S_IFDIR: throw OutputFile.Failure(number: EISDIR)
        case S_IFREG where existing == .refused: throw OutputFile.Failure(number: EEXIST)
        case S_IFCHR, S_IFBLK: return
        default: break
        }
        guard !isStrangers(status, in: folder, owner: owner?.user) else {
            throw OutputFile.Failure(number: EPERM, isStrangers: true)
        }
    }

    /// Whether a file may be somebody else's: in a folder that everybody may write it belongs neither to this user nor to
    /// `owner` nor to whom the folder belongs, or it has another name somewhere.
    private static func isStrangers(_ status: stat, in folder: Int32, owner: UInt32? = nil) -> Bool {
        var above = stat()
        guard fstat(folder, &above) == 0 else { return true }
        guard above.st_mode & S_IWOTH != 0 else { return false }
        let isKnown = [geteuid(), above.st_uid, owner].contains(status.st_uid)
        return !isKnown || (status.st_mode & S_IFMT == S_IFREG && status.st_nlink > 1)
    }

    /// Whether a folder of a path is a link that somebody else has put where everybody may write, who chooses so where the
    /// file lies (proc_sys_fs(5), `protected_symlinks`).
    ///
    /// - Parameter owner: whose links are followed, too.
    package static func leadsThroughStrangersLink(_ path: String, owner: UInt32? = nil) -> Bool {
        var (above, parts) = (path.hasPrefix("/") ? "/" : ".", path.split(separator: "/"))
        if !path.hasSuffix("/") { _ = parts.popLast() }
        for part in parts {
            let folder = above == "." && !path.hasPrefix("./") ? String(part) : "\(above == "/" ? "" : above)/\(part)"
            var (link, place) = (stat(), stat())
            if lstat(folder, &link) == 0, link.st_mode & S_IFMT == S_IFLNK, stat(above, &place) == 0,
                place.st_mode & S_IWOTH != 0, ![geteuid(), place.st_uid, owner].contains(link.st_uid)
            {
                return true
            }
            above = folder
        }
        return false
    }

    package static func strangersLinkSentence(_ path: String) -> String {
        "cannot write \(path): a folder of it is another user's link in a folder that everybody may write"
    }

    package static func strangersSentence(_ title: String) -> String {
        "\(title) is not replaced: it lies in a folder that everybody may write, and is or may be another user's"
    }

    package static func linkSentence(_ title: String) -> String {
        "\(title) is a link, and what links lead to is not written over"
    }

    /// Whether there is a file at `path` that may be somebody else's, as above.
    package static func isStrangers(at path: String) -> Bool {
        let parts = OutputFolder.parts(path)
        let folder = rights_open_folder(parts.folder)
        guard folder >= 0 else { return false }
        defer { close(folder) }
        var status = stat()
        guard fstatat(folder, parts.name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return false }
        return isStrangers(status, in: folder)
    }
}
