import CSeccomp
import Glibc

/// A machine that holds the folder open in which the files of a capture are: they are found and created there whatever
/// becomes of the folder's name, and of the rights to go there.
///
/// Where rights are given up that creating files in it may need, a helper process keeps those and opens the files of a
/// ring (`FileOpener`); the first file is opened before.
package final class OutputFolder: Sendable {
    /// For openat(2) and the like.
    package let descriptor: Int32
    private let owner: UnprivilegedUser?
    private let opener: FileOpener?

    /// - Parameters:
    ///   - path: that of a file in it.
    ///   - owner: whom new files are given to; `nil` for who creates them.
    /// - Throws: `unwritable`, where there is no such folder or no way into it.
    package convenience init(of path: String, owner: UnprivilegedUser? = nil) throws(CaptureError) {
        guard !OutputGuard.leadsThroughStrangersLink(path, owner: owner?.user) else {
            throw CaptureError(.unwritable, path: path, OutputGuard.strangersLinkSentence(path))
        }
        let (folder, _) = Self.parts(path)
        let descriptor = rights_open_folder(folder)
        guard descriptor >= 0 else { throw .unwritable(path, OutputFile.Failure(number: errno)) }
        self.init(descriptor: descriptor, owner: owner, opener: nil)
    }

    private init(descriptor: Int32, owner: UnprivilegedUser?, opener: FileOpener?) {
        (self.descriptor, self.owner, self.opener) = (descriptor, owner, opener)
    }

    deinit { close(descriptor) }

    /// The process that opens files, where there is one.
    package var helper: Int32? { opener?.helper }

    /// The same folder, in which a helper process opens the files that a ring needs later, with the rights of now.
    ///
    /// - Throws: `unwritable`, when it cannot be started.
    package func withOpener(
        for path: String, ring: RingOptions, overwrites: Bool, isSandboxed: Bool
    ) throws(CaptureError) -> OutputFolder {
        let own = fcntl(descriptor, F_DUPFD_CLOEXEC, HelperProcess.folder + 1)
        guard own >= 0 else { throw .unwritable(path, OutputFile.Failure(number: errno)) }
        do throws(SystemFailure) {
            let opener = try FileOpener(
                folder: own, name: Self.parts(path).name, limit: ring.files, overwrites: overwrites, owner: owner,
                isSandboxed: isSandboxed)
            return OutputFolder(descriptor: own, owner: owner, opener: opener)
        } catch {
            close(own)
            throw .unwritable(path, OutputFile.Failure(number: error.number))
        }
    }

    /// Opens the file of that name or number. See `OutputFile.Existing` for what becomes of one that is there.
    func open(_ names: FileNames, existing: OutputFile.Existing) throws(OutputFile.Failure) -> OutputFile {
        let name = Self.parts(names.current).name
        guard let opener else {
            return try OutputFile.open(name, in: descriptor, owner: owner, existing: existing)
        }
        return try OutputFile.opened(opener.open(number: names.number))
    }

    /// The first file, which this process opens itself.
    func openFirst(_ names: FileNames, existing: OutputFile.Existing) throws(OutputFile.Failure) -> OutputFile {
        let name = Self.parts(names.current).name
        let file = try OutputFile.open(name, in: descriptor, owner: owner, existing: existing)
        opener?.tell(opened: names.number)
        return file
    }

    func remove(_ path: String) { unlinkat(descriptor, Self.parts(path).name, 0) }

    /// What the name stands for; `nil` where it is free.
    func status(_ path: String) -> stat? {
        var status = stat()
        return fstatat(descriptor, Self.parts(path).name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    /// The folder of a path, and the name in it.
    static func parts(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (String(path[...slash]), String(path[path.index(after: slash)...]))
    }
}
