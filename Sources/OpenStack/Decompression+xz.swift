import CLzma

extension Decompression {
    /// `lzma.compress` of Python makes the container of xz(1); the older one of lzma(1) is read as well.
    static func expandXZ(_ input: UnsafeRawBufferPointer, _ limit: Int, _ output: inout [UInt8]) -> Outcome {
        var stream = lzma_stream()
        guard lzma_auto_decoder(&stream, Limits.decompressionMemory, 0) == LZMA_OK else { return .broken }
        defer { lzma_end(&stream) }
        stream.next_in = input.bindMemory(to: UInt8.self).baseAddress
        stream.avail_in = input.count
        while true {
            guard output.count < limit else { return .tooLarge }
            var status = LZMA_OK
            var made = 0
            appendStep(to: &output) { step in
                stream.next_out = step.baseAddress
                stream.avail_out = step.count
                status = lzma_code(&stream, LZMA_RUN)
                made = step.count - stream.avail_out
                return made
            }
            if status == LZMA_STREAM_END { return .complete }
            guard status == LZMA_OK || status == LZMA_BUF_ERROR else { return .broken }
            if made == 0, stream.avail_in == 0 { return .cut }
            if made == 0, status == LZMA_BUF_ERROR { return .broken }
        }
    }
}
