/// Reads the kernel's tables of TCP sockets, `/proc/net/tcp` and `/proc/net/tcp6` (proc_pid_net(5); Linux
/// `tcp_ipv4.c`, `get_tcp4_sock`): one socket a line, addresses as words of 32 bits in the byte order of the host, all
/// in hexadecimal except the inode.
///
///     sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
///      0: 0100007F:1628 0100007F:B2A4 01 00000000:00000000 02:000A7B11 00000000   111        0 45632 2 …
enum SocketTable {
    /// The inodes of those sockets among `wanted` that there are; one that is being closed has none.
    static func inodes(of wanted: Set<SocketPair>, in proc: ProcFolder, atMost limit: Int) -> [UInt64: SocketPair] {
        var found: [UInt64: SocketPair] = [:]
        for table in ["net/tcp", "net/tcp6"] where found.count < wanted.count {
            var lines = LineSplitter(longest: 1024)
            proc.read(table, atMost: limit) { bytes in
                lines.receive(bytes) { line in
                    guard let line, let (socket, inode) = socket(in: line, among: wanted) else { return }
                    found[inode] = socket
                }
                return found.count < wanted.count
            }
        }
        return found
    }

    private static func socket(in line: ArraySlice<UInt8>, among wanted: Set<SocketPair>) -> (SocketPair, UInt64)? {
        var rest = line
        guard nextField(&rest) != nil,
            let local = nextField(&rest).flatMap(Endpoint.init(socketTable:)),
            let remote = nextField(&rest).flatMap(Endpoint.init(socketTable:))
        else { return nil }
        let socket = SocketPair(local: local, remote: remote)
        guard wanted.contains(socket) else { return nil }
        for _ in 0..<6 { guard nextField(&rest) != nil else { return nil } }
        guard let inode = nextField(&rest).flatMap(UInt64.init(decimal:)), inode > 0 else { return nil }
        return (socket, inode)
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

extension Endpoint {
    /// Reads `0100007F:1628`, or an IPv6 address as four such words.
    fileprivate init?(socketTable field: ArraySlice<UInt8>) {
        let port = field.endIndex - 4
        guard field.count == 13 || field.count == 37, field[port - 1] == UInt8(ascii: ":"),
            let number = Self.number(field[port...])
        else { return nil }
        var words: [UInt32] = []
        for start in stride(from: field.startIndex, to: port - 1, by: 8) {
            guard let word = Self.number(field[start..<start + 8]) else { return nil }
            words.append(UInt32(bigEndian: word))
        }
        let address =
            words.count == 1
            ? Address(v4: words[0])
            : Address(
                high: UInt64(words[0]) << 32 | UInt64(words[1]), low: UInt64(words[2]) << 32 | UInt64(words[3]))
        self.init(address: address, port: UInt16(truncatingIfNeeded: number))
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
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
