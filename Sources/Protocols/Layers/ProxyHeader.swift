import Bytes
import Trace

/// A machine that takes the headers of the PROXY protocol off the beginning of one direction: who came through a proxy
/// (HAProxy, `doc/proxy-protocol.txt`, versions 1 and 2).
///
/// What is not a whole, well-formed header is none: its bytes are handed on like all others.
struct ProxyHeader: Sendable {
    /// A value: a header, with its length in bytes.
    private struct Header {
        let byteCount: Int
        var client: SocketAddress?
    }

    private enum Recognition {
        case needsMore, none
        case header(Header)
    }

    /// Bytes that may be the beginning of a header.
    private var held = StampedBytes()
    /// Bytes of headers.
    private(set) var byteCount = 0
    /// The headers that were taken off: one proxy may stand behind another.
    private var count = 0
    /// Whom the last of them names: the proxy nearest to the broker writes the first.
    private(set) var client: SocketAddress?
    /// Whether what comes is behind all headers.
    private(set) var isDone: Bool

    /// - Parameter isExpected: whether this end may send one: only who opens a connection does.
    init(isExpected: Bool) {
        isDone = !isExpected
    }

    var heldBytes: Int { held.count }

    /// Emits the bytes behind the headers, each with the packet that it came in.
    mutating func receive(
        _ bytes: RawSpan, at stamp: PacketStamp, limit: Int, _ emit: (RawSpan, PacketStamp) -> Void
    ) {
        guard !isDone else { return emit(bytes, stamp) }
        held.append(bytes, at: stamp)
        while !held.isEmpty {
            switch count < Limits.proxies ? Self.find(in: held.bytes.span.bytes, limit: limit) : .none {
            case .needsMore: return
            case .none: return release(emit)
            case .header(let header):
                held.removeFirst(header.byteCount)
                byteCount += header.byteCount
                count += 1
                client = header.client ?? client
            }
        }
    }

    /// Nothing more is to be found out: emits what was held.
    mutating func release(_ emit: (RawSpan, PacketStamp) -> Void) {
        isDone = true
        let bytes = held
        held = StampedBytes()
        bytes.visit(emit)
    }

    /// A line of version 1 is at most that long.
    private static let lineLimit = 107
    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]

    /// The header that begins here.
    private static func find(in bytes: RawSpan, limit: Int) -> Recognition {
        switch bytes.begins(with: "PROXY ") {
        case .needsMore: return .needsMore
        case .yes: return line(bytes)
        case .no: break
        }
        for index in 0..<min(bytes.byteCount, signature.count) where bytes.uint8(at: index) != signature[index] {
            return .none
        }
        return bytes.byteCount < 16 ? .needsMore : binary(bytes, limit: limit)
    }

    /// Version 1: `PROXY TCP4 192.0.2.1 192.0.2.2 40000 5672`, or `PROXY UNKNOWN` and anything.
    private static func line(_ bytes: RawSpan) -> Recognition {
        guard let end = (6..<min(bytes.byteCount, lineLimit)).first(where: { bytes.uint8(at: $0) == 0x0A }) else {
            return bytes.byteCount < lineLimit ? .needsMore : .none
        }
        let text = String(decoding: (6..<end).map { bytes.uint8(at: $0) }, as: UTF8.self)
        let words = text.split { $0 == " " || $0 == "\r" || $0 == "\r\n" }
        if words.first == "UNKNOWN" { return .header(Header(byteCount: end + 1)) }
        guard words.count == 5, words[0] == "TCP4" || words[0] == "TCP6", let port = UInt16(words[3]),
            let address = IPAddress(words[1]), words[1].contains(":") == (words[0] == "TCP6")
        else { return .none }
        return .header(Header(byteCount: end + 1, client: SocketAddress(address: address, port: port)))
    }

    /// Version 2: the signature, version and command, family, a short length, addresses, then records of a type, a short
    /// length and a value each.
    private static func binary(_ bytes: RawSpan, limit: Int) -> Recognition {
        let (command, family) = (bytes.uint8(at: 12), bytes.uint8(at: 13) >> 4)
        let end = 16 + Int(bytes.uint16(at: 14))
        guard command == 0x20 || command == 0x21, family <= 3, end <= limit else { return .none }
        guard bytes.byteCount >= end else { return .needsMore }
        // A proxy's own check of the broker's health, and what came over nothing that has addresses.
        if command == 0x20 || family == 0 { return .header(Header(byteCount: end)) }
        let records = 16 + (family == 1 ? 12 : family == 2 ? 36 : 216)
        guard holdsRecords(bytes, from: records, to: end) else { return .none }
        // Both addresses, then both ports.
        let width = family == 1 ? 4 : 16
        guard family < 3 else { return .header(Header(byteCount: end)) }
        let client = SocketAddress(
            address: IPAddress(bytes.extracting(16..<16 + width)), port: bytes.uint16(at: 16 + 2 * width))
        return .header(Header(byteCount: end, client: client))
    }

    /// Whether records fill the rest of a header.
    private static func holdsRecords(_ bytes: RawSpan, from start: Int, to end: Int) -> Bool {
        var place = start
        while place + 3 <= end { place += 3 + Int(bytes.uint16(at: place + 1)) }
        return place == end
    }
}
