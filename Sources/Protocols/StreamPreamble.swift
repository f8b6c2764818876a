import Bytes
import Trace

/// A machine that looks at the first bytes of one direction: whose they are, and whether a proxy put its header first.
///
/// The header of the PROXY protocol (HAProxy, versions 1 and 2) is stepped over; what follows it is looked at anew.
struct StreamPreamble {
    /// What the first bytes are.
    enum Finding: Equatable {
        /// Not known to be anything else: decode from here.
        case open
        case needsMore
        case other(name: String)
        /// That many bytes of a proxy's header come first; 0 for some that are not there yet.
        case proxy(Int)
    }

    /// Bytes before the finding, and the packet of the first of them.
    private(set) var held: [UInt8] = []
    private(set) var heldStamp: PacketStamp?
    /// Bytes of a proxy's header still to be stepped over.
    private var proxyLeft = 0
    private(set) var proxyBytes = 0
    private(set) var isDone = false
    /// A version 1 line is at most that long.
    private static let proxyLineLimit = 107

    /// Looks at `bytes`, or at those held with `bytes` added.
    ///
    /// - Parameter isStrict: whether only sure signs count.
    mutating func receive(_ bytes: RawSpan, at stamp: PacketStamp, isStrict: Bool) -> Finding {
        var start = min(proxyLeft, bytes.byteCount)
        proxyLeft -= start
        guard start < bytes.byteCount || bytes.byteCount == 0 else { return .needsMore }
        if held.isEmpty { heldStamp = stamp }
        held.append(bytes, start..<bytes.byteCount)
        while true {
            let finding = StreamPreamble.judge(held.span.bytes, isStrict: isStrict)
            guard case .proxy(let count) = finding else {
                isDone = finding != .needsMore
                return finding
            }
            start = min(count, held.count)
            held.removeFirst(start)
            proxyLeft = count - start
            proxyBytes += count
            if held.isEmpty { return .needsMore }
        }
    }

    /// Nothing more is to be found out: what is held goes to the decoder.
    mutating func takeHeld() -> [UInt8] {
        isDone = true
        defer { held = [] }
        return held
    }

    private static func judge(_ bytes: RawSpan, isStrict: Bool) -> Finding {
        if bytes.byteCount >= 8, bytes.matches("AMQP") {
            return AMQPVersion(code: bytes.long(4)).otherName.map { .other(name: $0) } ?? .open
        }
        var needsMore = bytes.begins(with: "AMQP") == .needsMore || bytes.byteCount < 8 && bytes.matches("AMQP")
        if let proxy = proxyHeader(bytes) {
            guard proxy == 0 else { return .proxy(proxy) }
            needsMore = true
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

    /// Bytes of the proxy's header; 0 where its end is not there yet, `nil` where there is none.
    private static func proxyHeader(_ bytes: RawSpan) -> Int? {
        switch bytes.begins(with: "PROXY ") {
        case .needsMore: return 0
        case .yes:
            for end in 6..<min(bytes.byteCount, proxyLineLimit) where bytes.octet(end) == 0x0A { return end + 1 }
            return bytes.byteCount < proxyLineLimit ? 0 : nil
        case .no: break
        }
        let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
        for index in 0..<min(bytes.byteCount, signature.count) where bytes.octet(index) != signature[index] {
            return nil
        }
        return bytes.byteCount < 16 ? 0 : 16 + Int(bytes.short(14))
    }
}
