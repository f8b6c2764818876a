package import Trace

/// A value: how much the correlator keeps before the oldest is let go, all in counts and packet time.
///
/// What is let go is handed on as it stands and counted; it can no longer be joined to what comes later.
package struct CorrelationLimits: Sendable {
    /// Messages kept for joining.
    package var messages: Int
    /// Bytes of memory that those may take, about (`Message.footprint`): one may name thousands of instances.
    package var messageBytes = Int.max
    /// Open calls kept beyond those.
    package var parkedCalls: Int
    /// How long a message is kept after it was last touched. oslo.messaging's longest timeout in nova is 30 minutes
    /// (`long_rpc_timeout`), and an answer may come after it.
    package var expiry: Nanoseconds
    /// Packets listed for one passage of a message between its first and its last; `nil` lists none at all.
    package var packetsPerContent: Int?
    /// Publishes and deliveries of one connection that wait for their acknowledgement.
    package var unsettledPerConnection: Int
    /// Connections that are listed and named; those beyond are read all the same.
    package var connections: Int
    /// Bytes of memory that those may take, about: each `bytesPerConnection`, and its name.
    package var connectionBytes = 76 << 20
    package static let bytesPerConnection = 2048
    /// Whether connections that ended, and that nothing kept refers to, make room for new ones when there are more. A
    /// trace that is kept whole refers to all of them.
    package var forgetsConnections: Bool
    /// Deliveries kept of one message; a message that is given back and delivered again for ever has no end of them.
    package var deliveriesPerMessage: Int
    /// Facts kept of one connection.
    package var evidencePerConnection: Int
    /// Reply queues whose consumer and requesters are remembered.
    package var replyQueues: Int
    /// Whether it is kept which messages changed, for who wants to tell of them at once.
    package var notesChanges = false
    /// Whether acknowledgements count as changes: they make a message more complete, and change nothing else.
    package var notesAcknowledgements = false

    /// For a trace that is kept whole: replay, list, export.
    package static let replay = CorrelationLimits(
        messages: 16_384, messageBytes: 64 << 20, parkedCalls: 16_384, expiry: .seconds(24 * 3600),
        packetsPerContent: 65_536,
        unsettledPerConnection: 65_536, connections: 65_536, forgetsConnections: false,
        deliveriesPerMessage: 1 << 20, evidencePerConnection: 256, replyQueues: 65_536)

    /// For running totals in constant memory: stats.
    package static let streaming = CorrelationLimits(
        messages: 16_384, messageBytes: 64 << 20, parkedCalls: 8192, expiry: .seconds(2 * 3600), packetsPerContent: nil,
        unsettledPerConnection: 2048, connections: 4096, forgetsConnections: true,
        deliveriesPerMessage: 1024, evidencePerConnection: 64, replyQueues: 16_384)

    /// For a capture that goes on for weeks, of which a part is kept as a trace.
    package static let live = CorrelationLimits(
        messages: 16_384, messageBytes: 64 << 20, parkedCalls: 8192, expiry: .seconds(2 * 3600), packetsPerContent: 64,
        unsettledPerConnection: 2048, connections: 4096, forgetsConnections: true,
        deliveriesPerMessage: 1024, evidencePerConnection: 64, replyQueues: 16_384)

    /// Services, with their hosts, and hosts that are known to have been seen.
    static let servicesSeen = 65_536
}
