import CSeccomp
import Glibc

/// A machine that asks a helper process to open the files of a ring, which this process has no right to create any more.
///
/// The helper knows the name and the folder; it is asked by numbers only, so that whoever gets hold of this process gets
/// at no other file. It belongs to the thread that writes.
final class FileOpener: @unchecked Sendable {
    private let process: HelperProcess
    private var isLost = false

    /// Seconds that an answer is waited for; then packets are lost rather than held.
    private static let patience = 5

    init(
        folder: Int32, name: String, limit: Int?, overwrites: Bool, owner: UnprivilegedUser?, isSandboxed: Bool
    ) throws(SystemFailure) {
        var arguments = ["novatrace", "output-files", "--name=" + name]
        if let limit { arguments += ["--limit", "\(limit)"] }
        if overwrites { arguments.append("--force") }
        if let owner { arguments += ["--user-id", "\(owner.user)", "--group-id", "\(owner.group)"] }
        if !isSandboxed { arguments.append("--no-sandbox") }
        process = try HelperProcess(arguments: arguments, folder: folder)
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(
            process.connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    var helper: Int32 { process.pid }

    /// - Returns: a descriptor of its own.
    func open(number: Int) throws(OutputFile.Failure) -> Int32 {
        guard let request = Int32(exactly: number) else { throw OutputFile.Failure(number: EFBIG) }
        guard !isLost else { throw OutputFile.Failure(number: ECONNRESET) }
        var (answer, descriptor): (Int32, Int32) = (0, -1)
        guard rights_send(process.connection, request, -1) == 0,
            rights_receive(process.connection, &answer, &descriptor) == 0
        else {
            isLost = true
            throw OutputFile.Failure(number: errno == EAGAIN ? ETIMEDOUT : ECONNRESET)
        }
        guard answer == 0, descriptor >= 0 else {
            throw OutputFile.Failure(number: answer, isStrangers: answer == OutputFilesHelper.strangers)
        }
        return descriptor
    }

    /// A file of the ring was opened by this process: the helper may replace it when its turn comes again.
    func tell(opened number: Int) {
        if let number = Int32(exactly: number) { _ = rights_send(process.connection, -1 - number, -1) }
    }
}

/// What the helper process does: it opens the files of one ring in one folder until its input ends.
package struct OutputFilesHelper {
    private var names: FileNames
    private let overwrites: Bool
    private let owner: UnprivilegedUser?
    /// With a limited ring the files that it may replace; no more than there are.
    private var own: Set<Int> = []

    /// An answer beside the error numbers of the system: the file is somebody else's.
    static let strangers = Int32.max

    package init(name: String, limit: Int?, overwrites: Bool, owner: UnprivilegedUser?) {
        names = FileNames(path: name, limit: limit)
        (self.overwrites, self.owner) = (overwrites, owner)
    }

    /// Gives up all other rights.
    package func prepare(isSandboxed: Bool) throws(CaptureError) {
        HelperProcess.prepare(keepingFolder: true)
        try Confinement.enterOutputFiles(
            in: HelperProcess.folder, givesFilesAway: owner != nil, isSandboxed: isSandboxed)
    }

    /// Answers requests that come on `connection` with descriptors.
    package mutating func serve(_ connection: Int32) {
        var (request, unwanted): (Int32, Int32) = (0, -1)
        while rights_receive(connection, &request, &unwanted) == 0 {
            if unwanted >= 0 { close(unwanted) }
            if request < 0 {
                if names.go(to: Int(-1 - request)) { note() }
            } else if rights_send(connection, answer(to: Int(request)), opened) != 0 {
                return
            }
            if opened >= 0 { close(opened) }
            opened = -1
        }
    }

    private var opened: Int32 = -1

    private mutating func answer(to number: Int) -> Int32 {
        guard names.go(to: number), !names.current.contains("/") else { return EINVAL }
        do throws(OutputFile.Failure) {
            let existing: OutputFile.Existing = overwrites || own.contains(number) ? .replaced : .refused
            opened = try OutputFile.descriptor(
                of: names.current, in: HelperProcess.folder, owner: owner, existing: existing)
            note()
            return 0
        } catch {
            return error.isStrangers ? Self.strangers : error.number
        }
    }

    private mutating func note() {
        if names.isLimited { own.insert(names.number) }
    }
}
