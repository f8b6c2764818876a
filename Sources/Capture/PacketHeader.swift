package import Trace

/// A value: what a capture says of a packet; the captured bytes are handed over beside it.
package struct PacketHeader: Sendable {
    package let stamp: PacketStamp
    package let linkType: LinkType
    /// Bytes that the packet had on the wire; fewer may be captured.
    package let wireLength: Int

    package init(stamp: PacketStamp, linkType: LinkType, wireLength: Int) {
        self.stamp = stamp
        self.linkType = linkType
        self.wireLength = wireLength
    }
}
