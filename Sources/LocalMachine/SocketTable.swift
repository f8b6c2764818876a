import Bytes
import Glibc

/// Reads the kernel's tables of TCP sockets, `/proc/net/tcp` and `/proc/net/tcp6` (proc_pid_net(5); Linux
/// `tcp_ipv4.c`, `get_tcp4_sock`): one socket a line, addresses as words of 32 bits in the byte order of the host, all
/// in hexadecimal except the inode.
///
///     sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
///      0: 0100007F:1628 0100007F:B2A4 01 00000000:00000000 02:000A7B11 00000000   111        0 45632 2 …
struct SocketEntry {
    let local: SocketAddress
    let remote: SocketAddress
    let state: UInt32
    /// 0 of a socket that no process has any more.
    let inode: UInt64

    /// Of `state` (Linux `net/tcp_states.h`).
    static let established: UInt32 = 0x01
    static let listening: UInt32 = 0x0A

    /// `nil` for the title and for anything else that is no socket.
    init?(line: ArraySlice<UInt8>) {
        var rest = line
        guard Self.nextField(&rest) != nil,
            let local = Self.nextField(&rest).flatMap(SocketAddress.init(socketTable:)),
            let remote = Self.nextField(&rest).flatMap(SocketAddress.init(socketTable:)),
            let state = Self.nextField(&rest).flatMap(SocketAddress.hexadecimal)
        else { return nil }
        (self.local, self.remote, self.state) = (local, remote, state)
        for _ in 0..<5 { guard Self.nextField(&rest) != nil else { return nil } }
        guard let inode = Self.nextField(&rest).flatMap(UInt64.init(decimal:)) else { return nil }
        self.inode = inode
    }

    private static func nextField(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let space = UInt8(ascii: " ")
        guard let start = rest.firstIndex(where: { $0 != space }) else { return nil }
        rest = rest[start...]
        let end = rest.firstIndex(of: space) ?? rest.endIndex
        defer { rest = rest[end...] }
        return rest[..<end]
    }
}

/// This machine's TCP sockets.
enum SocketTable {
    /// Hands on the sockets of both tables, until `take` wants no more; of what cannot be read there are none.
    static func read(_ proc: ProcFolder, atMost limit: Int, _ take: (SocketEntry) -> Bool) {
        var wantsMore = true
        for table in ["net/tcp", "net/tcp6"] where wantsMore {
            var lines = LineSplitter(longest: 1024)
            proc.read(table, atMost: limit) { bytes in
                lines.receive(bytes) { line in
                    guard wantsMore, let entry = line.flatMap(SocketEntry.init(line:)) else { return }
                    wantsMore = take(entry)
                }
                return wantsMore
            }
        }
    }

    /// The inodes of those sockets among `wanted` that there are; one that is being closed has none.
    static func inodes(of wanted: Set<SocketPair>, in proc: ProcFolder, atMost limit: Int) -> [UInt64: SocketPair] {
        var found: [UInt64: SocketPair] = [:]
        read(proc, atMost: limit) { entry in
            let socket = SocketPair(local: entry.local, remote: entry.remote)
            if entry.inode > 0, wanted.contains(socket) { found[entry.inode] = socket }
            return found.count < wanted.count
        }
        return found
    }
}

/// A value: a socket of a TCP connection, by its own end and the other one.
struct SocketPair: Hashable, Sendable {
    var local: SocketAddress
    var remote: SocketAddress
}

extension SocketAddress {
    /// Reads `0100007F:1628`, or an IPv6 address as four such words.
    fileprivate init?(socketTable field: ArraySlice<UInt8>) {
        let port = field.endIndex - 4
        guard field.count == 13 || field.count == 37, field[port - 1] == UInt8(ascii: ":"),
            let number = Self.hexadecimal(field[port...])
        else { return nil }
        var words: [UInt32] = []
        for start in stride(from: field.startIndex, to: port - 1, by: 8) {
            guard let word = Self.hexadecimal(field[start..<start + 8]) else { return nil }
            words.append(word)
        }
        // In memory, words in the order of the host are the bytes of the address.
        self.init(address: IPAddress(words.span.bytes), port: UInt16(truncatingIfNeeded: number))
    }

    static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt32(digit - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(digit - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | UInt32(digit - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }
}
