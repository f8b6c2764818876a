/// A value: which network inside tunnels a packet belongs to; a part of what tells connections apart.
///
/// Addresses are unique in one network only: two tenants of a cloud may use the same ones. A tunnel whose header numbers
/// networks (`VNI`, `VSID`, key) makes such a scope. Mirrors (ERSPAN), labels that differ by direction (MPLS) and VLAN
/// tags make none: a packet that is routed from one VLAN to another is the same packet.
package struct TunnelScope: Hashable, Sendable {
    /// Bits 0–31: the number. Bits 32–35: whose number, 0 outside of every tunnel. The others: a digest of the scopes
    /// around it.
    let rawValue: UInt64

    /// Outside of every tunnel that numbers networks.
    package static let none = TunnelScope(rawValue: 0)

    /// The tunnels that number networks; the names are those of their numbers.
    enum Numbering: UInt64, CaseIterable {
        case vxlan = 1
        case vxlanGPE
        case geneve
        case gre
        case nvgre
        case backbone

        var name: String {
            switch self {
            case .vxlan: "VXLAN"
            case .vxlanGPE: "VXLAN-GPE"
            case .geneve: "Geneve"
            case .gre: "GRE key"
            case .nvgre: "NVGRE"
            case .backbone: "I-SID"
            }
        }
    }

    private init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The network `number` of a tunnel in this scope.
    func entering(_ numbering: Numbering, _ number: UInt32) -> TunnelScope {
        // An odd multiplier mixes all bits of the scopes around into the upper 28 (Fibonacci hashing).
        let around = rawValue == 0 ? 0 : (rawValue &* 0x9E37_79B9_7F4A_7C15) & ~Self.innermost
        return TunnelScope(rawValue: around | numbering.rawValue << 32 | UInt64(number))
    }

    private static let innermost: UInt64 = 1 << 36 - 1

    /// Whether the packets of one may be those of the other, seen inside and outside of a tunnel: of two networks that
    /// have different numbers they are not.
    func mayBeCopies(of other: TunnelScope) -> Bool {
        rawValue == 0 || other.rawValue == 0 || (rawValue ^ other.rawValue) & Self.innermost == 0
    }
}

extension TunnelScope: CustomStringConvertible {
    /// The innermost network, e.g. `VXLAN 42`; empty outside of every tunnel.
    package var description: String {
        guard let numbering = Numbering(rawValue: rawValue >> 32 & 0xF) else { return "" }
        return "\(numbering.name) \(rawValue & 0xFFFF_FFFF)"
    }
}
