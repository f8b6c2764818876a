/// The second version of the header for captures on `any`, `LINUX_SLL2` (libpcap, `pcap/sll.h`).
///
/// ```
/// | type (2) | reserved (2) | interface (4) | ARPHRD_ (2) | packet type (1) | address length (1) | address (8) | payload …
/// ```
enum LinuxCooked2 {
    static func networkHeader(_ bytes: RawSpan) throws(PacketDefect) -> NetworkHeader {
        try bytes.requireCaptured(20, at: 0)
        return try EtherType.networkHeader(bytes, typeAt: 0, payloadAt: 20)
    }
}
