package import Trace

/// A value: a packet and when it was captured.
package struct RecordedPacket: Sendable {
    package var time: Timestamp
    package var bytes: [UInt8]
    /// More than `bytes` when the capture cut the packet.
    package var wireLength: Int
    /// The interface, in a pcapng file.
    package var interface: UInt32 = 0

    package init(_ time: Timestamp, _ bytes: [UInt8], wireLength: Int? = nil, interface: UInt32 = 0) {
        self.time = time
        self.bytes = bytes
        self.wireLength = wireLength ?? bytes.count
        self.interface = interface
    }
}

/// The bytes of capture files.
package enum CaptureFileBuilder {
    package enum ByteOrder: Sendable, CaseIterable {
        case little
        case big
    }

    /// A pcap file (draft-ietf-opsawg-pcap); seconds are written modulo 2³².
    package static func pcap(
        _ packets: [RecordedPacket], linkType: UInt32 = 1, order: ByteOrder = .little, nanoseconds: Bool = false
    ) -> [UInt8] {
        var file =
            word(nanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4, order) + half(2, order) + half(4, order) + word(0, order)
            + word(0, order) + word(262_144, order) + word(linkType, order)
        for packet in packets {
            file += pcapRecordHeader(packet, order: order, nanoseconds: nanoseconds) + packet.bytes
        }
        return file
    }

    /// The sixteen bytes before a packet in a pcap file; `capturedLength` may lie.
    package static func pcapRecordHeader(
        _ packet: RecordedPacket, order: ByteOrder = .little, nanoseconds: Bool = false, capturedLength: UInt32? = nil
    ) -> [UInt8] {
        let time = packet.time.nanoseconds
        let seconds = UInt32(truncatingIfNeeded: time / 1_000_000_000)
        let fraction = UInt32(truncatingIfNeeded: time % 1_000_000_000 / (nanoseconds ? 1 : 1000))
        return word(seconds, order) + word(fraction, order)
            + word(capturedLength ?? UInt32(packet.bytes.count), order)
            + word(UInt32(truncatingIfNeeded: packet.wireLength), order)
    }

    /// An interface of a pcapng file; times are counted in 10^−`decimals` seconds.
    package struct Interface: Sendable {
        package var linkType: UInt16
        package var snapLength: UInt32
        package var decimals: UInt8

        package init(linkType: UInt16 = 1, snapLength: UInt32 = 262_144, decimals: UInt8 = 6) {
            self.linkType = linkType
            self.snapLength = snapLength
            self.decimals = decimals
        }
    }

    /// A pcapng file (draft-ietf-opsawg-pcapng): a section, its interfaces, an enhanced packet block a packet.
    package static func pcapng(
        _ packets: [RecordedPacket], interfaces: [Interface] = [Interface()], order: ByteOrder = .little
    ) -> [UInt8] {
        let section = word(0x1A2B_3C4D, order) + half(1, order) + half(0, order) + [UInt8](repeating: 0xFF, count: 8)
        var file = block(0x0A0D_0D0A, section, order)
        for interface in interfaces {
            let resolution =
                half(9, order) + half(1, order) + [interface.decimals, 0, 0, 0] + half(0, order) + half(0, order)
            file += block(
                1, half(interface.linkType, order) + half(0, order) + word(interface.snapLength, order) + resolution,
                order)
        }
        for packet in packets {
            let decimals = interfaces[Int(packet.interface)].decimals
            let time = UInt64(bitPattern: packet.time.nanoseconds / power(of: 9 - Int(decimals)))
            let padding = [UInt8](repeating: 0, count: (4 - packet.bytes.count % 4) % 4)
            file += block(
                6,
                word(packet.interface, order) + word(UInt32(time >> 32), order)
                    + word(UInt32(truncatingIfNeeded: time), order) + word(UInt32(packet.bytes.count), order)
                    + word(UInt32(packet.wireLength), order) + packet.bytes + padding, order)
        }
        return file
    }

    /// A pcapng block: type, length, body, length.
    package static func block(_ type: UInt32, _ body: [UInt8], _ order: ByteOrder = .little) -> [UInt8] {
        let length = word(UInt32(body.count + 12), order)
        return word(type, order) + length + body + length
    }

    private static func power(of exponent: Int) -> Int64 {
        (0..<max(0, exponent)).reduce(1) { power, _ in power * 10 }
    }

    package static func word(_ value: UInt32, _ order: ByteOrder) -> [UInt8] {
        withUnsafeBytes(of: order == .little ? value.littleEndian : value.bigEndian) { [UInt8]($0) }
    }

    package static func half(_ value: UInt16, _ order: ByteOrder) -> [UInt8] {
        withUnsafeBytes(of: order == .little ? value.littleEndian : value.bigEndian) { [UInt8]($0) }
    }

    package static func double(_ value: UInt64, _ order: ByteOrder) -> [UInt8] {
        withUnsafeBytes(of: order == .little ? value.littleEndian : value.bigEndian) { [UInt8]($0) }
    }
}
