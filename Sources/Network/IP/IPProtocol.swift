/// The numbers of the protocols that are told apart (IANA, Protocol Numbers).
enum IPProtocol {
    static let hopByHop: UInt8 = 0
    static let tcp: UInt8 = 6
    static let udp: UInt8 = 17
    static let routing: UInt8 = 43
    static let fragment: UInt8 = 44
    static let authentication: UInt8 = 51
    static let destinationOptions: UInt8 = 60
    static let mobility: UInt8 = 135
    static let hostIdentity: UInt8 = 139
    static let shim6: UInt8 = 140

    /// The tunnel that a protocol is.
    static func tunnel(_ number: UInt8) -> Tunnel? {
        switch number {
        case 4, 41, 94: .ipInIP
        case 47: .gre
        case 97: .etherIP
        case 137: .mpls
        default: nil
        }
    }

    /// Whether fragments are put together: a TCP segment may be in what they are parts of.
    static func mayCarryTCP(_ number: UInt8) -> Bool {
        number == tcp || number == udp || tunnel(number) != nil || IPv6Header.isExtension(number)
    }
}
