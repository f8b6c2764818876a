package import Bytes
package import Trace

/// A value: something that happened to one direction of a TCP connection, in stream order.
///
/// For each direction, bytes and gaps follow one another as the sender wrote them: nothing is given twice and nothing
/// is left out without a gap. The bytes themselves are handed over beside the event and live for that call.
package struct StreamEvent: Sendable {
    package enum Kind: Equatable, Sendable {
        /// The first event of a connection: it carries data. Connections that never do are not reported.
        case opened(TCPEndpoints)
        case bytes
        /// The capture does not hold this many bytes of the stream.
        case gap(Int)
        /// The same, since the capture keeps only the first bytes of a packet.
        case cut(Int)
        /// The last event of a connection: `finished` also where a reset answers a FIN, `silent` also where the table was
        /// full.
        case closed(ConnectionEnd.Kind)
    }

    /// Counted from 0 in the order in which connections are reported; never used twice.
    package let connection: Int
    /// Whose bytes these are; who began the end for `closed` by a reset or FIN; `.first` for everything else.
    package let side: StreamSide
    /// The packet that the bytes came in; for a gap the packet behind it, or the last one seen.
    package let stamp: PacketStamp
    /// Whether the start of this direction was not seen.
    package let beganMidstream: Bool
    package let kind: Kind
    /// Of `closed`: whether packets of both ends were seen, with bytes or without.
    package let sawBothEnds: Bool

    package init(
        connection: Int, side: StreamSide, stamp: PacketStamp, beganMidstream: Bool, kind: Kind,
        sawBothEnds: Bool = false
    ) {
        self.sawBothEnds = sawBothEnds
        self.connection = connection
        self.side = side
        self.stamp = stamp
        self.beganMidstream = beganMidstream
        self.kind = kind
    }
}

/// A value: the two ends of a connection.
package struct TCPEndpoints: Hashable, Sendable {
    /// The end that opened the connection where a SYN was seen, else the one whose packet came first.
    package let first: SocketAddress
    package let second: SocketAddress
    /// Whether a SYN was seen, so that `first` is the client.
    package let sawHandshake: Bool
    /// The network that the addresses are of.
    package let scope: TunnelScope

    package init(first: SocketAddress, second: SocketAddress, sawHandshake: Bool, scope: TunnelScope = .none) {
        self.scope = scope
        self.first = first
        self.second = second
        self.sawHandshake = sawHandshake
    }
}
