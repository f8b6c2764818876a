import Glibc

/// A value: an IPv4 or IPv6 address in sixteen bytes.
///
/// An IPv4 address is kept as its IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2): those do not occur on the wire.
@usableFromInline
package struct IPAddress: Hashable, Sendable {
    /// The first eight bytes as a number in network order.
    @usableFromInline package let high: UInt64
    /// The last eight bytes as a number in network order.
    @usableFromInline package let low: UInt64

    /// The address of IPv6 whose bytes are `high` followed by `low`, both in network order.
    @inlinable
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The address of IPv4 whose bytes are those of `value` in network order.
    @inlinable
    package init(v4 value: UInt32) {
        high = 0
        low = 0xFFFF_0000_0000 | UInt64(value)
    }

    /// The address whose bytes in network order these are: four of IPv4, else sixteen.
    package init(_ bytes: RawSpan) {
        if bytes.byteCount == 4 {
            self.init(v4: bytes.uint32(at: 0))
        } else {
            self.init(high: bytes.uint64(at: 0), low: bytes.uint64(at: 8))
        }
    }

    /// Reads `192.0.2.1` or `2001:db8::1`; `nil` for anything else, such as an address with a zone.
    package init?(_ text: some StringProtocol) {
        // Else inet_pton would stop at a NUL and take what stands before it.
        guard text.utf8.count <= Self.longestText, text.utf8.allSatisfy(Self.isPartOfAddress) else { return nil }
        let isIPv4 = !text.contains(":")
        var bytes = [UInt8](repeating: 0, count: isIPv4 ? 4 : 16)
        guard unsafe inet_pton(isIPv4 ? AF_INET : AF_INET6, String(text), &bytes) == 1 else { return nil }
        unsafe self.init(bytes.span.bytes)
    }

    /// Whether it is an address of IPv4.
    @inlinable package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Whether it is 127.0.0.0/8 (RFC 1122, 3.2.1.3) or `::1`.
    package var isLoopback: Bool { high == 0 && (low == 1 || low >> 24 == 0xFFFF_7F) }

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

extension IPAddress: CustomStringConvertible {
    /// `192.0.2.1`, or the one canonical form of an IPv6 address (RFC 5952, 4).
    @usableFromInline package var description: String {
        isIPv4 ? dotted(UInt32(truncatingIfNeeded: low)) : compressed(groups)
    }

    private var groups: [UInt16] {
        [high, low].flatMap { half in
            [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) }
        }
    }

    private func dotted(_ value: UInt32) -> String {
        unsafe String(unsafeUninitializedCapacity: 15) { text in
            var count = 0
            func write(_ character: UInt8) {
                unsafe text[count] = character
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
