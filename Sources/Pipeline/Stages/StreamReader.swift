import Capture
import Network
import Trace

/// A machine that reads capture files and decodes their streams on a thread of its own, a few batches ahead of who takes
/// them.
final class StreamReader: @unchecked Sendable {
    private let files: CaptureFiles
    @exclusivity(unchecked) private var stage: StreamStage
    private var failure: CaptureError?
    @exclusivity(unchecked) private var packets = 0
    private var thread: WorkerThread?
    private let full = BoundedQueue<StreamBatch>(limit: batches)
    private let free = BoundedQueue<StreamBatch>(limit: batches)
    private static let batches = 4

    /// Begins to read; `nil` where the system has no thread for it.
    init?(_ files: CaptureFiles, _ stage: consuming StreamStage) {
        self.files = files
        self.stage = stage
        for _ in 0..<Self.batches { _ = free.offer(StreamBatch()) }
        do {
            thread = try WorkerThread { [self] in read() }
        } catch {
            return nil
        }
    }

    /// Waits for the next batch; `nil` when all is read.
    func next() -> StreamBatch? {
        if case .element(let batch) = full.next() { batch } else { nil }
    }

    /// Takes an empty batch back.
    func recycle(_ batch: StreamBatch) {
        _ = free.offer(batch)
    }

    /// Waits for the end of reading, behind the last batch.
    func join() throws(CaptureError) -> (last: Timestamp?, counts: NetworkCounts) {
        thread?.join()
        if let failure { throw failure }
        return (stage.last, stage.counts)
    }

    // MARK: On its own thread

    private func read() {
        var isOver = false
        while !isOver, case .element(let batch) = free.next() {
            isOver = fill(batch)
            batch.packets = packets
            _ = full.offer(batch)
        }
        full.close()
    }

    /// - Returns: whether there is nothing left.
    private func fill(_ batch: StreamBatch) -> Bool {
        do {
            while !batch.isFull {
                let count = batch.count
                guard
                    try files.nextPacket({ header, bytes in
                        stage.receive(bytes, header: header) { batch.append($0, $1) }
                    })
                else {
                    stage.finish { batch.append($0, $1) }
                    return true
                }
                packets += 1
                if batch.count > count { batch.endPacket() }
                if let expiry = stage.takeExpiry() { batch.append(.due(expiry), RawSpan()) }
            }
            return false
        } catch {
            failure = error
            return true
        }
    }
}
