import Glibc

/// A value: the user that a process goes on as, once it no longer needs more rights than others.
package struct UnprivilegedUser: Sendable, Equatable {
    package let name: String
    package let user: UInt32
    package let group: UInt32

    /// The user of that name.
    ///
    /// - Throws: when there is none.
    package init(name: String) throws(CaptureError) {
        guard let known = UnprivilegedUser(known: name) else {
            throw CaptureError(.usage, path: name, "there is no user \(name)")
        }
        self = known
    }

    private init?(known name: String) {
        guard let entry = getpwnam(name)?.pointee else { return nil }
        (self.name, user, group) = (name, entry.pw_uid, entry.pw_gid)
    }

    /// By numbers, as a helper process is told.
    package init(user: UInt32, group: UInt32) {
        (name, self.user, self.group) = ("\(user)", user, group)
    }

    /// Whom plain root becomes: the first of these that there is. Packages of capture tools make the first two.
    package static let substitutes = ["novatrace", "tcpdump", "nobody"]

    /// Whether this is root, by whatever name.
    package var isRoot: Bool { user == 0 }

    /// Whether becoming this user gives anything up.
    package var isOther: Bool { user != geteuid() }

    /// Becomes this user for good, with its own group and no other: every thread of the process.
    ///
    /// - Throws: when the system does not allow it, or when the way back is still open.
    package func assume() throws(CaptureError) {
        guard isOther else { return }
        var groups = [group]
        let isDone = setgroups(1, &groups) == 0 && setgid(group) == 0 && setuid(user) == 0
        guard isDone, user == 0 || setuid(0) != 0 else {
            throw CaptureError(
                .notPermitted, path: name, "privileges cannot be given up for user \(name)",
                cause: String(cString: strerror(errno)))
        }
    }
}

/// A value: who a capture runs as once its interfaces are open, and whose its files are.
package struct CaptureIdentity: Sendable, Equatable {
    /// `nil`: the user who runs it, who is not root.
    package let user: UnprivilegedUser?
    /// Whom new files are given to; `nil`: they belong to the user who runs it, under plain root to root.
    package let owner: UnprivilegedUser?

    /// Whether root was asked for by name and keeps its capabilities.
    package var keepsRoot: Bool { user?.isRoot == true }

    /// As asked for by name, else who ran `sudo` (sudo(8), environment), else for root one of the substitutes.
    ///
    /// - Throws: for names that nobody has: going on as root because of a wrong name would surprise.
    package init(
        named name: String?, sudoUser: String? = getenv("SUDO_USER").map { String(cString: $0) },
        isRoot: Bool = geteuid() == 0, substitutes: [String] = UnprivilegedUser.substitutes
    ) throws(CaptureError) {
        if let name {
            let user = try UnprivilegedUser(name: name)
            (self.user, owner) = (user, user.isRoot ? nil : user)
            return
        }
        guard isRoot else {
            (user, owner) = (nil, nil)
            return
        }
        if let sudoUser, !sudoUser.isEmpty {
            guard let user = try? UnprivilegedUser(name: sudoUser) else {
                throw CaptureError(
                    .usage, path: sudoUser,
                    "there is no user \(sudoUser), who ran sudo (SUDO_USER): --user NAME says who to go on as")
            }
            if !user.isRoot {
                (self.user, owner) = (user, user)
                return
            }
        }
        let known = substitutes.lazy.compactMap { name in try? UnprivilegedUser(name: name) }
        guard let substitute = known.first(where: { !$0.isRoot }) else {
            throw CaptureError(
                .usage, path: "",
                "there is no user to go on as (\(substitutes.joined(separator: ", "))): --user NAME names one, "
                    + "--user root keeps root's rights")
        }
        (user, owner) = (substitute, nil)
    }
}
