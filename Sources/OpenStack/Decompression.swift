import CBzip2
import CZlib

/// A value: what kombu compressed a body with, by the name in the `compression` header (kombu compression.py).
enum Decompression {
    /// `application/x-gzip`, which kombu writes as a zlib stream; gzip's own framing is read as well.
    case zlib
    case bzip2
    case xz
    case zstandard

    enum Outcome {
        case complete
        /// The body ends early, and what stands before is there.
        case cut
        case broken
        case tooLarge
    }

    init?(name: String) {
        switch name.lowercased() {
        case "application/x-gzip", "application/gzip", "gzip", "zlib": self = .zlib
        case "application/x-bz2", "application/x-bzip2", "bzip2", "bzip", "bz2": self = .bzip2
        case "application/x-lzma", "application/x-xz", "lzma", "xz": self = .xz
        case "application/zstd", "application/x-zstd", "zstd", "zstandard": self = .zstandard
        default: return nil
        }
    }

    /// Appends the decompressed body to `output`, and stops where `budget` ends.
    func decompress(
        _ body: RawSpan, into output: inout [UInt8], isTruncated: Bool, _ budget: inout InflationBudget
    ) -> Outcome {
        guard let limit = budget.grant(body.byteCount) else { return .tooLarge }
        let outcome = body.withUnsafeBytes { input in
            switch self {
            case .zlib: Self.inflate(input, limit, &output)
            case .bzip2: Self.expand(input, limit, &output)
            case .xz: Self.expandXZ(input, limit, &output)
            case .zstandard: Self.expandZstandard(input, limit, &output)
            }
        }
        // A damaged block of bzip2 is worked through before anything of it is written.
        let least = outcome != .complete && self == .bzip2 ? Self.blockBytes : 0
        budget.spend(max(output.count, least))
        return outcome == .cut && !isTruncated ? .broken : outcome
    }

    private static let blockBytes = 900_000

    private static let stepBytes = 64 << 10

    private static func inflate(_ input: UnsafeRawBufferPointer, _ limit: Int, _ output: inout [UInt8]) -> Outcome {
        var stream = z_stream()
        // 15: the largest window; 32: zlib or gzip, as the first bytes say.
        guard inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return .broken
        }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(clamping: input.count)
        while true {
            guard output.count < limit else { return .tooLarge }
            var status = Z_OK
            var made = 0
            appendStep(to: &output) { step in
                stream.next_out = step.baseAddress
                stream.avail_out = UInt32(step.count)
                status = CZlib.inflate(&stream, Z_NO_FLUSH)
                made = step.count - Int(stream.avail_out)
                return made
            }
            if status == Z_STREAM_END { return .complete }
            guard status == Z_OK || status == Z_BUF_ERROR else { return .broken }
            if made == 0, stream.avail_in == 0 { return .cut }
            if made == 0, status == Z_BUF_ERROR { return .broken }
        }
    }

    private static func expand(_ input: UnsafeRawBufferPointer, _ limit: Int, _ output: inout [UInt8]) -> Outcome {
        var stream = bz_stream()
        guard BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { return .broken }
        defer { BZ2_bzDecompressEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: CChar.self).baseAddress)
        stream.avail_in = UInt32(clamping: input.count)
        while true {
            guard output.count < limit else { return .tooLarge }
            var status = BZ_OK
            var made = 0
            appendStep(to: &output) { step in
                step.withMemoryRebound(to: CChar.self) { step in
                    stream.next_out = step.baseAddress
                    stream.avail_out = UInt32(step.count)
                    status = BZ2_bzDecompress(&stream)
                    made = step.count - Int(stream.avail_out)
                }
                return made
            }
            if status == BZ_STREAM_END { return .complete }
            guard status == BZ_OK else { return .broken }
            if made == 0, stream.avail_in == 0 { return .cut }
        }
    }

    /// Lengthens `output` by what `fill` writes into the step it is given.
    static func appendStep(
        to output: inout [UInt8], _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Int
    ) {
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: stepBytes))
        let made = output.withUnsafeMutableBufferPointer { fill(UnsafeMutableBufferPointer(rebasing: $0[start...])) }
        output.removeLast(stepBytes - min(max(made, 0), stepBytes))
    }
}
