import Bytes
import Trace

/// A machine that keeps the segments of one direction that lie beyond a hole, in stream order and without overlap.
///
/// Positions are byte offsets in the stream. Bytes that came first hold where segments overlap.
struct OutOfOrderBuffer {
    struct Piece {
        let start: Int
        /// Beyond the last of `bytes` when the capture cut the packet.
        let end: Int
        let bytes: [UInt8]
        let stamp: PacketStamp
    }

    private(set) var pieces: [Piece] = []
    /// Bytes kept.
    private(set) var byteCount = 0

    var isEmpty: Bool { pieces.isEmpty }
    var first: Piece? { pieces.first }

    /// Keeps what is new of the segment `range`, of which `captured` holds the first bytes; returns whether it overlaps
    /// kept bytes and differs from them.
    mutating func insert(_ range: Range<Int>, _ captured: RawSpan, at stamp: PacketStamp) -> Bool {
        var conflict = false
        var start = range.lowerBound
        var index = firstIndex(endingAfter: start)
        while start < range.upperBound {
            let next = index < pieces.count ? pieces[index].start : Int.max
            if next <= start {
                conflict = differs(pieces[index], range, captured) || conflict
                start = pieces[index].end
                index += 1
                continue
            }
            let end = min(range.upperBound, next)
            let bytes = captured.extracting(
                Self.cut(captured, from: start - range.lowerBound, to: end - range.lowerBound))
            pieces.insert(
                Piece(start: start, end: end, bytes: bytes.withUnsafeBytes { [UInt8]($0) }, stamp: stamp), at: index)
            byteCount += bytes.byteCount
            start = end
            index += 1
        }
        return conflict
    }

    /// Takes out the pieces that follow each other without a hole from the first one on.
    mutating func removeFirstRun() -> [Piece] {
        guard let first = pieces.first else { return [] }
        var end = first.end
        var count = 1
        while count < pieces.count, pieces[count].start == end {
            end = pieces[count].end
            count += 1
        }
        let run = Array(pieces[..<count])
        pieces.removeFirst(count)
        byteCount -= run.total { $0.bytes.count }
        return run
    }

    /// Whether the segment `range` holds other bytes than `piece` where both have some.
    func differs(_ piece: Piece, _ range: Range<Int>, _ captured: RawSpan) -> Bool {
        let from = max(piece.start, range.lowerBound)
        let to = min(piece.start + piece.bytes.count, range.lowerBound + captured.byteCount)
        guard from < to else { return false }
        let kept = piece.bytes.span.bytes
        for position in from..<to
        where kept.uint8(at: position - piece.start) != captured.uint8(at: position - range.lowerBound) {
            return true
        }
        return false
    }

    /// The bytes `from..<to` of a segment, as far as they were captured.
    static func cut(_ captured: RawSpan, from: Int, to: Int) -> Range<Int> {
        let end = min(to, captured.byteCount)
        return min(from, end)..<end
    }

    private func firstIndex(endingAfter position: Int) -> Int {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].end > position { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
