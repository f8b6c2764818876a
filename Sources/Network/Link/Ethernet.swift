/// Ethernet, `EN10MB`: two addresses, any number of VLAN tags, an EtherType (IEEE 802.3, 3.1).
///
/// ```
/// |  destination (6)  |    source (6)     | type (2) | payload …
/// ```
enum Ethernet {
    static let length = 14

    @inline(__always)
    static func networkHeader(_ bytes: RawSpan) throws(PacketDefect) -> NetworkHeader {
        try bytes.requireCaptured(length, at: 0)
        return try EtherType.networkHeader(bytes, typeAt: 12, payloadAt: length)
    }
}
