/// A value: what became of the packets of a capture, and of the TCP segments in them, in counts.
///
/// Every packet is counted in `packets` and in exactly one of those from `segments` to `unknownLinkType`.
package struct NetworkCounts: Sendable, Equatable {
    /// A protocol of which nothing was read.
    package struct Undecoded: Sendable, Equatable {
        /// As people call it, e.g. `IPsec ESP`; its number where it has no name here.
        package var name: String
        package var packets: Int
        /// Whether it is a tunnel or a cipher, so that the bus may be inside.
        package var mayCarryTCP: Bool
        /// Of `packets`, those that are counted as cut, malformed or too deep as well.
        package var defects: Int

        package init(name: String, packets: Int, mayCarryTCP: Bool, defects: Int = 0) {
            self.name = name
            self.packets = packets
            self.mayCarryTCP = mayCarryTCP
            self.defects = defects
        }
    }

    package var packets = 0
    /// Packets with a TCP segment.
    package var segments = 0
    /// Packets that hold no IP, and IP packets that hold no TCP.
    package var notIP = 0
    package var notTCP = 0
    /// Packets that end inside a header, since the capture kept no more of them.
    package var cut = 0
    /// Packets whose headers contradict themselves.
    package var malformed = 0
    /// Packets in more tunnels than are opened.
    package var nestedTooDeep = 0
    /// Fragments of IP datagrams but the last of each.
    package var fragments = 0
    package var unknownLinkType = 0

    /// Fragments of datagrams that never became whole.
    package var fragmentsInVain = 0
    /// Headers of tunnels that were opened, by name: a packet has as many as it has.
    package var tunnels: [String: Int] = [:]
    /// What the packets without TCP were of, most packets first.
    package var undecoded: [Undecoded] = []

    package var tcp = TCPCounts()

    package init() {}

    /// The protocols that may carry the bus and were not read.
    package var carriers: [Undecoded] { undecoded.filter(\.mayCarryTCP) }
}

/// A value: what became of the TCP segments of a capture, in counts.
package struct TCPCounts: Sendable, Equatable {
    /// Connections that carried data, of any protocol.
    package var connections = 0
    /// Connections given up while they were open, since too many were.
    package var evicted = 0
    /// Segments whose bytes had all been seen: sent twice, or captured twice.
    package var retransmissions = 0
    /// Segments that came before others of their stream.
    package var outOfOrder = 0
    /// Segments that repeat bytes of their stream with other content.
    package var conflictingOverlaps = 0
    /// Segments whose sequence numbers cannot belong to their stream.
    package var strays = 0
    /// Holes given up because too many bytes waited behind them.
    package var overflows = 0
    /// Holes in streams, and the bytes that they lack.
    package var gaps = 0
    package var missingBytes = 0
    /// Connections that are others seen again, in a tunnel or with other addresses, and their segments.
    package var mirroredConnections = 0
    package var mirroredSegments = 0

    package init() {}
}
