import Glibc

/// A value: the user that a process goes on as, once it no longer needs more rights than others.
package struct UnprivilegedUser: Sendable, Equatable {
    package let name: String
    private let user: uid_t
    private let group: gid_t

    /// The user of that name.
    ///
    /// - Throws: when there is none.
    package init(name: String) throws(CaptureError) {
        guard let entry = getpwnam(name)?.pointee else {
            throw CaptureError(.usage, path: name, "there is no user \(name)")
        }
        (self.name, user, group) = (name, entry.pw_uid, entry.pw_gid)
    }

    /// Who ran `sudo` (sudo(8), environment); `nil` where nobody did, or root did.
    package static var ofSudo: UnprivilegedUser? {
        guard geteuid() == 0, let name = getenv("SUDO_USER").map({ String(cString: $0) }), name != "root" else {
            return nil
        }
        return try? UnprivilegedUser(name: name)
    }

    /// Whether becoming this user gives anything up.
    package var isOther: Bool { user != geteuid() }

    /// Becomes this user for good, with its groups: every thread of the process.
    ///
    /// - Throws: when the system does not allow it, or when the way back is still open.
    package func assume() throws(CaptureError) {
        guard isOther else { return }
        let isDone = initgroups(name, group) == 0 && setgid(group) == 0 && setuid(user) == 0
        guard isDone, user == 0 || setuid(0) != 0 else {
            throw CaptureError(
                .notPermitted, path: name, "privileges cannot be given up for user \(name)",
                cause: String(cString: strerror(errno)))
        }
    }
}
