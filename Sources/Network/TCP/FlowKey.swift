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
        hasher.combine(low.address.high)
        hasher.combine(high.address.high)
        hasher.combine(ports)
        hasher.combine(scope.rawValue)
    }

    private var ports: UInt64 { UInt64(low.port) << 16 | UInt64(high.port) }

    /// A hash for tables that are asked for every packet: three multiplications of whole words, their halves folded.
    ///
    /// - Parameter seeds: drawn anew by every process, so that nobody can choose addresses whose hashes are alike.
    @inline(__always)
    func hash(_ seeds: HashSeeds) -> UInt64 {
        let ends = Self.fold(low.address.low ^ seeds.first, high.address.low ^ seeds.second)
        let prefixes = Self.fold(low.address.high ^ seeds.second, high.address.high ^ seeds.third)
        return Self.fold(ends ^ ports ^ seeds.third, prefixes ^ scope.rawValue ^ seeds.first)
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

/// A value: numbers that nobody can foretell; the standard library draws what they are made of when the process starts.
struct HashSeeds {
    let first = UInt64(truncatingIfNeeded: 1.hashValue)
    let second = UInt64(truncatingIfNeeded: 2.hashValue)
    let third = UInt64(truncatingIfNeeded: 3.hashValue)
}

/// One of the two ends of a `FlowKey`.
enum FlowSide: UInt8 {
    case low
    case high

    var opposite: FlowSide { self == .low ? .high : .low }

    /// One of two bits.
    var bit: UInt8 { self == .low ? 1 : 2 }
}
