/// A value: what the reassembly of TCP streams met, over all connections.
package struct TCPStatistics: Equatable, Sendable {
    package var segments = 0
    /// Connections reported, i.e. those that carried data.
    package var connections = 0
    /// Connections given up because the table was full, those that had ended or were ignored not counted.
    package var evicted = 0
    /// Segments whose bytes had all been seen.
    package var retransmissions = 0
    /// Segments that came after a hole and were kept.
    package var outOfOrder = 0
    /// Segments that came before what their senders had received, or were to come after a lost piece of it.
    package var overtaken = 0
    /// Segments that overlap kept bytes and differ from them; the bytes that came first hold.
    package var conflictingOverlaps = 0
    /// Segments whose sequence numbers cannot belong to their stream.
    package var strays = 0
    /// Holes given up because more out-of-order bytes waited than the limits allow.
    package var overflows = 0
    /// Connections that are others seen again, in a tunnel or with other addresses, and count as those.
    package var mirroredConnections = 0
    /// Segments of them.
    package var mirroredSegments = 0
    /// Segments of which the capture kept only the first bytes, and the bytes that it cut off.
    package var cutSegments = 0
    package var cutBytes = 0
    package var gaps = 0
    package var missingBytes = 0

    package init() {}
}
