package import Trace

/// A value: how much the reassembly of one capture may keep, and for how long in packet time.
package struct NetworkLimits: Sendable {
    /// Connections kept at once, those that ended a short while ago included; at most 2³¹ − 1.
    package var connections = 65_536
    /// Packet time without a packet after which a connection is given up. Longer than the two hours at which TCP
    /// keep-alive probes an idle connection (RFC 1122, 4.2.3.6), so that one is never lost that still lives.
    package var idleTime: Nanoseconds = .seconds(3 * 3600)
    /// Packet time for which a connection that ended still takes in its late packets.
    package var closedTime: Nanoseconds = .seconds(120)

    /// Out-of-order bytes kept for one direction of a connection before its hole is given up.
    package var bufferedBytesPerDirection = 1 << 20
    /// Out-of-order segments kept for one direction.
    package var bufferedSegmentsPerDirection = 1024
    /// Out-of-order bytes kept in all.
    package var bufferedBytes = 16 << 20

    /// Segments of a connection that must follow before a hole that the receiver has acknowledged counts as lost by
    /// the capture: packets of several receive queues reach a capture reordered.
    package var segmentsBeforeGap = 64
    /// Packet time that has the same effect as `segmentsBeforeGap`.
    package var timeBeforeGap: Nanoseconds = .seconds(3)
    /// Whether a segment waits, no longer than for a gap, for the bytes of the other direction that it acknowledges.
    package var waitsForCauses = true

    /// Segments of all connections that wait when one begins without its SYN, itself included, until it is clear where
    /// its streams begin; 1 or less for none.
    package var openingSegments = 64
    /// Segments after which none waits any more, as long as none came out of order.
    package var segmentsBeforeOrder = 4096
    /// Bytes of those.
    package var openingBytes = 1 << 20
    /// Packet time for which they wait at most.
    package var openingTime: Nanoseconds = .seconds(2)
    /// Packet time after which a hole counts as lost although no acknowledgment was seen, as when only one direction
    /// is captured.
    package var timeBeforeUnacknowledgedGap: Nanoseconds = .seconds(30)

    /// Whether packets were left out on purpose: whoever's packet comes, a hole is then given up after `timeBeforeGap`.
    package var expectsHoles = false

    /// Sequence numbers further ahead than this cannot belong to the stream: no window is larger (RFC 7323, 2.2).
    package var farthestAhead = 1 << 30
    /// Sequence numbers further back than this are no retransmission.
    package var farthestBack = 16 << 20
    /// Implausible segments in a row, each beginning where the one before it ends, that make a new connection of it.
    package var straysBeforeRestart = 4

    /// Datagrams whose fragments are waited for at once.
    package var fragmentedDatagrams = 256
    /// Fragments kept of one datagram.
    package var fragmentsPerDatagram = 256
    /// Bytes of fragments kept in all.
    package var fragmentBytes = 4 << 20
    /// Packet time for which fragments are kept (RFC 8200, 4.5).
    package var fragmentTime: Nanoseconds = .seconds(60)

    /// Headers of tunnels and encapsulations opened in one packet, one in the other.
    package var tunnelDepth = 16
    /// Protocols, by number, whose packets are counted apart although nothing of them is read.
    package var unreadKinds = 256

    /// Segments with data among which those of a connection that begins are looked for, since it may be another one
    /// that is seen again.
    package var mirrorWindow = 256
    /// Connections that are held back at once until it is clear whether they are others seen again.
    package var mirrorTrials = 256
    /// Segments held back of one of them.
    package var mirrorSegments = 64
    /// Bytes held back of all of them.
    package var mirrorBytes = 4 << 20
    /// Packet time after which one is let go that the other connection does not show.
    package var mirrorTime: Nanoseconds = .seconds(1)
    /// Segments that two connections have in common, in both directions, before they count as one.
    package var mirrorEvidence = 6
    /// The same where one direction is seen only.
    package var mirrorEvidenceOfOneDirection = 12

    /// Bytes of a packet on the wire: what a damaged packet header says beyond it is not believed.
    static let packetBytes = 1 << 20
    /// Attempts that came to nothing, between two times that they are taken; of more the rest is not told.
    static let attempts = 4096
    /// The latest attempts, which are known again when another source shows them.
    static let latestAttempts = 64

    package init() {}

    /// For a live capture: somebody watches.
    package static var live: NetworkLimits {
        var limits = NetworkLimits()
        limits.openingTime = .milliseconds(100)
        return limits
    }

    /// For an excerpt of a capture: nearly every packet stands alone, and a stream may go on anywhere.
    package static var excerpt: NetworkLimits {
        var limits = NetworkLimits()
        limits.expectsHoles = true
        limits.waitsForCauses = false
        limits.openingSegments = 0
        limits.segmentsBeforeGap = 16
        limits.timeBeforeGap = .seconds(1)
        limits.straysBeforeRestart = 1
        limits.mirrorTrials = 0
        return limits
    }
}
