import Correlation
import OpenStack

/// A machine that keeps the bodies published last, decoded, since the broker delivers each of them again as it is.
///
/// A body is known again by its size, its content type, and its `_unique_id`, which must stand at the same place behind
/// the same key; oslo.messaging makes a new one for every message that it publishes. Any other body is not found here.
struct RecentBodies {
    /// The end of the key, and the 32 digits.
    private struct Mark: Equatable {
        static let keyBytes = 16
        static let byteCount = keyBytes + 32
        private let words: InlineArray<6, UInt64>

        /// - Precondition: `byteCount` bytes stand at `offset`.
        init(_ bytes: RawSpan, at offset: Int) {
            words = InlineArray { bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset + $0 * 8, as: UInt64.self) }
        }

        static func == (left: Mark, right: Mark) -> Bool {
            left.words.indices.allSatisfy { left.words[$0] == right.words[$0] }
        }
    }

    private struct Entry {
        let contentType: String?
        /// Where `mark` begins.
        let place: Int
        let mark: Mark
        let body: OsloBody
    }

    private var entries: [Entry] = []
    /// Of each entry the bytes of its body; apart, to be searched quickly.
    private var sizes: [Int] = []
    /// The entry that is replaced next.
    private var oldest = 0

    /// One that could not be read is not kept: it may be damaged here, and whole where it is delivered.
    mutating func add(_ decoded: OsloBody, of body: RawSpan, uniqueID range: Range<Int>, contentType: String?) {
        let place = range.lowerBound - Mark.keyBytes
        guard decoded.uniqueID != nil, place >= 0, range.count == 32, range.upperBound <= body.byteCount else { return }
        let mark = Mark(body, at: place)
        guard entries.count == PipelineLimits.recentBodies else {
            entries.append(Entry(contentType: contentType, place: place, mark: mark, body: decoded))
            return sizes.append(body.byteCount)
        }
        entries[oldest] = Entry(contentType: contentType, place: place, mark: mark, body: decoded)
        sizes[oldest] = body.byteCount
        oldest = (oldest + 1) % PipelineLimits.recentBodies
    }

    /// What a body says, where it is one of those kept.
    func find(_ body: RawSpan, contentType: String?) -> OsloBody? {
        let size = body.byteCount
        // The newest first: of many bodies of one size it is found among the last few.
        var index = oldest
        for _ in sizes.indices {
            index = (index == 0 ? sizes.count : index) - 1
            guard sizes[index] == size else { continue }
            let place = entries[index].place
            if Mark(body, at: place) == entries[index].mark, entries[index].contentType == contentType {
                return entries[index].body
            }
        }
        return nil
    }
}
