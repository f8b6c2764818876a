/// A value: what became of the packets that a `PacketDecoder` was given.
///
/// Every packet is counted in `packets` and in exactly one of the others down to `unknownLinkType`; `fragments` stand for
/// themselves and, once their datagram is complete, the last of them for the segment in it.
package struct DecodeStatistics: Equatable, Sendable {
    /// Packets given to the decoder.
    package var packets = 0
    /// TCP segments handed on.
    package var segments = 0
    /// Packets of another network protocol than IP, e.g. ARP.
    package var notIP = 0
    /// IP packets of another transport than TCP, e.g. UDP.
    package var notTCP = 0
    /// Packets of which the capture kept too little to read the headers.
    package var cut = 0
    /// Packets whose headers contradict themselves.
    package var malformed = 0
    /// Packets in more tunnels than the limits allow.
    package var nestedTooDeep = 0
    /// Fragments of IP datagrams that wait for others, or did in vain.
    package var fragments = 0
    /// Packets of a link type that is not decoded.
    package var unknownLinkType = 0

    /// Headers of tunnels that were opened, by `Tunnel.rawValue`: of a packet as many as it has.
    private(set) var tunnels = [Int](repeating: 0, count: Tunnel.allCases.count)
    /// What the packets without a segment were of.
    package internal(set) var unread = UnreadTable()

    package init() {}

    mutating func opened(_ tunnel: Tunnel) {
        tunnels[Int(tunnel.rawValue)] &+= 1
    }

    /// Headers of a tunnel that were opened.
    package subscript(_ tunnel: Tunnel) -> Int { tunnels[Int(tunnel.rawValue)] }
}

/// Why the headers of a packet cannot be read.
enum PacketDefect: Error {
    /// The capture kept too little of it.
    case cut
    /// It does not follow its format.
    case malformed
    /// It is in more tunnels than the limits allow.
    case nestedTooDeep
}
