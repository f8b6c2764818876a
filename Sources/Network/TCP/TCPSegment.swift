package import Bytes

/// A value: the header of a TCP segment and the length of its payload.
package struct TCPSegment: Sendable {
    package let source: SocketAddress
    package let destination: SocketAddress
    /// Of the first byte of the payload, or of the SYN.
    package let sequence: SequenceNumber
    /// The next byte that the sender expects; only with the flag `ack`.
    package let acknowledgment: SequenceNumber
    package let flags: TCPFlags
    /// Bytes of the payload that were captured.
    package let capturedLength: Int
    /// Bytes of the payload on the wire: what the capture cut away included.
    package let wireLength: Int
    /// The network that the addresses are of.
    package let scope: TunnelScope
    /// The timestamps option (RFC 7323, 3.2): the sender's clock and the echo of the other's; 0 where there is none.
    package let timestamps: UInt64

    package init(
        source: SocketAddress, destination: SocketAddress, sequence: SequenceNumber, acknowledgment: SequenceNumber,
        flags: TCPFlags, capturedLength: Int, wireLength: Int, scope: TunnelScope = .none, timestamps: UInt64 = 0
    ) {
        self.timestamps = timestamps
        self.scope = scope
        self.source = source
        self.destination = destination
        self.sequence = sequence
        self.acknowledgment = acknowledgment
        self.flags = flags
        self.capturedLength = capturedLength
        self.wireLength = wireLength
    }
}

/// A value: the control bits of a TCP header (RFC 9293, 3.1).
package struct TCPFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let fin = TCPFlags(rawValue: 0x01)
    package static let syn = TCPFlags(rawValue: 0x02)
    package static let rst = TCPFlags(rawValue: 0x04)
    package static let psh = TCPFlags(rawValue: 0x08)
    package static let ack = TCPFlags(rawValue: 0x10)
    package static let urg = TCPFlags(rawValue: 0x20)
}
