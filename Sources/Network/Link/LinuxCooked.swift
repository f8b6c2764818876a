/// The header that Linux makes up for captures on `any`, `LINUX_SLL` (libpcap, `pcap/sll.h`).
///
/// ```
/// | packet type (2) | ARPHRD_ (2) | address length (2) | address (8) | type (2) | payload …
/// ```
enum LinuxCooked {
    static func networkHeader(_ bytes: RawSpan) throws(PacketDefect) -> NetworkHeader {
        try bytes.requireCaptured(16, at: 0)
        return try EtherType.networkHeader(bytes, typeAt: 14, payloadAt: 16)
    }
}
