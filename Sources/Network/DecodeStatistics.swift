/// A value: what became of the packets that a `PacketDecoder` was given.
///
/// Every packet is counted in `packets` and in exactly one of the others; `fragments` stand for themselves and, once
/// their datagram is complete, the last of them for the segment in it.
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
    /// Fragments of IP datagrams that wait for others, or did in vain.
    package var fragments = 0
    /// Packets of a link type that is not decoded.
    package var unknownLinkType = 0

    package init() {}
}

/// Why the headers of a packet cannot be read.
enum PacketDefect: Error {
    /// The capture kept too little of it.
    case cut
    /// It does not follow its format.
    case malformed
}
