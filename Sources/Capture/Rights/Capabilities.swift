import CSeccomp
import Glibc

/// A value: rights beyond those of an ordinary user, a bit each as the kernel numbers them (capabilities(7)).
package struct Capabilities: OptionSet, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    private init(number: Int32) { rawValue = 1 << UInt64(number) }

    package static let changeOwner = Capabilities(number: CAP_CHOWN)
    /// Writing into any folder.
    package static let overridePermissions = Capabilities(number: CAP_DAC_OVERRIDE)
    /// Looking into any folder.
    package static let readAndSearch = Capabilities(number: CAP_DAC_READ_SEARCH)
    /// Asking what the descriptors of any process are.
    package static let inspectProcesses = Capabilities(number: CAP_SYS_PTRACE)

    /// Those that this thread may use.
    private static var permitted: Capabilities {
        var (permitted, inheritable): (UInt64, UInt64) = (0, 0)
        _ = rights_get_capabilities(&permitted, &inheritable)
        return Capabilities(rawValue: permitted)
    }

    /// Gives up all but these for good, in every set there is, and whatever a program that is started could bring.
    ///
    /// It holds for this thread and those that it starts: no other may run yet. The bounding set can be emptied only by
    /// one who has `CAP_SETPCAP`; where it stays it is without effect, since no program brings rights any more.
    ///
    /// - Throws: when the kernel does not allow it, or something is left.
    func keepOnlyThese() throws(CaptureError) {
        guard rights_prctl(PR_SET_NO_NEW_PRIVS, 1) == 0 else { throw .rightsKept(errno) }
        for number in 0..<Int32(64) where rights_prctl(PR_CAPBSET_READ, UInt(number)) == 1 {
            _ = rights_prctl(PR_CAPBSET_DROP, UInt(number))
        }
        // Kernels before 4.3 have no ambient set.
        _ = rights_clear_ambient()
        let kept = intersection(Self.permitted)
        guard rights_set_capabilities(kept.rawValue) == 0 else { throw .rightsKept(errno) }
        var (permitted, inheritable): (UInt64, UInt64) = (0, 0)
        let isRead = rights_get_capabilities(&permitted, &inheritable) == 0
        guard isRead, permitted == kept.rawValue, inheritable == 0 else { throw .rightsKept(EPERM) }
    }

    /// Lets a change of the user keep what is permitted, so that a part of it can be kept.
    static func outliveChangeOfUser() throws(CaptureError) {
        guard rights_prctl(PR_SET_KEEPCAPS, 1) == 0 else { throw .rightsKept(errno) }
    }
}

extension CaptureError {
    static func rightsKept(_ error: Int32) -> CaptureError {
        CaptureError(
            .notPermitted, path: "", "rights that are no longer needed cannot be given up",
            cause: String(cString: strerror(error)))
    }
}
