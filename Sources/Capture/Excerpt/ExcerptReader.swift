import Trace

/// Reading what a pcapng file says of itself in its first block.
enum ExcerptReader {
    /// What the file tells of the capture that it is an excerpt of; `nil` for a whole capture.
    ///
    /// Byte order, version and length of the section come before the options (draft-ietf-opsawg-pcapng, 4.1).
    static func excerpt(of section: PcapngBlock) -> Excerpt? {
        var comments: [String] = []
        section.visitOptions(from: 16) { code, place, length in
            if code == PcapngFormat.comment { comments.append(section.text(place..<place + length)) }
        }
        return Excerpt(comments: comments)
    }
}
