/// A value: one end of a TCP connection.
///
/// An IPv4 address and the IPv6 address that it is mapped to are one: a service that listens on IPv6 takes connections over
/// IPv4 with such addresses.
@usableFromInline
package struct SocketAddress: Hashable, Sendable {
    @usableFromInline package let address: IPAddress
    @usableFromInline package let port: UInt16

    @inlinable
    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1:5672` or `[2001:db8::1]:5672`; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        let isBracketed = host.first == "[" && host.last == "]" && host.utf8.count > 2
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(host), host.contains(":") == isBracketed else { return nil }
        self.init(address: address, port: port)
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `192.0.2.1:5672` or `[2001:db8::1]:5672`.
    @usableFromInline package var description: String {
        address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
