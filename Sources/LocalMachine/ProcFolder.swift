import Glibc

/// A value: where the kernel's view of the processes is mounted (proc(5)).
///
/// Whatever is read here may be gone at the next call: a process can end at any time.
struct ProcFolder: Sendable {
    let path: String

    /// What became of going through a folder.
    enum Listing {
        case done
        /// It is gone, or is no folder.
        case gone
        case notPermitted
    }

    /// Hands on the content of a file in pieces, at most `limit` bytes, until `take` wants no more.
    ///
    /// - Returns: whether the file could be opened.
    @discardableResult
    func read(_ name: String, atMost limit: Int, _ take: (ArraySlice<UInt8>) -> Bool) -> Bool {
        let file = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return false }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: min(limit, 64 << 10))
        var left = limit
        while left > 0 {
            let count = readSome(file, into: &buffer)
            guard count > 0 else { break }
            guard take(buffer[..<min(count, left)]) else { break }
            left -= count
        }
        return true
    }

    /// The first `limit` bytes of a file, `nil` when it cannot be opened.
    func content(_ name: String, atMost limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        let isOpen = read(name, atMost: limit) { piece in
            bytes += piece
            return true
        }
        return isOpen ? bytes : nil
    }

    /// The processes that there are, at most `limit`, in ascending order.
    func processes(atMost limit: Int) -> [Int] {
        var found: [Int] = []
        list("") { _, name in
            guard found.count < limit else { return false }
            if let pid = Int(String(cString: name)), pid > 0 { found.append(pid) }
            return true
        }
        return found.sorted()
    }

    /// Hands on the sockets that a process has open, by inode, until `take` wants no more; looks at no more than `limit`
    /// descriptors and takes what it looks at off `limit`.
    func sockets(of pid: Int, atMost limit: inout Int, _ take: (UInt64) -> Bool) -> Listing {
        var left = limit
        defer { limit = left }
        var target = [UInt8](repeating: 0, count: 64)
        return list("\(pid)/fd") { folder, name in
            guard left > 0 else { return false }
            left -= 1
            let count = target.withUnsafeMutableBytes { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    characters.baseAddress.map { readlinkat(folder, name, $0, characters.count) } ?? 0
                }
            }
            guard count > 0, let inode = Self.inode(in: target[..<count]) else { return true }
            return take(inode)
        }
    }

    /// The inode in `socket:[12345]`.
    private static func inode(in target: ArraySlice<UInt8>) -> UInt64? {
        guard target.starts(with: "socket:[".utf8), target.last == UInt8(ascii: "]") else { return nil }
        return UInt64(decimal: target.dropFirst(8).dropLast())
    }

    @discardableResult
    private func list(
        _ name: String, _ take: (_ folder: Int32, _ name: UnsafePointer<CChar>) -> Bool
    ) -> Listing {
        guard let folder = opendir("\(path)/\(name)") else {
            return errno == EACCES || errno == EPERM ? .notPermitted : .gone
        }
        defer { closedir(folder) }
        // `d_name` is declared with its greatest length, while an entry has only as many bytes as its name needs.
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return .gone }
        while let entry = readdir(folder) {
            let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            guard take(dirfd(folder), name) else { break }
        }
        return .done
    }
}

/// Reads what there is, at most the size of `buffer`; 0 at the end, negative with `errno` when it failed.
func readSome(_ descriptor: Int32, into buffer: inout [UInt8]) -> Int {
    while true {
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        return count
    }
}

/// Writes all of `bytes`; `false` when nobody reads them any more.
func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
    }
    return true
}

extension UInt64 {
    /// Reads digits and nothing else.
    init?(decimal digits: ArraySlice<UInt8>) {
        guard (1...20).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(digit - 0x30))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        self = value
    }
}
