/// The tunnels and encapsulations that are opened.
///
/// A new one is a case here, a line in `name` and in `open`, a line where its carrier names it (`EtherType`,
/// `IPProtocol`, `UDPPort`), and a file of its own beside this one.
package enum Tunnel: UInt8, CaseIterable, Sendable {
    case vxlan
    case vxlanGPE
    case geneve
    case gre
    case nvgre
    case erspan1
    case erspan2
    case erspan3
    case ipInIP
    case etherIP
    case mpls
    case pppoe
    case ppp
    case llc
    case vnTag
    case eTag
    case securityTag
    case backbone
    case serviceHeader

    /// As people call it.
    package var name: String {
        switch self {
        case .vxlan: "VXLAN"
        case .vxlanGPE: "VXLAN-GPE"
        case .geneve: "Geneve"
        case .gre: "GRE"
        case .nvgre: "NVGRE"
        case .erspan1: "ERSPAN I"
        case .erspan2: "ERSPAN II"
        case .erspan3: "ERSPAN III"
        case .ipInIP: "IP in IP"
        case .etherIP: "EtherIP"
        case .mpls: "MPLS"
        case .pppoe: "PPPoE"
        case .ppp: "PPP"
        case .llc: "LLC/SNAP"
        case .vnTag: "VN-Tag"
        case .eTag: "E-Tag"
        case .securityTag: "Cisco MetaData"
        case .backbone: "802.1ah"
        case .serviceHeader: "NSH"
        }
    }

    /// Reads the header at `start` of a packet that had `end` bytes on the wire.
    func open(_ bytes: RawSpan, at start: Int, end: Int) throws(PacketDefect) -> Carried {
        switch self {
        case .vxlan: try VXLAN.open(bytes, at: start)
        case .vxlanGPE: try VXLANGPE.open(bytes, at: start)
        case .geneve: try Geneve.open(bytes, at: start)
        case .gre, .nvgre: try GRE.open(bytes, at: start)
        case .erspan1: Carried(.ethernet, at: start)
        case .erspan2: try ERSPAN.openSecond(bytes, at: start)
        case .erspan3: try ERSPAN.openThird(bytes, at: start, end: end)
        case .ipInIP: try IPInIP.open(bytes, at: start)
        case .etherIP: try EtherIP.open(bytes, at: start)
        case .mpls: try MPLS.open(bytes, at: start, end: end)
        case .pppoe: try PPPoE.open(bytes, at: start)
        case .ppp: try PPP.open(bytes, at: start)
        case .llc: try LLC.open(bytes, at: start)
        case .vnTag: try FabricTag.open(bytes, at: start, length: 4)
        case .eTag: try FabricTag.open(bytes, at: start, length: 6)
        case .securityTag: try FabricTag.open(bytes, at: start, length: 6)
        case .backbone: try ProviderBackbone.open(bytes, at: start)
        case .serviceHeader: try ServiceHeader.open(bytes, at: start)
        }
    }
}
