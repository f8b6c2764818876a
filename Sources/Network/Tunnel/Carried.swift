import Bytes

/// What begins at a place in a packet.
enum Layer: Equatable {
    case ipv4
    case ipv6
    case ethernet
    /// The payload behind an EtherType.
    case etherType(UInt16)
    case tunnel(Tunnel)
    /// A message of the tunnel itself, which carries nothing.
    case control
}

/// What the header of a tunnel says of what it carries.
struct Carried: Equatable {
    let layer: Layer
    /// Where that begins.
    let start: Int
    /// The network that it is in, where the header numbers networks.
    var network: Network?

    struct Network: Equatable {
        let numbering: TunnelScope.Numbering
        let number: UInt32
    }

    init(_ layer: Layer, at start: Int, network: Network? = nil) {
        self.layer = layer
        self.start = start
        self.network = network
    }

    /// The same, in a network that its header numbers.
    func within(_ numbering: TunnelScope.Numbering, _ number: UInt32) -> Carried {
        Carried(layer, at: start, network: Network(numbering: numbering, number: number))
    }
}

/// Guesses about bytes whose format their header does not say, or says only by a port.
enum Plausibility {
    /// Whether an IPv4 or IPv6 header is at `start` of a packet with `end` bytes; which one.
    static func ip(_ bytes: RawSpan, at start: Int, end: Int) -> Layer? {
        guard bytes.byteCount - start >= IPv4Header.minimumLength else { return nil }
        switch bytes.uint8(at: start) >> 4 {
        case 4:
            let header = Int(bytes.uint8(at: start) & 0x0F) * 4
            let total = Int(bytes.uint16(at: start + 2))
            return header >= 20 && (total == 0 || (total >= header && total <= end - start)) ? .ipv4 : nil
        case 6:
            return Int(bytes.uint16(at: start + 4)) + IPv6Header.length <= end - start ? .ipv6 : nil
        default:
            return nil
        }
    }

    /// Whether an Ethernet frame with an IP packet, or with ARP, is at `start`.
    static func ethernet(_ bytes: RawSpan, at start: Int, end: Int) -> Bool {
        var place = start + 12
        // A sender's address is no group's (IEEE 802.3, 3.2.3).
        guard bytes.byteCount - start >= Ethernet.length, bytes.uint8(at: start + 6) & 1 == 0 else { return false }
        while bytes.byteCount - place >= 6, VLANTag.isAnnounced(by: bytes.uint16(at: place)) {
            place += VLANTag.size
        }
        guard bytes.byteCount - place >= 2 else { return false }
        switch bytes.uint16(at: place) {
        case EtherType.ipv4: return ip(bytes, at: place + 2, end: end) == .ipv4
        case EtherType.ipv6: return ip(bytes, at: place + 2, end: end) == .ipv6
        case EtherType.arp:
            return bytes.byteCount - place >= 8 && bytes.uint32(at: place + 2) == 0x0001_0800
        default: return false
        }
    }
}
