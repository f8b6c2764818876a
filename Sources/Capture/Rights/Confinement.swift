import CSeccomp
import Glibc

/// Leaves a process of a live capture the rights that its part of the work needs, once it has opened what it needs.
///
/// To be called while the process has one thread: rights belong to threads, and are inherited by those that are started.
package enum Confinement {
    /// The process that captures and decodes: an ordinary user without capabilities, or root where that is insisted on.
    ///
    /// - Parameters:
    ///   - folder: where files may still be created.
    ///   - helpers: processes that it may end.
    ///   - isSandboxed: whether what it may call and open is confined as well.
    /// - Throws: when something cannot be given up.
    package static func enterCapture(
        as identity: CaptureIdentity, writingIn folder: Int32?, helpers: [Int32], isSandboxed: Bool
    ) throws(CaptureError) {
        try checkSingleThread()
        if identity.keepsRoot {
            guard rights_prctl(PR_SET_NO_NEW_PRIVS, 1) == 0 else { throw .rightsKept(errno) }
        } else {
            try giveUp(for: identity.user, keeping: [])
        }
        holdNoCore()
        guard isSandboxed else { return }
        // Counters of interfaces, the size of a thread's stack and the number of processors are read from these.
        try Landlock.confine(writingIn: folder, reading: ["/proc", "/sys"])
        try SystemCallFilter.capture(helpers: helpers).enter()
    }

    /// The helper that looks into the process table. It has no Landlock, under which processes cannot be looked at.
    package static func enterProcessTable(as user: UnprivilegedUser?, isSandboxed: Bool) throws(CaptureError) {
        try checkSingleThread()
        try giveUp(for: user, keeping: [.readAndSearch, .inspectProcesses])
        if isSandboxed { try SystemCallFilter.processTable.enter() }
    }

    /// The helper that opens the files of a ring in a folder that may be any user's, and may give them to another.
    package static func enterOutputFiles(
        in folder: Int32, givesFilesAway: Bool, isSandboxed: Bool
    ) throws(CaptureError) {
        try checkSingleThread()
        try giveUp(for: nil, keeping: givesFilesAway ? [.overridePermissions, .changeOwner] : .overridePermissions)
        guard isSandboxed else { return }
        try Landlock.confine(writingIn: folder, reading: [])
        try SystemCallFilter.outputFiles.enter()
    }

    private static func giveUp(for user: UnprivilegedUser?, keeping kept: Capabilities) throws(CaptureError) {
        if let user, user.isOther {
            if !kept.isEmpty { try Capabilities.outliveChangeOfUser() }
            // While there is the right to: a user without rights cannot empty the bounding set.
            try Capabilities(rawValue: .max).keepOnlyThese()
            try user.assume()
        }
        try kept.keepOnlyThese()
    }

    /// What is in memory is what went over the bus: it is not left on a disk when the program ends in a fault.
    private static func holdNoCore() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    private static func checkSingleThread() throws(CaptureError) {
        var status = stat()
        // A folder has a link for itself, one from above, and one for each folder in it, of which each thread has one.
        guard stat("/proc/self/task", &status) == 0, status.st_nlink > 3 else { return }
        throw .rightsKept(EBUSY)
    }
}
