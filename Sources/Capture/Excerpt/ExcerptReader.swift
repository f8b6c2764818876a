import Glibc
import Trace

/// Reading what a pcapng file says of itself in its first block, which libpcap keeps to itself.
enum ExcerptReader {
    private static let comment: UInt16 = 1

    /// What the file tells of the capture that it is an excerpt of; `nil` for a whole capture, and for a pipe, whose
    /// first block is gone.
    static func excerpt(of path: String) -> Excerpt? {
        guard CaptureStream.isRepeatable(path), var stream = try? CaptureStream.open(path) else { return nil }
        return stream.withFile { file in
            var block = PcapngBlock()
            guard case .block = block.read(file), block.type == PcapngBlock.sectionHeader else { return nil }
            return Excerpt(comments: comments(of: block))
        }
    }

    /// Byte order, version and length of the section come before the options (draft-ietf-opsawg-pcapng, 4.1).
    private static func comments(of block: PcapngBlock) -> [String] {
        var comments: [String] = []
        var place = 16
        while block.count - place >= 4 {
            let (code, length) = (block.uint16(place), Int(block.uint16(place + 2)))
            place += 4
            guard code != 0, block.count - place >= length else { break }
            if code == comment { comments.append(String(decoding: block.bytes[place..<place + length], as: UTF8.self)) }
            place += (length + 3) & ~3
        }
        return comments
    }
}
