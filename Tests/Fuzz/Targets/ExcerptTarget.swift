import Capture
import Pipeline
import Rendering
import Trace

/// The comments by which an excerpt tells of the capture that it is from: a comment a line.
extension FuzzTarget {
    static let excerpts = FuzzTarget(
        "excerpts", "comments of an excerpt, to every format and report", longest: 8192,
        seeds: { traffic in
            guard let trace = try? TracePipeline.trace(of: [traffic.path]), let format = Formats.named("pcapng") else {
                return []
            }
            var file: [UInt8] = []
            try? format.renderer.render(TraceExtract(trace)) { file += $0 }
            let lines = comments(of: file).filter { $0.hasPrefix("novatrace ") && !$0.hasPrefix("novatrace excerpt:") }
            // Without packets; those that tell of many connections are cut.
            let head = (lines.first ?? "").replacing(/[ ]packets=[0-9]+/, with: "")
            let middle = CapturedTraffic.spread(Array(lines.dropFirst()), most: 40)
            return [Array(([head] + middle).joined(separator: "\n").utf8)]
        },
        run: { input in
            let lines = input.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
            let file = section(lines)
            try MemoryFile.with(file) { path in
                try Reports(of: path).check()
                guard let source = try CaptureFiles(paths: [path]).sources.first, let excerpt = source.excerpt else {
                    return
                }
                // What is written of it tells the same.
                let once = written(excerpt, source)
                try MemoryFile.with(once) { path in
                    guard let again = try CaptureFiles(paths: [path]).sources.first?.excerpt else {
                        throw Violation("what is written of an excerpt is none")
                    }
                    try expect(written(again, source) == once, "what is written of an excerpt tells something else")
                }
            }
        })

    private static func written(_ excerpt: Excerpt, _ source: CaptureSource) -> [UInt8] {
        var file: [UInt8] = []
        var encoder = ExcerptEncoder(comments: ["for people"] + excerpt.comments, sources: [source], to: &file)
        // A file without packets would describe no interface.
        let stamp = PacketStamp(time: excerpt.first ?? Timestamp(nanoseconds: 0), number: 1)
        let header = PacketHeader(stamp: stamp, linkType: LinkType(rawValue: 1), wireLength: 0)
        encoder.append(header, RawSpan(), comments: [], to: &file)
        encoder.finish(to: &file)
        return file
    }

    /// A pcapng file of a section with these comments, and an interface.
    private static func section(_ comments: [String]) -> [UInt8] {
        var body: [UInt8] = [0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8)
        for comment in comments {
            let text = Array(comment.utf8.prefix(60_000))
            body.append(short: 1)
            body.append(short: UInt16(text.count))
            body += text + [UInt8](repeating: 0, count: (4 - text.count % 4) % 4)
        }
        return block(0x0A0D_0D0A, body + [0, 0, 0, 0]) + block(1, [1, 0, 0, 0, 0, 0, 4, 0])
    }

    private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let word = { (value: UInt32) in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let length = word(UInt32(body.count + 12))
        return word(type) + length + body + length
    }

    /// The comments of the first block of a pcapng file.
    private static func comments(of file: [UInt8]) -> [String] {
        var reader = InputReader(file)
        _ = reader.piece(24)
        var comments: [String] = []
        while !reader.isAtEnd {
            let (code, length) = (reader.short(), Int(reader.short()))
            guard code != 0 else { break }
            let text = reader.piece(length)
            _ = reader.piece((4 - length % 4) % 4)
            if code == 1 { comments.append(String(decoding: text, as: UTF8.self)) }
        }
        return comments
    }
}
