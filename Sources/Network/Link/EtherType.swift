import Bytes

/// The two bytes that name the protocol of an Ethernet frame's payload, or announce a tag before it.
enum EtherType {
    static let ipv4: UInt16 = 0x0800
    static let arp: UInt16 = 0x0806
    static let ipv6: UInt16 = 0x86DD
    static let erspan3: UInt16 = 0x22EB
    static let transparentBridging: UInt16 = 0x6558
    static let ppp: UInt16 = 0x880B
    static let erspan: UInt16 = 0x88BE

    /// The network header behind the EtherType at `offset`, over as many VLAN tags as there are.
    ///
    /// `start` is where the payload begins when no tag is there.
    @inline(__always)
    static func networkHeader(
        _ bytes: RawSpan, typeAt offset: Int, payloadAt start: Int
    ) throws(PacketDefect) -> NetworkHeader {
        var (type, start) = (bytes.uint16(at: offset), start)
        try VLANTag.skipAll(bytes, &type, &start)
        return switch type {
        case ipv4: .ipv4(start)
        case ipv6: .ipv6(start)
        default: .other(.etherType(type), start)
        }
    }

    /// What begins behind an EtherType that is no tag; `nil` for what carries no IP.
    ///
    /// What is below 1536 is the length of a frame whose protocol is named by IEEE 802.2 (IEEE 802.3, 3.2.6).
    static func layer(_ type: UInt16) -> Layer? {
        switch type {
        case ipv4: .ipv4
        case ipv6: .ipv6
        case ..<1536: .tunnel(.llc)
        case 0x8847, 0x8848: .tunnel(.mpls)
        case 0x8864: .tunnel(.pppoe)
        case ppp: .tunnel(.ppp)
        case 0x8926: .tunnel(.vnTag)
        case 0x893F: .tunnel(.eTag)
        case 0x8909: .tunnel(.securityTag)
        case 0x88E7: .tunnel(.backbone)
        case 0x894F: .tunnel(.serviceHeader)
        default: nil
        }
    }
}
