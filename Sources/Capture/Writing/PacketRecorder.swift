import Glibc
import Synchronization
import Trace

/// A machine that writes what is captured to a file, on a thread of its own.
///
/// A disk that is slow or full holds nobody up: packets that could not be written are counted.
package final class PacketRecorder: @unchecked Sendable {
    private let reader: LiveCapture.Reader
    /// Owned by whoever holds the lock: the thread while it writes a batch.
    private var writer: PacketWriter
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var thread: WorkerThread?
    private let written = Atomic<Int>(0)

    package init(_ writer: consuming PacketWriter, reading reader: LiveCapture.Reader) {
        self.reader = reader
        self.writer = writer
        lock.initialize(to: pthread_mutex_t())
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// - Parameter lost: called once, when the first packet could not be written; it must not wait for anything.
    package func start(lost: @escaping @Sendable (WriteLoss) -> Void) throws(CaptureError) {
        thread = try WorkerThread { [self] in run(lost) }
    }

    /// Waits until all that was captured is written, and ends the file.
    package func finish(_ statistics: [CaptureStatistics]) {
        thread?.join()
        thread = nil
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        writer.finish(dropped: statistics.map { (received: $0.received, dropped: $0.droppedByKernel) })
    }

    /// Waits, but not for long, until the file ends after a whole packet, and lets nothing more be written: for a process
    /// that is about to leave at once.
    package func hold() {
        for _ in 0..<50 where pthread_mutex_trylock(lock) != 0 { usleep(10_000) }
    }

    /// Packets in the files.
    package var packets: Int { written.load(ordering: .relaxed) - (loss?.packets ?? 0) }
    /// Packets that were captured and never came to be written, because writing was too slow.
    package var missedPackets: Int { reader.missedPackets }
    /// To be asked for when it is finished.
    package var loss: WriteLoss? { writer.loss }
    package var files: [String] { writer.files }

    private func run(_ lost: (WriteLoss) -> Void) {
        var isKnown = false
        while case .element(let batch) = reader.next() {
            pthread_mutex_lock(lock)
            batch.forEach { header, bytes in writer.write(header, bytes) }
            writer.flush()
            let loss = isKnown ? nil : writer.loss
            pthread_mutex_unlock(lock)
            written.add(batch.count, ordering: .relaxed)
            if let loss {
                isKnown = true
                lost(loss)
            }
        }
    }
}
