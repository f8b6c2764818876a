import Trace

/// A value: bytes of one direction that wait, and the packets they came in.
struct StampedBytes: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where the bytes of each packet begin, ascending; the first at 0.
    private(set) var pieces: [(start: Int, stamp: PacketStamp)] = []

    var count: Int { bytes.count }
    var isEmpty: Bool { bytes.isEmpty }

    init() {}

    /// - Precondition: `pieces` ascend, and the first begins at 0, unless there are no bytes.
    init(_ bytes: [UInt8], _ pieces: [(start: Int, stamp: PacketStamp)]) {
        self.bytes = bytes
        self.pieces = pieces
    }

    mutating func append(_ added: RawSpan, at stamp: PacketStamp) {
        guard added.byteCount > 0 else { return }
        if pieces.last.map({ $0.stamp.reference != stamp.reference }) ?? true { pieces.append((bytes.count, stamp)) }
        bytes.append(added, 0..<added.byteCount)
    }

    mutating func removeFirst(_ count: Int) {
        bytes.removeFirst(count)
        let first = (pieces.lastIndex { $0.start <= count } ?? 0)
        pieces.removeFirst(bytes.isEmpty ? pieces.count : first)
        for index in pieces.indices { pieces[index].start = max(0, pieces[index].start - count) }
    }

    /// Visits the bytes of each packet, in order.
    func visit(_ body: (RawSpan, PacketStamp) -> Void) {
        for (index, piece) in pieces.enumerated() {
            let end = index + 1 < pieces.count ? pieces[index + 1].start : bytes.count
            body(bytes.span.bytes.extracting(piece.start..<end), piece.stamp)
        }
    }
}
