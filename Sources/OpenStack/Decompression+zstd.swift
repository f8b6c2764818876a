import CZstd

extension Decompression {
    /// A frame of RFC 8878.
    static func expandZstandard(_ input: UnsafeRawBufferPointer, _ limit: Int, _ output: inout [UInt8]) -> Outcome {
        guard let context = ZSTD_createDCtx() else { return .broken }
        defer { ZSTD_freeDCtx(context) }
        // A window is memory that the sender of a frame makes its reader take.
        let window = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Limits.zstandardWindowBits)
        guard ZSTD_isError(window) == 0 else { return .broken }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        while true {
            guard output.count < limit else { return .tooLarge }
            var status = 0
            var made = 0
            appendStep(to: &output) { step in
                var target = ZSTD_outBuffer(dst: step.baseAddress, size: step.count, pos: 0)
                status = ZSTD_decompressStream(context, &target, &source)
                made = target.pos
                return made
            }
            guard ZSTD_isError(status) == 0 else { return .broken }
            if status == 0 { return .complete }
            if made == 0, source.pos == source.size { return .cut }
        }
    }
}
