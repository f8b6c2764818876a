/// A value: a tunnel, mirror or tag around Ethernet frames, made for tests.
package struct Encapsulation: Sendable, CustomStringConvertible {
    package let description: String
    /// libpcap's `DLT_…` of what is made.
    package var linkType: Int32 = 1
    /// What `capture.network.tunnels` counts of each packet.
    package let tunnels: [String]
    /// Puts a frame with an IP packet into it.
    package let wrap: @Sendable ([UInt8]) -> [UInt8]

    package init(
        description: String, linkType: Int32 = 1, tunnels: [String], wrap: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) {
        (self.description, self.linkType, self.tunnels, self.wrap) = (description, linkType, tunnels, wrap)
    }

    /// All that are opened, each with an option or two of its header.
    package static let all: [Encapsulation] = overUDP + overGRE + overIP + overEthernet + linkTypes

    private static let outerSource: [UInt8] = [192, 0, 2, 1]
    private static let outerDestination: [UInt8] = [192, 0, 2, 2]

    /// An Ethernet frame with an IPv4 packet between two ends that only tunnels have.
    package static func outer(_ protocolNumber: UInt8, _ payload: [UInt8], fragment: UInt16 = 0) -> [UInt8] {
        PacketBuilder.ethernet(
            PacketBuilder.ipv4(
                from: outerSource, to: outerDestination, protocolNumber: protocolNumber, identification: 77,
                fragment: fragment, payload))
    }

    /// The same with IPv6.
    package static func outer6(_ nextHeader: UInt8, _ payload: [UInt8]) -> [UInt8] {
        PacketBuilder.ethernet(
            PacketBuilder.ipv6(
                from: Endpoint.v6(201, port: 0).address, to: Endpoint.v6(202, port: 0).address,
                nextHeader: nextHeader, payload))
    }

    package static func udp(to port: UInt16, from source: UInt16 = 49_152, _ payload: [UInt8]) -> [UInt8] {
        PacketBuilder.big(source) + PacketBuilder.big(port) + PacketBuilder.big(UInt16(clamping: payload.count + 8))
            + [0, 0] + payload
    }

    private static func vni(_ number: UInt32) -> [UInt8] { PacketBuilder.big(number << 8) }

    package static func vxlan(_ number: UInt32, port: UInt16 = 4789) -> Encapsulation {
        Encapsulation(description: "VXLAN \(number) to port \(port)", tunnels: ["VXLAN"]) { frame in
            outer(17, udp(to: port, [8, 0, 0, 0] + vni(number) + frame))
        }
    }

    package static func greKey(_ key: UInt32) -> Encapsulation {
        Encapsulation(description: "GRE with key \(key)", tunnels: ["GRE"]) { frame in
            outer(47, [0x20, 0] + type(of: frame) + PacketBuilder.big(key) + packet(of: frame))
        }
    }

    private static let overUDP: [Encapsulation] = [
        vxlan(42), vxlan(42, port: 8472), vxlan(42, port: 65330), vxlan(42, port: 14_789),
        Encapsulation(description: "VXLAN with a group policy, to any port", tunnels: ["VXLAN"]) { frame in
            outer(17, udp(to: 30_000, [0x88, 0, 0x12, 0x34] + vni(42) + frame))
        },
        Encapsulation(description: "VXLAN over IPv6", tunnels: ["VXLAN"]) { frame in
            outer6(17, udp(to: 4789, [8, 0, 0, 0] + vni(42) + frame))
        },
        Encapsulation(description: "VXLAN around a tagged frame", tunnels: ["VXLAN"]) { frame in
            outer(17, udp(to: 4789, [8, 0, 0, 0] + vni(42) + frame[..<12] + [0x81, 0, 0, 9] + frame[12...]))
        },
        Encapsulation(description: "VXLAN-GPE around Ethernet", tunnels: ["VXLAN-GPE"]) { frame in
            outer(17, udp(to: 4790, [0x0C, 0, 0, 3] + vni(42) + frame))
        },
        Encapsulation(description: "VXLAN-GPE around IP", tunnels: ["VXLAN-GPE"]) { frame in
            outer(17, udp(to: 4790, [0x0C, 0, 0, isIPv6(frame) ? 2 : 1] + vni(42) + packet(of: frame)))
        },
        Encapsulation(description: "VXLAN-GPE around NSH", tunnels: ["VXLAN-GPE", "NSH"]) { frame in
            outer(17, udp(to: 4790, [0x0C, 0, 0, 4] + vni(42) + [0, 2, 2, 3, 0, 0, 1, 255] + frame))
        },
        Encapsulation(description: "Geneve", tunnels: ["Geneve"]) { frame in
            outer(17, udp(to: 6081, [0, 0, 0x65, 0x58] + vni(42) + frame))
        },
        Encapsulation(description: "Geneve with options", tunnels: ["Geneve"]) { frame in
            let options: [UInt8] = [1, 2, 0x80, 1, 0, 1, 0, 2]
            return outer(17, udp(to: 6081, [2, 0x40, 0x65, 0x58] + vni(42) + options + frame))
        },
        Encapsulation(description: "Geneve around IP", tunnels: ["Geneve"]) { frame in
            outer(17, udp(to: 6081, [0, 0] + type(of: frame) + vni(42) + packet(of: frame)))
        },
        Encapsulation(description: "GRE over UDP", tunnels: ["GRE"]) { frame in
            outer(17, udp(to: 4754, [0, 0] + type(of: frame) + packet(of: frame)))
        },
        Encapsulation(description: "MPLS over UDP", tunnels: ["MPLS"]) { frame in
            outer(17, udp(to: 6635, label(last: true) + packet(of: frame)))
        },
    ]

    private static let overGRE: [Encapsulation] = [
        greKey(7),
        Encapsulation(description: "GRE", tunnels: ["GRE"]) { frame in
            outer(47, [0, 0] + type(of: frame) + packet(of: frame))
        },
        Encapsulation(description: "GRE with checksum, key and sequence number", tunnels: ["GRE"]) { frame in
            outer(47, [0xB0, 0] + type(of: frame) + [1, 2, 0, 0, 0, 0, 0, 7, 0, 0, 0, 9] + packet(of: frame))
        },
        Encapsulation(description: "GRE with source routes", tunnels: ["GRE"]) { frame in
            let routes: [UInt8] = [8, 0, 0, 4, 10, 0, 0, 1, 0, 0, 0, 0]
            return outer(47, [0x40, 0] + type(of: frame) + [0, 0, 0, 0] + routes + packet(of: frame))
        },
        Encapsulation(description: "gretap", tunnels: ["GRE"]) { frame in outer(47, [0, 0, 0x65, 0x58] + frame) },
        Encapsulation(description: "gretap with a key", tunnels: ["GRE"]) { frame in
            outer(47, [0x20, 0, 0x65, 0x58, 0, 0, 3, 0xE8] + frame)
        },
        Encapsulation(description: "NVGRE", tunnels: ["NVGRE"]) { frame in
            outer(47, [0x20, 0, 0x65, 0x58, 0, 0x13, 0x89, frame[frame.count - 1]] + frame)
        },
        Encapsulation(description: "ERSPAN I", tunnels: ["GRE", "ERSPAN I"]) { frame in
            outer(47, [0, 0, 0x88, 0xBE] + frame)
        },
        Encapsulation(description: "ERSPAN II", tunnels: ["GRE", "ERSPAN II"]) { frame in
            outer(47, [0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x10, 5, 0x08, 0x11, 0, 0, 0, 3] + frame)
        },
        Encapsulation(description: "ERSPAN III", tunnels: ["GRE", "ERSPAN III"]) { frame in
            outer(47, [0x10, 0, 0x22, 0xEB, 0, 0, 0, 1, 0x20, 5, 0, 0x11, 0, 0, 0, 9, 0, 0, 0x80, 0] + frame)
        },
        Encapsulation(description: "ERSPAN III with a subheader", tunnels: ["GRE", "ERSPAN III"]) { frame in
            let subheader: [UInt8] = [0x14, 0, 0, 1, 0, 0, 0, 2]
            return outer(
                47, [0x10, 0, 0x22, 0xEB, 0, 0, 0, 1, 0x20, 5, 0, 0x11, 0, 0, 0, 9, 0, 0, 0x80, 1] + subheader + frame)
        },
        Encapsulation(description: "MPLS in GRE", tunnels: ["GRE", "MPLS"]) { frame in
            outer(47, [0, 0, 0x88, 0x47] + label(last: true) + packet(of: frame))
        },
        Encapsulation(description: "PPTP", tunnels: ["GRE", "PPP"]) { frame in
            let ppp = [0xFF, 3] + pppType(of: frame) + packet(of: frame)
            return outer(47, [0x30, 0x81, 0x88, 0x0B, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1] + ppp)
        },
    ]

    private static let overIP: [Encapsulation] = [
        Encapsulation(description: "IP in IPv4", tunnels: ["IP in IP"]) { frame in
            outer(isIPv6(frame) ? 41 : 4, packet(of: frame))
        },
        Encapsulation(description: "IP in IPv6", tunnels: ["IP in IP"]) { frame in
            outer6(isIPv6(frame) ? 41 : 4, packet(of: frame))
        },
        Encapsulation(description: "EtherIP", tunnels: ["EtherIP"]) { frame in outer(97, [0x30, 0] + frame) },
        Encapsulation(description: "MPLS in IP", tunnels: ["MPLS"]) { frame in
            outer(137, label(last: true) + packet(of: frame))
        },
        Encapsulation(description: "AH around IP in IP", tunnels: ["IP in IP"]) { frame in
            let header: [UInt8] =
                [isIPv6(frame) ? 41 : 4, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1] + [UInt8](repeating: 0xAB, count: 12)
            return outer(51, header + packet(of: frame))
        },
    ]

    private static let overEthernet: [Encapsulation] = [
        frame("MPLS", 0x8847, ["MPLS"]) { label(last: true) + packet(of: $0) },
        frame("three MPLS labels", 0x8848, ["MPLS"]) {
            label(last: false) + label(last: false) + label(last: true) + packet(of: $0)
        },
        frame("Ethernet over MPLS with a control word", 0x8847, ["MPLS"]) {
            label(last: false) + label(last: true) + [0, 0, 0, 5] + $0
        },
        frame("Ethernet over MPLS", 0x8847, ["MPLS"]) { label(last: true) + $0 },
        frame("PPPoE", 0x8864, ["PPPoE", "PPP"]) { frame in
            let ppp = pppType(of: frame) + packet(of: frame)
            return [0x11, 0, 0, 9] + PacketBuilder.big(UInt16(clamping: ppp.count)) + ppp
        },
        frame("VN-Tag", 0x8926, ["VN-Tag"]) { [0, 1, 0, 2] + type(of: $0) + packet(of: $0) },
        frame("E-Tag", 0x893F, ["E-Tag"]) { [0, 1, 0, 2, 0, 0] + type(of: $0) + packet(of: $0) },
        frame("a security group tag", 0x8909, ["Cisco MetaData"]) {
            [1, 1, 0, 1, 0, 9] + type(of: $0) + packet(of: $0)
        },
        frame("802.1ah", 0x88E7, ["802.1ah"]) { [0, 0, 0x30, 0x39] + $0 },
        Encapsulation(description: "LLC/SNAP", tunnels: ["LLC/SNAP"]) { frame in
            let rest = [0xAA, 0xAA, 3, 0, 0, 0] + type(of: frame) + packet(of: frame)
            return frame[..<12] + PacketBuilder.big(UInt16(clamping: min(rest.count, 1500))) + rest
        },
        Encapsulation(description: "LLC/SNAP behind a VLAN tag", tunnels: ["LLC/SNAP"]) { frame in
            let rest = [0xAA, 0xAA, 3, 0, 0, 0xF8] + type(of: frame) + packet(of: frame)
            return frame[..<12] + [0x81, 0, 0, 5] + PacketBuilder.big(UInt16(clamping: min(rest.count, 1500))) + rest
        },
        Encapsulation(description: "two VLAN tags", tunnels: []) { frame in
            frame[..<12] + [0x88, 0xA8, 0, 5, 0x81, 0, 0, 6] + frame[12...]
        },
    ]

    private static let linkTypes: [Encapsulation] = [
        link("PPP", 9, ["PPP"]) { [0xFF, 3] + pppType(of: $0) + packet(of: $0) },
        link("PPP with a short protocol number", 9, ["PPP"]) { pppType(of: $0).dropFirst() + packet(of: $0) },
        link("PPP on a serial line", 50, ["PPP"]) { [0xFF, 3] + pppType(of: $0) + packet(of: $0) },
        link("Cisco HDLC", 50, []) { [0x0F, 0] + type(of: $0) + packet(of: $0) },
        link("PPPoE without Ethernet", 51, ["PPPoE", "PPP"]) {
            [0x11, 0, 0, 9, 0, 0] + pppType(of: $0) + packet(of: $0)
        },
        link("PPP with a direction for its address", 166, ["PPP"]) { [1, 3] + pppType(of: $0) + packet(of: $0) },
        link("PPP behind a direction", 204, ["PPP"]) { [0, 0xFF, 3] + pppType(of: $0) + packet(of: $0) },
        link("MPLS without Ethernet", 219, ["MPLS"]) { label(last: true) + packet(of: $0) },
        link("NFLOG", 239, []) { frame in
            let packet = packet(of: frame)
            let header: [UInt8] = [isIPv6(frame) ? 10 : 2, 0, 0, 1, 6, 0, 10, 0, 0x61, 0, 0, 0]
            return header + little(packet.count + 4) + [9, 0] + packet
        },
    ]

    private static func frame(
        _ name: String, _ type: UInt16, _ tunnels: [String], _ inside: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) -> Encapsulation {
        Encapsulation(description: name, tunnels: tunnels) { PacketBuilder.ethernet(inside($0), type: type) }
    }

    private static func link(
        _ name: String, _ linkType: Int32, _ tunnels: [String], _ wrap: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) -> Encapsulation {
        Encapsulation(description: "\(name) (\(linkType))", linkType: linkType, tunnels: tunnels, wrap: wrap)
    }

    // MARK: Parts of a frame

    private static func packet(of frame: [UInt8]) -> [UInt8] { Array(frame.dropFirst(14)) }
    private static func type(of frame: [UInt8]) -> [UInt8] { Array(frame[12..<14]) }
    private static func isIPv6(_ frame: [UInt8]) -> Bool { frame[12] == 0x86 }
    private static func pppType(of frame: [UInt8]) -> [UInt8] { [0, isIPv6(frame) ? 0x57 : 0x21] }
    private static func label(last: Bool) -> [UInt8] { [0, 1, last ? 0x01 : 0x00, 64] }
    private static func little(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }
}
