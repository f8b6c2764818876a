import CSeccomp
import Glibc

/// Confines a process to files beneath one folder, where the kernel can (landlock(7), Linux 5.13): whatever is open already
/// stays usable.
enum Landlock {
    /// Rights over files in the order of the kernel's bits, and how many of them each version knows.
    private static let rightsByVersion = [13, 14, 15, 15, 16]
    private static let writeFile: UInt64 = 1 << 1
    private static let makeRegular: UInt64 = 1 << 8
    private static let truncate: UInt64 = 1 << 14
    private static let readFile: UInt64 = 1 << 2
    /// Binding and connecting TCP, since version 4.
    private static let network: UInt64 = 0b11

    /// Whether this kernel has it.
    static var isAvailable: Bool { rights_landlock_version() >= 1 }

    /// Lets this thread and those that it starts open nothing but files to write in `folder`, and files to read beneath
    /// the folders in `reading`, which need not exist. Does nothing where the kernel cannot.
    ///
    /// - Throws: when the kernel can and refuses.
    static func confine(writingIn folder: Int32?, reading: [String]) throws(CaptureError) {
        let version = rights_landlock_version()
        guard version >= 1 else { return }
        let all: UInt64 = (1 << UInt64(rightsByVersion[min(Int(version), rightsByVersion.count) - 1])) - 1
        let rules = rights_landlock_create(version, all, version >= 4 ? network : 0)
        guard rules >= 0 else { throw .unconfined(errno) }
        defer { close(rules) }
        if let folder {
            let access = (writeFile | makeRegular | truncate) & all
            guard rights_landlock_allow(rules, folder, access) == 0 else { throw .unconfined(errno) }
        }
        for path in reading {
            let folder = rights_open_folder(path)
            guard folder >= 0 else { continue }
            defer { close(folder) }
            guard rights_landlock_allow(rules, folder, readFile) == 0 else { throw .unconfined(errno) }
        }
        guard rights_landlock_enforce(rules) == 0 else { throw .unconfined(errno) }
    }
}
