import CBzip2
import CLzma
import CZlib
import CZstd
import TestSupport
import Testing

@testable import OpenStack

@Suite struct `Compressed bodies` {
    private func deflated(_ bytes: [UInt8], windowBits: Int32 = 15) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 9, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + 1000)
        let count = output.count
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                _ = deflate(&stream, Z_FINISH)
            }
        }
        return Array(output.prefix(count - Int(stream.avail_out)))
    }

    private func bzipped(_ bytes: [UInt8]) -> [UInt8] {
        var input = bytes.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: bytes.count + 1000)
        var count = UInt32(output.count)
        BZ2_bzBuffToBuffCompress(&output, &count, &input, UInt32(input.count), 9, 0, 0)
        return output.prefix(Int(count)).map { UInt8(bitPattern: $0) }
    }

    private func zstandard(_ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = ZSTD_compress(&output, output.count, bytes, bytes.count, 3)
        return Array(output.prefix(count))
    }

    private func xz(_ bytes: [UInt8], preset: UInt32 = 6) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: bytes.count + 1000)
        var count = 0
        _ = lzma_easy_buffer_encode(
            preset, LZMA_CHECK_CRC64, nil, bytes, bytes.count, &output, &count, output.count)
        return Array(output.prefix(count))
    }

    private func decoded(_ body: [UInt8], _ compression: String, isTruncated: Bool = false) -> OsloBody {
        var decoder = OsloDecoder()
        return decoder.decode(
            body.span.bytes, contentType: "application/json", compression: compression, isTruncated: isTruncated)
    }

    private let body = OsloBuilder.request("m", ["x": .string(String(repeating: "abc ", count: 1000))], uniqueID: "u")

    @Test func `kombu's gzip is a zlib stream, gzip's own framing and bzip2 are read too`() {
        let whole = ["request", "method: m", "uniqueID: u", "user: unknown"]
        #expect(decoded(deflated(body), "application/x-gzip").facts == whole)
        #expect(decoded(deflated(body, windowBits: 31), "application/x-gzip").facts == whole)
        #expect(decoded(bzipped(body), "application/x-bz2").facts == whole)
        #expect(decoded(body, "").facts == whole)
    }

    @Test func `zstd and xz are read, as kombu writes them`() {
        let whole = ["request", "method: m", "uniqueID: u", "user: unknown"]
        #expect(decoded(zstandard(body), "application/zstd").facts == whole)
        #expect(decoded(xz(body), "application/x-lzma").facts == whole)
    }

    @Test func `what is not known is named`() {
        #expect(
            decoded(body, "application/x-brotli").facts == ["opaque: compressed with brotli, which is not read"])
        for (name, plain) in [
            ("application/x-gzip", "gzip"), ("application/zstd", "zstd"), ("application/x-lzma", "lzma"),
        ] {
            #expect(decoded(body, name).facts == ["opaque: compressed with \(plain), and damaged"])
        }
        #expect(decoded([], "application/x-bz2").facts == ["opaque: compressed with bz2, and damaged"])
    }

    @Test func `a cut stream gives what stands before the cut`() {
        let cut = Array(deflated(body).dropLast(8))
        guard case .request(let request) = decoded(cut, "application/x-gzip", isTruncated: true) else {
            Issue.record("no request")
            return
        }
        #expect(request.method == "m")
        guard case .opaque(.brokenCompression) = decoded(cut, "application/x-gzip") else {
            Issue.record("a cut stream that is not known to be cut is broken")
            return
        }
    }

    @Test func `every cut and every flipped bit of a stream is survived`() {
        for stream in [
            (deflated(body), "application/x-gzip"), (bzipped(body), "application/x-bz2"),
            (zstandard(body), "application/zstd"),
            (xz(body, preset: 0), "application/x-lzma"),
        ] {
            for index in stream.0.indices {
                _ = decoded(Array(stream.0.prefix(index)), stream.1, isTruncated: true)
                var flipped = stream.0
                flipped[index] ^= 0x10
                _ = decoded(flipped, stream.1)
            }
        }
    }

    @Test func `many small bodies grow together as much as a large one may`() {
        var decoder = OsloDecoder()
        let spaces = [UInt8](repeating: 0x20, count: 1 << 20)
        var bytes = 0
        let bodies = [(deflated(spaces), "application/x-gzip"), (bzipped(spaces), "application/x-bz2")]
        for (body, name) in bodies {
            let grown = (0..<500).count { _ in
                let decoded = decoder.decode(
                    body.span.bytes, contentType: nil, compression: name, isTruncated: false)
                if case .opaque(.tooLarge) = decoded { return false }
                return true
            }
            bytes += grown << 20
        }
        let packed = bodies.reduce(0) { $0 + 500 * $1.0.count }
        #expect(bytes >= 16 << 20 && bytes <= (17 << 20) + 64 * packed)
        // What does not grow as much is read as soon as it has brought the room for it.
        let text = OsloBuilder.request("m", uniqueID: "u")
        let read = (0..<400).contains { _ in
            let decoded = decoder.decode(
                deflated(text).span.bytes, contentType: nil, compression: "gzip", isTruncated: false)
            if case .request = decoded { return true }
            return false
        }
        #expect(read)
    }

    @Test func `a bomb stops at the limit`() {
        let spaces = [UInt8](repeating: 0x20, count: 20 << 20)
        let bombs = [
            (deflated(spaces), "application/x-gzip"), (zstandard(spaces), "application/zstd"),
            (xz(spaces), "application/x-lzma"),
        ]
        for (bomb, name) in bombs {
            guard case .opaque(.tooLarge) = decoded(bomb, name) else {
                Issue.record("not stopped: \(name)")
                continue
            }
        }
    }
}
