import Capture
import Glibc
import Rendering
import Synchronization

/// A machine that writes lines on a thread of its own, so that a slow terminal or pipe holds nobody up, and keeps a status
/// line below them on a terminal.
///
/// What waits to be written is bounded; what finds no room is not written, and counted.
final class LiveOutput: Sendable {
    private enum Item: Sendable {
        case lines([UInt8], count: Int)
        case status(String)
        case notice(String)
    }

    private struct State {
        var lost = 0
        /// Bytes of lines that were taken and are not written.
        var waiting = 0
        /// Sentences that found no room.
        var unsaid: [String] = []
        var failure: (any Error)?
        var isDone = false
    }

    private let output: ResultOutput
    private let queue = BoundedQueue<Item>(limit: 2048)
    private let state = Mutex(State())
    private let thread: Mutex<WorkerThread?> = Mutex(nil)
    private let failed: @Sendable () -> Void

    /// - Parameter failed: called once when nothing can be written any more: the disk is full or the reader is gone.
    init(_ output: ResultOutput, failed: @escaping @Sendable () -> Void) {
        self.output = output
        self.failed = failed
    }

    func start() throws {
        try thread.withLock { $0 = try WorkerThread { [self] in run() } }
    }

    /// Writes lines when it is their turn.
    func write(_ lines: [UInt8], count: Int) {
        let hasRoom = state.withLock { state in
            guard state.waiting == 0 || state.waiting + lines.count <= Limits.bytesWaiting else { return false }
            state.waiting += lines.count
            return true
        }
        guard !hasRoom || !queue.offer(.lines(lines, count: count)) else { return }
        state.withLock { state in
            state.lost += count
            if hasRoom { state.waiting -= lines.count }
        }
    }

    /// Shows a status line in place of the one before.
    func show(status: String) {
        _ = queue.offer(.status(status))
    }

    /// Says a sentence to the person on standard error when it is its turn, at the end at the latest. For the few things
    /// that must be known before the report.
    func say(_ sentence: String) {
        guard !queue.offer(.notice(sentence)) else { return }
        state.withLock { $0.unsaid.append(sentence) }
    }

    /// Lines that were not written because the reader was too slow.
    var lostLines: Int { state.withLock { $0.lost } }

    /// Writes what is left, and takes the status line away.
    ///
    /// - Throws: why lines could not be written.
    func finish() throws {
        queue.close()
        thread.withLock { $0.take() }?.join()
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    private func run() {
        var status = ""
        while case .element(let item) = queue.next() {
            switch item {
            case .lines(let bytes, _):
                clear(status)
                write(bytes)
                state.withLock { $0.waiting -= bytes.count }
                show(status)
            case .status(let text):
                clear(status)
                status = text
                show(status)
            case .notice(let sentence):
                clear(status)
                tell(sentence)
                show(status)
            }
        }
        clear(status)
        for sentence in state.withLock({ $0.unsaid }) { tell(sentence) }
    }

    private func tell(_ sentence: String) { StandardError.say(sentence) }

    private func clear(_ status: String) {
        if !status.isEmpty { StandardError.write("\r\u{1B}[K") }
    }

    private func show(_ status: String) {
        if !status.isEmpty { StandardError.write(status) }
    }

    private func write(_ bytes: [UInt8]) {
        guard state.withLock({ $0.failure == nil }) else { return }
        do {
            try output.write(bytes)
        } catch {
            state.withLock { $0.failure = error }
            failed()
        }
    }
}
