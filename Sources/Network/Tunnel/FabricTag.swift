import Bytes

/// Tags that switches put before an EtherType and that change nothing of what follows: VN-Tag (Cisco), E-Tag
/// (IEEE 802.1BR, 13) and the security group tag of Cisco MetaData.
///
/// ```
/// | tag (4 or 6) | type (2) | payload …
/// ```
enum FabricTag {
    static func open(_ bytes: RawSpan, at start: Int, length: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(length + 2, at: start)
        return Carried(.etherType(bytes.uint16(at: start + length)), at: start + length + 2)
    }
}
