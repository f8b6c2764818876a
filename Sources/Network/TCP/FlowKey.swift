import Bytes

/// The two ends of a connection in an order that does not depend on the direction of a packet, and their network.
struct FlowKey: Hashable {
    let low: SocketAddress
    let high: SocketAddress
    let scope: TunnelScope

    /// The key of a segment's connection, and which of the two ends sent it.
    @inline(__always)
    static func of(_ segment: borrowing TCPSegment) -> (key: FlowKey, sender: FlowSide) {
        let (source, destination, scope) = (segment.source, segment.destination, segment.scope)
        return precedes(source, destination)
            ? (FlowKey(low: source, high: destination, scope: scope), .low)
            : (FlowKey(low: destination, high: source, scope: scope), .high)
    }

    @inline(__always)
    private static func precedes(_ left: SocketAddress, _ right: SocketAddress) -> Bool {
        if left.address.low != right.address.low { return left.address.low < right.address.low }
        if left.port != right.port { return left.port < right.port }
        return left.address.high < right.address.high
    }

    @inline(__always)
    static func == (left: FlowKey, right: FlowKey) -> Bool {
        left.low == right.low && left.high == right.high && left.scope == right.scope
    }

    @inline(__always)
    func hash(into hasher: inout Hasher) {
        hasher.combine(low.address.low)
        hasher.combine(high.address.low)
        hasher.combine(low.address.high ^ (high.address.high &<< 1))
        hasher.combine(UInt64(low.port) << 16 | UInt64(high.port) | scope.rawValue &<< 32 ^ scope.rawValue >> 32)
    }
}

/// One of the two ends of a `FlowKey`.
enum FlowSide: UInt8 {
    case low
    case high

    var opposite: FlowSide { self == .low ? .high : .low }
}
