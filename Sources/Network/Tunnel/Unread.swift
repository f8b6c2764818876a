/// What a packet was of in which no TCP segment was found; see `UnreadTable`.
enum Unread: Hashable, Sendable {
    case etherType(UInt16)
    case ipProtocol(UInt8)
    case udp(UInt16)
    /// A tunnel whose header, or what it carries, could not be read.
    case tunnel(Tunnel)
    /// In a tunnel that was opened, something of which no TCP is read.
    indirect case inside(Tunnel, Unread)

    /// As people call it; `nil` where only its number is known.
    var name: String? {
        switch self {
        case .etherType(let type): Self.etherTypes[type]
        case .ipProtocol(let number): Self.protocols[number]
        case .udp(let port): Self.ports[port]
        case .tunnel(let tunnel): tunnel.name
        case .inside(let tunnel, let unread): unread.name.map { "\($0) in \(tunnel.name)" }
        }
    }

    /// Its name, else its number.
    var title: String {
        if let name { return name }
        return switch self {
        case .etherType(let type): "EtherType 0x" + String(type, radix: 16)
        case .ipProtocol(let number): "IP protocol \(number)"
        case .udp, .tunnel: "UDP"
        case .inside(let tunnel, let unread): "\(unread.title) in \(tunnel.name)"
        }
    }

    /// Whether it carries packets of other protocols, which may be the bus's.
    var mayCarryTCP: Bool {
        switch self {
        case .etherType(let type): Self.carryingTypes.contains(type)
        case .ipProtocol(let number): Self.carryingProtocols.contains(number)
        case .udp(let port): Self.ports[port] != nil
        case .tunnel: true
        // ARP and the like belong to any network; what has no name may be anything.
        case .inside(_, let unread): unread.mayCarryTCP || unread.name == nil
        }
    }

    private static let etherTypes: [UInt16: String] = [
        0x0806: "ARP", 0x8035: "RARP", 0x8808: "Ethernet flow control", 0x8809: "LACP", 0x8863: "PPPoE discovery",
        0x888E: "802.1X", 0x88CC: "LLDP", 0x9000: "Ethernet loopback", 0x88E5: "MACsec", 0x22F3: "TRILL",
        0x8903: "FabricPath", 0x892F: "HSR", 0x88FB: "PRP", 0x4305: "B.A.T.M.A.N.",
    ]
    private static let carryingTypes: Set<UInt16> = [0x88E5, 0x22F3, 0x8903, 0x892F, 0x4305]

    private static let protocols: [UInt8: String] = [
        1: "ICMP", 2: "IGMP", 17: "UDP", 50: "IPsec ESP", 55: "IP mobility", 58: "ICMPv6", 88: "EIGRP", 89: "OSPF",
        98: "IP encapsulation", 103: "PIM", 108: "IP compression", 112: "VRRP", 115: "L2TPv3", 132: "SCTP",
    ]
    private static let carryingProtocols: Set<UInt8> = [50, 55, 98, 108, 115]

    private static let ports: [UInt16: String] = [
        500: "IKE", 1194: "OpenVPN", 1701: "L2TP", 2152: "GTP-U", 3544: "Teredo", 4341: "LISP", 4500: "IPsec ESP",
        5247: "CAPWAP", 6080: "GUE", 37008: "TZSP", 51820: "WireGuard",
    ]
}

/// A machine that counts packets by what they were of; what comes when it is full counts in `others`.
package struct UnreadTable: Equatable, Sendable {
    private var counts: [Unread: Int] = [:]
    /// Packets of protocols that came when as many were known as `NetworkLimits.unreadKinds` allows.
    private(set) var others = 0

    mutating func count(_ unread: Unread, _ limits: NetworkLimits) {
        if counts[unread] == nil, counts.count >= limits.unreadKinds { return others &+= 1 }
        counts[unread, default: 0] &+= 1
    }

    /// Packets of `unread`.
    subscript(_ unread: Unread) -> Int { counts[unread] ?? 0 }

    /// By name; those of one name together.
    var named: [(name: String, packets: Int, mayCarryTCP: Bool, defects: Int)] {
        var named: [String: (packets: Int, mayCarryTCP: Bool, defects: Int)] = [:]
        for (unread, count) in counts {
            let known = named[unread.title] ?? (0, false, 0)
            let defects = if case .tunnel = unread { count } else { 0 }
            named[unread.title] = (
                known.packets + count, known.mayCarryTCP || unread.mayCarryTCP, known.defects + defects
            )
        }
        if others > 0 { named["others"] = (others, false, 0) }
        return named.map { ($0.key, $0.value.packets, $0.value.mayCarryTCP, $0.value.defects) }
    }
}
