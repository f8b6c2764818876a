import Bytes

/// PPP and Cisco's HDLC on a serial line, `PPP`, `PPP_SERIAL`, `C_HDLC` (RFC 1662, 3.1; libpcap's list of link types).
///
/// ```
/// PPP    | address FF | control 03 | protocol (1 or 2) | payload …
/// Cisco  | address 0F or 8F | control 00 | EtherType (2) | payload …
/// ```
/// Address and control of PPP may be left out.
enum PPPLink {
    /// `PPP_PPPD`: a byte that tells the direction stands for the address, and control follows.
    static let daemonHeader = 2
    /// `PPP_WITHDIRECTION`: a byte that tells the direction, before a frame that is whole.
    static let directionHeader = 1

    static func networkHeader(_ bytes: RawSpan) throws(PacketDefect) -> NetworkHeader {
        try bytes.requireCaptured(2, at: 0)
        switch bytes.uint16(at: 0) {
        case 0x0F00, 0x8F00:
            try bytes.requireCaptured(4, at: 0)
            return try EtherType.networkHeader(bytes, typeAt: 2, payloadAt: 4)
        default: return .other(.tunnel(.ppp), 0)
        }
    }
}
