/// A value: expressions for the bus behind tags and labels and in tunnels (pcap-filter(7)).
struct TunnelFilter {
    let ports: [UInt16]

    /// - Parameter plain: the expression for packets in no tunnel.
    func expressions(plain: String) -> [String] {
        let tunnels = "(\(self.tunnels)) or (\(fragments))"
        let tags = ["vlan", "vlan and vlan"]
        let rare = Self.rareTypes.map { "ether proto \($0)" }.joined(separator: " or ")
        return tags.map { "\($0) and (\(plain))" } + [tunnels, rare]
            + tags.flatMap { ["\($0) and (\(tunnels))", "\($0) and (\(rare))"] } + Self.llc
    }

    /// Protocols that are not common on networks which have them at all: none is looked into.
    ///
    /// MPLS, PPPoE, VN-Tag, E-Tag, Cisco MetaData, 802.1ah, NSH.
    private static let rareTypes = ["0x8847", "0x8848", "0x8864", "0x8926", "0x893f", "0x8909", "0x88e7", "0x894f"]
    /// LLC/SNAP: a length where the type is, then the service access points and an unnumbered frame.
    private static let llc = ["ether[12:2] <= 1500 and ether[14:4] = 0xaaaa0300"]

    /// Ports and protocols as in `Tunnel`.
    private var tunnels: String {
        let protocols = [4, 41, 47, 51, 94, 97, 137].map { "ip proto \($0) or ip6 proto \($0)" }
        let datagrams = ["udp dst port 4790 or udp dst port 6635 or udp dst port 4754"]
        let vxlan = [4789, 8472, 65330].map { "udp dst port \($0)" }.joined(separator: " or ")
        return
            (protocols + datagrams + [
                "(\(vxlan)) and not (\(otherTCP(header: "0")))",
                "udp dst port 6081 and not (udp[10:2] = 0x6558 and \(otherTCP(header: "((udp[8] & 0x3f) << 2)")))",
            ]).joined(separator: " or ")
    }

    /// TCP on other ports over IPv4 in a frame without tags, behind 16 bytes of UDP and tunnel and `header` more.
    ///
    /// It is certain of such packets only that they are not the bus's, and most of an overlay's are such.
    private func otherTCP(header: String) -> String {
        func field(_ offset: Int) -> String { "\(offset) + \(header)" }
        let length = "((udp[\(field(30))] & 0xf) << 2)"
        let onPort = ports.flatMap { port in
            ["udp[\(field(30)) + \(length):2] = \(port)", "udp[\(field(32)) + \(length):2] = \(port)"]
        }
        return "ip and udp[\(field(28)):2] = 0x0800 and udp[\(field(39))] = 6 and udp[\(field(36)):2] & 0x1fff = 0 "
            + "and not (\(onPort.joined(separator: " or ")))"
    }

    /// Fragments after the first do not tell their ports.
    private var fragments: String {
        let carriers = [6, 17].map { "ip proto \($0)" }.joined(separator: " or ")
        return "ip[6:2] & 0x1fff != 0 and (\(carriers)) or ip6 proto 44"
    }
}
