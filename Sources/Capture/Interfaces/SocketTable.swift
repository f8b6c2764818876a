import Glibc

/// A value: an address and a port of this machine's table of TCP sockets.
struct SocketEndpoint: Hashable {
    let address: String
    let port: UInt16

    var isLoopback: Bool { address.hasPrefix("127.") || address == "::1" }
    var isUnspecified: Bool { address == "0.0.0.0" || address == "::" }
}

/// A value: a line of `/proc/net/tcp` or `/proc/net/tcp6` (proc_net_tcp.txt of the Linux kernel).
///
/// `  0: 0100007F:1628 00000000:0000 0A …`: number, local and remote end, state. An address is written as words of
/// 32 bits in the machine's own byte order, a port in hexadecimal.
struct SocketEntry {
    let local: SocketEndpoint
    let remote: SocketEndpoint
    let state: UInt8

    static let established: UInt8 = 0x01
    static let listening: UInt8 = 0x0A

    /// `nil` for the title and for anything else that is no socket.
    init?(line: some StringProtocol) {
        let fields = line.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: true)
        guard fields.count >= 4, let local = Self.endpoint(fields[1]), let remote = Self.endpoint(fields[2]),
            let state = Self.number(fields[3], as: UInt8.self)
        else { return nil }
        self.local = local
        self.remote = remote
        self.state = state
    }

    private static func endpoint(_ text: some StringProtocol) -> SocketEndpoint? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = number(parts[1], as: UInt16.self), [8, 32].contains(parts[0].utf8.count)
        else { return nil }
        var (bytes, rest): ([UInt8], Substring) = ([], Substring(parts[0]))
        while !rest.isEmpty {
            guard let word = number(rest.prefix(8), as: UInt32.self) else { return nil }
            bytes.appendNative(word)
            rest = rest.dropFirst(8)
        }
        guard let address = bytes.withUnsafeBytes(AddressText.of) else { return nil }
        return SocketEndpoint(address: address, port: port)
    }

    /// A number with as many hexadecimal digits as it has room for, without a sign.
    private static func number<Number: FixedWidthInteger>(_ text: some StringProtocol, as: Number.Type) -> Number? {
        let isSigned = ["+", "-"].contains(text.first)
        return text.utf8.count == Number.bitWidth / 4 && !isSigned ? Number(text, radix: 16) : nil
    }
}

/// This machine's TCP sockets.
enum SocketTable {
    private static let longestLine = 512
    private static let mostLines = 2_000_000

    /// Hands on the sockets of both tables below the folder `proc`; of what cannot be read there are none.
    static func read(_ proc: String, _ body: (SocketEntry) -> Void) {
        for name in ["tcp", "tcp6"] {
            guard let file = fopen("\(proc)/net/\(name)", "re") else { continue }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: longestLine)
            for _ in 0..<mostLines {
                guard fgets(&line, Int32(line.count), file) != nil else { break }
                let text = String(
                    decoding: line.prefix { $0 != 0 && $0 != 0x0A }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                if let entry = SocketEntry(line: text) { body(entry) }
            }
        }
    }
}
