/// A value: which packet bytes came in, and when.
package struct PacketStamp: Hashable, Sendable {
    /// When the packet was captured.
    package let time: Timestamp
    /// Index into `CaptureSummary.sources`.
    package let source: Int32
    /// The packet's number in its source, from 1, as tcpdump and Wireshark count.
    package let number: Int64

    package init(time: Timestamp, source: Int32 = 0, number: Int64) {
        self.time = time
        self.source = source
        self.number = number
    }

    /// The packet without its time.
    package var reference: PacketReference { PacketReference(source: source, number: number) }
}

/// A value: a packet's place in what was captured.
package struct PacketReference: Hashable, Sendable {
    /// Index into `CaptureSummary.sources`.
    package let source: Int32
    /// The packet's number in its source, from 1.
    package let number: Int64

    package init(source: Int32, number: Int64) {
        self.source = source
        self.number = number
    }
}
