import Bytes

/// VLAN tags: two bytes of tag control information and the next EtherType each (IEEE 802.1Q, 9.5); Linux cooked headers
/// are followed by them in the same way as Ethernet's.
enum VLANTag {
    /// Bytes of a tag.
    static let size = 4

    /// Passes over the tags at `start`; `type` announces the first, and afterwards what stands behind the last.
    @inline(__always)
    static func skipAll(_ bytes: RawSpan, _ type: inout UInt16, _ start: inout Int) throws(PacketDefect) {
        while isAnnounced(by: type) {
            try bytes.requireCaptured(size, at: start)
            type = bytes.uint16(at: start + 2)
            start += size
        }
    }

    /// Whether the type is one of the tag protocol identifiers of 802.1Q, 802.1ad, and those in use before it.
    static func isAnnounced(by type: UInt16) -> Bool {
        switch type {
        case 0x8100, 0x88A8, 0x9100, 0x9200, 0x9300: true
        default: false
        }
    }
}
