import Bytes
import Glibc

/// A value: one end of a TCP connection, as the kernel's socket tables and a trace's connections both name it.
///
/// An IPv4 address and the IPv6 address that it is mapped to (RFC 4291, 2.5.5.2) are one: a service that listens on IPv6
/// takes connections over IPv4 with such addresses.
struct Endpoint: Hashable, Sendable {
    var address: Address
    var port: UInt16

    init(address: Address, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1:5672` or `[2001:db8::1]:5672`; `nil` for anything else.
    init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        let isBracketed = host.first == "[" && host.last == "]" && host.utf8.count > 2
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = Address(host), host.contains(":") == isBracketed else { return nil }
        self.init(address: address, port: port)
    }
}

/// A value: an IPv4 or IPv6 address in sixteen bytes, IPv4 as its IPv4-mapped IPv6 address.
struct Address: Hashable, Sendable {
    /// The first eight bytes as a number in network order.
    let high: UInt64
    /// The last eight bytes as a number in network order.
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// `value` is the address as a number in network order.
    init(v4 value: UInt32) {
        high = 0
        low = 0xFFFF_0000_0000 | UInt64(value)
    }

    /// Reads `192.0.2.1` or `2001:db8::1`; `nil` for anything else, such as an address with a zone.
    init?(_ text: some StringProtocol) {
        // Else inet_pton would stop at a NUL and take what stands before it.
        guard text.utf8.count <= Self.longestText, text.utf8.allSatisfy(Self.isPartOfAddress) else { return nil }
        let text = String(text)
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4)
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        self.init(v6)
    }

    init(_ v4: in_addr) {
        self.init(v4: withUnsafeBytes(of: v4) { $0.bytes.uint32(at: 0) })
    }

    init(_ v6: in6_addr) {
        self = withUnsafeBytes(of: v6) { Address(high: $0.bytes.uint64(at: 0), low: $0.bytes.uint64(at: 8)) }
    }

    /// Whether it is 127.0.0.0/8 (RFC 1122, 3.2.1.3) or `::1`.
    var isLoopback: Bool { high == 0 && (low == 1 || low >> 24 == 0xFFFF_7F) }

    /// `INET6_ADDRSTRLEN` without the NUL.
    private static let longestText = 45

    private static func isPartOfAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

/// A value: a socket of a TCP connection, by its own end and the other one.
struct SocketPair: Hashable, Sendable {
    var local: Endpoint
    var remote: Endpoint
}
