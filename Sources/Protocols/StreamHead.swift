import Bytes
import Trace

/// A machine that looks at the first bytes of one direction: what lies below the protocol, and which protocol it is.
///
/// The layers between TCP and the protocol are here, the lowest first; each emits the bytes of the next one up with the
/// packets that they came in.
struct StreamHead: Sendable {
    /// What the first bytes are.
    enum Recognition: Equatable {
        /// Not known to be anything else: decode from here.
        case open
        case needsMore
        /// Of a protocol that is decoded, by its place in the list.
        case decoded(Int)
        case other(name: String)
    }

    private var proxy: ProxyHeader
    /// Bytes behind the layers, until they are known.
    private var held = StampedBytes()
    private(set) var isDone = false

    /// - Parameter mayBeProxied: whether a PROXY header may stand in front.
    init(mayBeProxied: Bool) {
        proxy = ProxyHeader(isExpected: mayBeProxied)
    }

    var proxyBytes: Int { proxy.byteCount }
    /// Whom a PROXY header names.
    var client: SocketAddress? { proxy.client }
    var heldBytes: Int { proxy.heldBytes + held.count }
    /// Whether the bytes so far may be a part of a PROXY header.
    var awaitsProxyHeader: Bool { proxy.heldBytes > 0 }

    /// Takes the next bytes.
    ///
    /// - Parameter isStrict: whether only sure signs count.
    mutating func receive(
        _ bytes: RawSpan, at stamp: PacketStamp, _ protocols: [ProtocolRow], isStrict: Bool, limits: SharedLimits
    ) -> Recognition {
        proxy.receive(bytes, at: stamp, limit: limits.values.proxyHeaderSize) { held.append($0, at: $1) }
        guard proxy.isDone else { return .needsMore }
        let finding = Self.judge(held.bytes.span.bytes, protocols, isStrict: isStrict)
        isDone = finding != .needsMore
        return finding
    }

    /// Nothing more is to be found out: what is held goes to the decoder.
    mutating func takeHeld() -> StampedBytes {
        isDone = true
        proxy.release { held.append($0, at: $1) }
        defer { held = StampedBytes() }
        return held
    }

    private static func judge(_ bytes: RawSpan, _ protocols: [ProtocolRow], isStrict: Bool) -> Recognition {
        var needsMore = false
        for (place, row) in protocols.enumerated() where row.isFoundAnywhere || !isStrict {
            switch row.probe(bytes) {
            case .yes: return .decoded(place)
            case .needsMore: needsMore = true
            case .no: break
            }
        }
        for signature in StreamSignature.all where signature.isStrict || !isStrict {
            switch signature.probe(bytes) {
            case .yes: return .other(name: signature.name)
            case .needsMore: needsMore = true
            case .no: break
            }
        }
        return needsMore ? .needsMore : .open
    }
}
