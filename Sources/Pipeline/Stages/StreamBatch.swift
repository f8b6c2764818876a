/// A machine that carries what the first half of the flow emits to the second, in order, the bytes beside it.
///
/// It has one owner at a time: who fills it, or who empties it.
final class StreamBatch: @unchecked Sendable {
    @exclusivity(unchecked) private var outputs: [StreamOutput] = []
    /// Where the bytes of each end, and whether it is the last of its packet.
    @exclusivity(unchecked) private var ends: [(place: Int, isLast: Bool)] = []
    @exclusivity(unchecked) private var buffer: [UInt8] = []
    /// Packets read so far.
    var packets = 0
    private static let outputsAtMost = 1024
    private static let bytesAtMost = 256 << 10

    /// Outputs that it holds.
    var count: Int { outputs.count }

    /// Whether it is to be handed over; one packet may make it larger.
    var isFull: Bool { outputs.count >= Self.outputsAtMost || buffer.count >= Self.bytesAtMost }

    func append(_ output: consuming StreamOutput, _ bytes: RawSpan) {
        if bytes.byteCount > 0 { bytes.withUnsafeBytes { buffer.append(contentsOf: $0) } }
        ends.append((buffer.count, false))
        outputs.append(output)
    }

    /// All that comes of one packet has been said, of which there is something.
    func endPacket() {
        ends[ends.count - 1].isLast = true
    }

    /// Visits what it holds, each with its bytes, which live for the call, and makes room for the next.
    ///
    /// - Parameter body: is also told whether it is the last of its packet.
    func empty(_ body: (StreamOutput, RawSpan, Bool) -> Void) {
        var start = 0
        for index in outputs.indices {
            let end = ends[index]
            body(outputs[index], buffer.span.bytes.extracting(start..<end.place), end.isLast)
            start = end.place
        }
        outputs.removeAll(keepingCapacity: outputs.count <= 2 * Self.outputsAtMost)
        ends.removeAll(keepingCapacity: ends.count <= 2 * Self.outputsAtMost)
        buffer.removeAll(keepingCapacity: buffer.count <= 2 * Self.bytesAtMost)
    }
}
