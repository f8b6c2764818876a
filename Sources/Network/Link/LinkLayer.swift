/// The link types that are decoded, by their number in libpcap (`DLT_…`).
///
/// A new link type is a case here, a line in `networkHeader`, and a file of its own beside this one.
package enum LinkLayer: Int32, CaseIterable, Sendable {
    case null = 0
    case ethernet = 1
    case ppp = 9
    case raw = 12
    case pppSerial = 50
    case pppEthernet = 51
    case ciscoHDLC = 104
    case loop = 108
    case linuxCooked = 113
    case pppDaemon = 166
    case pppWithDirection = 204
    case mpls = 219
    case ipv4 = 228
    case ipv6 = 229
    case netfilterLog = 239
    case linuxCooked2 = 276

    /// Finds the network header of a packet.
    @inline(__always)
    func networkHeader(_ bytes: RawSpan) throws(PacketDefect) -> NetworkHeader {
        switch self {
        case .ethernet: try Ethernet.networkHeader(bytes)
        case .null: try NullLoopback.networkHeader(bytes)
        case .loop: try Loop.networkHeader(bytes)
        case .raw: try RawIP.networkHeader(bytes)
        case .ipv4: RawIPv4.networkHeader
        case .ipv6: RawIPv6.networkHeader
        case .linuxCooked: try LinuxCooked.networkHeader(bytes)
        case .linuxCooked2: try LinuxCooked2.networkHeader(bytes)
        case .ppp, .pppSerial, .ciscoHDLC: try PPPLink.networkHeader(bytes)
        case .pppDaemon: .other(.tunnel(.ppp), PPPLink.daemonHeader)
        case .pppWithDirection: .other(.tunnel(.ppp), PPPLink.directionHeader)
        case .pppEthernet: .other(.tunnel(.pppoe), 0)
        case .mpls: .other(.tunnel(.mpls), 0)
        case .netfilterLog: try NetfilterLog.networkHeader(bytes)
        }
    }
}

/// Where in a packet the network header begins, and whose it is.
enum NetworkHeader: Equatable {
    case ipv4(Int)
    case ipv6(Int)
    /// Something else, in which an IP packet may be.
    case other(Layer, Int)
}
