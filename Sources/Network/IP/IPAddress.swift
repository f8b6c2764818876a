/// A value: an IPv4 or IPv6 address in sixteen bytes.
///
/// An IPv4 address is kept as its IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2): those do not occur on the wire.
package struct IPAddress: Hashable, Sendable {
    /// The first eight bytes as a number in network order.
    package let high: UInt64
    /// The last eight bytes as a number in network order.
    package let low: UInt64

    /// The address of IPv6 whose bytes are `high` followed by `low`, both in network order.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The address of IPv4 whose bytes are those of `value` in network order.
    package init(v4 value: UInt32) {
        high = 0
        low = 0xFFFF_0000_0000 | UInt64(value)
    }

    /// Whether it is an address of IPv4.
    package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }
}

extension IPAddress: CustomStringConvertible {
    /// `192.0.2.1`, or the one canonical form of an IPv6 address (RFC 5952, 4).
    package var description: String {
        isIPv4 ? dotted(UInt32(truncatingIfNeeded: low)) : compressed(groups)
    }

    private var groups: [UInt16] {
        [high, low].flatMap { half in
            [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) }
        }
    }

    private func dotted(_ value: UInt32) -> String {
        String(unsafeUninitializedCapacity: 15) { text in
            var count = 0
            func write(_ character: UInt8) {
                text[count] = character
                count += 1
            }
            for shift in [UInt32(24), 16, 8, 0] {
                let number = UInt8(truncatingIfNeeded: value >> shift)
                if number >= 100 { write(UInt8(ascii: "0") + number / 100) }
                if number >= 10 { write(UInt8(ascii: "0") + number / 10 % 10) }
                write(UInt8(ascii: "0") + number % 10)
                if shift > 0 { write(UInt8(ascii: ".")) }
            }
            return count
        }
    }

    /// The longest run of two or more zero groups, the first of equally long ones, becomes `::`.
    private func compressed(_ groups: [UInt16]) -> String {
        var longest = 0..<0
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > longest.count { longest = start..<index }
            start = index + 1
        }
        let text = groups.map { String($0, radix: 16) }
        guard longest.count >= 2 else { return text.joined(separator: ":") }
        return text[..<longest.lowerBound].joined(separator: ":") + "::"
            + text[longest.upperBound...].joined(separator: ":")
    }
}

/// A value: one end of a TCP connection.
package struct SocketAddress: Hashable, Sendable {
    package let address: IPAddress
    package let port: UInt16

    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `192.0.2.1:5672` or `[2001:db8::1]:5672`.
    package var description: String {
        address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
