/// Where a renderer's UTF-8 goes, a chunk at a time.
package typealias OutputSink = ([UInt8]) -> Void

/// A machine that collects UTF-8 and hands it on in chunks of about `Limits.chunkSize` bytes.
///
/// Nothing holds the whole document; `flush` hands on what is left.
struct ChunkedOutput {
    private var buffer: [UInt8] = []
    private let sink: OutputSink

    init(to sink: @escaping OutputSink) {
        self.sink = sink
        buffer.reserveCapacity(Limits.chunkSize + 4096)
    }

    mutating func write(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Limits.chunkSize { flush() }
    }

    mutating func write(_ text: StaticString) {
        buffer.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        if buffer.count >= Limits.chunkSize { flush() }
    }

    mutating func write(byte: UInt8) { buffer.append(byte) }

    mutating func write(bytes: ArraySlice<UInt8>) { buffer.append(contentsOf: bytes) }

    mutating func write(bytes: UnsafeBufferPointer<UInt8>) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Limits.chunkSize { flush() }
    }

    mutating func flush() {
        if buffer.isEmpty { return }
        sink(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
