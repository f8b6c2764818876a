import Bytes
import Trace

/// A machine that skips the headers of the PROXY protocol at the beginning of one direction: who came through a proxy
/// (HAProxy, `doc/proxy-protocol.txt`, versions 1 and 2).
struct ProxyHeader: Sendable {
    /// Bytes that may be the beginning of a header.
    private var held = StampedBytes()
    /// Bytes of a header that are still to be skipped.
    private var left = 0
    /// Bytes of headers.
    private(set) var byteCount = 0
    /// Whether what comes is behind all headers.
    private(set) var isDone = false
    /// A line of version 1 is at most that long.
    private static let lineLimit = 107

    /// Emits the bytes behind the headers, each with the packet that it came in.
    mutating func receive(_ bytes: RawSpan, at stamp: PacketStamp, _ emit: (RawSpan, PacketStamp) -> Void) {
        guard !isDone else { return emit(bytes, stamp) }
        let skipped = min(left, bytes.byteCount)
        left -= skipped
        held.append(bytes.extracting(skipped..<bytes.byteCount), at: stamp)
        // One proxy may stand behind another.
        while left == 0, !held.isEmpty, let count = Self.header(held.bytes.span.bytes) {
            guard count > 0 else { return }
            let known = min(count, held.count)
            held.removeFirst(known)
            left = count - known
            byteCount += count
        }
        if left == 0, !held.isEmpty { release(emit) }
    }

    /// Nothing more is to be found out: emits what was held.
    mutating func release(_ emit: (RawSpan, PacketStamp) -> Void) {
        isDone = true
        let bytes = held
        held = StampedBytes()
        bytes.visit(emit)
    }

    /// Bytes of the header that begins here; 0 where its end is not there yet, `nil` where there is none.
    private static func header(_ bytes: RawSpan) -> Int? {
        switch bytes.begins(with: "PROXY ") {
        case .needsMore: return 0
        case .yes:
            for end in 6..<min(bytes.byteCount, lineLimit) where bytes.octet(end) == 0x0A { return end + 1 }
            return bytes.byteCount < lineLimit ? 0 : nil
        case .no: break
        }
        let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
        for index in 0..<min(bytes.byteCount, signature.count) where bytes.octet(index) != signature[index] {
            return nil
        }
        return bytes.byteCount < 16 ? 0 : 16 + Int(bytes.short(14))
    }
}
