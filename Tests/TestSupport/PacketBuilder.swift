/// A value: one end of a connection in packets made for tests.
package struct Endpoint: Hashable, Sendable {
    /// Four bytes for IPv4, sixteen for IPv6.
    package let address: [UInt8]
    package let port: UInt16

    package init(_ address: [UInt8], port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `10.0.0.<host>:<port>`.
    package static func v4(_ host: UInt8, port: UInt16) -> Endpoint {
        Endpoint([10, 0, 0, host], port: port)
    }

    /// `[2001:db8::<host>]:<port>`.
    package static func v6(_ host: UInt8, port: UInt16) -> Endpoint {
        Endpoint([0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [host], port: port)
    }
}

/// The bytes of packets, layer by layer; each function puts its header in front of a payload.
///
/// Checksums are left 0: nothing verifies them.
package enum PacketBuilder {
    package static let fin: UInt8 = 0x01
    package static let syn: UInt8 = 0x02
    package static let rst: UInt8 = 0x04
    package static let psh: UInt8 = 0x08
    package static let ack: UInt8 = 0x10

    /// A TCP segment (RFC 9293, 3.1); `options` must fill whole words.
    package static func tcp(
        from source: Endpoint, to destination: Endpoint, sequence: UInt32, acknowledgment: UInt32 = 0,
        flags: UInt8 = ack, options: [UInt8] = [], _ payload: [UInt8] = []
    ) -> [UInt8] {
        big(source.port) + big(destination.port) + big(sequence) + big(acknowledgment)
            + [UInt8((20 + options.count) / 4) << 4, flags] + big(UInt16(65_535)) + [0, 0, 0, 0] + options + payload
    }

    /// An IPv4 packet (RFC 791, 3.1); `fragment` is the word with flags and offset.
    package static func ipv4(
        from source: [UInt8], to destination: [UInt8], protocolNumber: UInt8 = 6, identification: UInt16 = 0,
        fragment: UInt16 = 0, options: [UInt8] = [], totalLength: UInt16? = nil, _ payload: [UInt8]
    ) -> [UInt8] {
        let length = totalLength ?? UInt16(truncatingIfNeeded: 20 + options.count + payload.count)
        return [0x40 | UInt8((20 + options.count) / 4), 0] + big(length) + big(identification) + big(fragment)
            + [64, protocolNumber, 0, 0] + source + destination + options + payload
    }

    /// An IPv6 packet (RFC 8200, 3); `payload` begins with the header that `nextHeader` names.
    package static func ipv6(
        from source: [UInt8], to destination: [UInt8], nextHeader: UInt8 = 6, payloadLength: UInt16? = nil,
        _ payload: [UInt8]
    ) -> [UInt8] {
        [0x60, 0, 0, 0] + big(payloadLength ?? UInt16(truncatingIfNeeded: payload.count)) + [nextHeader, 64] + source
            + destination + payload
    }

    /// A TCP segment in an IP packet of the version that the addresses are of.
    package static func tcpOverIP(
        from source: Endpoint, to destination: Endpoint, sequence: UInt32, acknowledgment: UInt32 = 0,
        flags: UInt8 = ack, options: [UInt8] = [], _ payload: [UInt8] = []
    ) -> [UInt8] {
        let segment = tcp(
            from: source, to: destination, sequence: sequence, acknowledgment: acknowledgment, flags: flags,
            options: options, payload)
        return source.address.count == 4
            ? ipv4(from: source.address, to: destination.address, segment)
            : ipv6(from: source.address, to: destination.address, segment)
    }

    /// An Ethernet frame around an IP packet; `tags` are pairs of tag protocol identifier and tag.
    package static func ethernet(_ packet: [UInt8], type: UInt16? = nil, tags: [(UInt16, UInt16)] = []) -> [UInt8] {
        let addresses: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
        return addresses + tags.flatMap { big($0.0) + big($0.1) } + big(type ?? etherType(of: packet)) + packet
    }

    /// The EtherType of an IP packet, by its version.
    package static func etherType(of packet: [UInt8]) -> UInt16 {
        packet.first.map { $0 >> 4 } == 6 ? 0x86DD : 0x0800
    }

    /// An integer in network byte order.
    package static func big<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) }
    }
}
