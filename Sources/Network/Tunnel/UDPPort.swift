import Bytes

/// The header of UDP (RFC 768), and what is known of its ports.
///
/// ```
/// |          source port          |       destination port        |
/// |            length             |           checksum            |
/// ```
/// The length is not looked at: that of a datagram which the network card was to split may be any. Where the datagram
/// ends its IP header says.
enum UDPPort {
    static let headerLength = 8

    /// The tunnel in a datagram whose header is at `start`, and where that begins; `nil` where there is none.
    ///
    /// A port that is registered for a tunnel names it. The others that are in use for VXLAN lie among those that
    /// clients get by chance: as for any port, the content decides.
    static func tunnel(_ bytes: RawSpan, at start: Int, end: Int) -> Tunnel? {
        let inside = start + headerLength
        switch bytes.uint16(at: start + 2) {
        case 4789: return .vxlan
        case 4790: return .vxlanGPE
        case 6081: return .geneve
        case 4754: return .gre
        case 6635: return .mpls
        default: return VXLAN.isPlain(bytes, at: inside, end: end) ? .vxlan : nil
        }
    }

    /// The protocol that a datagram is of, where one of its ports is that of a protocol which may carry others.
    static func unread(_ bytes: RawSpan, at start: Int) -> Unread {
        let ports = [bytes.uint16(at: start + 2), bytes.uint16(at: start)]
        return ports.lazy.map(Unread.udp).first { $0.name != nil } ?? .ipProtocol(IPProtocol.udp)
    }
}
