import Foundation

/// A file that lies in memory only, for what is read by its path and may be read twice.
enum MemoryFile {
    static func with<Result>(_ bytes: [UInt8], _ body: (_ path: String) throws -> Result) throws -> Result {
        var name = Array("/dev/shm/novatrace-fuzz-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw Violation("there is no file in memory: \(errno)") }
        defer { close(descriptor) }
        // It is found through its descriptor, and gone with it.
        unlink(name)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Violation("the file in memory is not written: \(errno)") }
            rest = rest.dropFirst(count)
        }
        return try body("/proc/self/fd/\(descriptor)")
    }
}
