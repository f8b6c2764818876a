import Glibc
import Synchronization
package import Trace

/// A machine that captures on interfaces, on a thread of its own that waits for nothing but packets.
///
/// Packets are copied out of the kernel's buffer into batches, which every reader takes from a queue of its own. A reader
/// that falls behind misses whole batches, which are counted; it never holds up the others or the capture. Packets of
/// several interfaces come in the order of their times within a batch, nearly so across batches.
package final class LiveCapture: @unchecked Sendable {
    /// One reader's queue, and what it missed.
    package final class Reader: Sendable {
        private let queue: BoundedQueue<PacketBatch>
        private let missed = Atomic<Int>(0)

        fileprivate init(limit: Int) {
            queue = BoundedQueue(limit: limit)
        }

        /// The next batch, waiting for one at most so many milliseconds.
        package func next(within milliseconds: Int? = nil) -> BoundedQueue<PacketBatch>.Next {
            queue.next(within: milliseconds)
        }

        /// Packets that were captured and not read, because this reader was too slow.
        package var missedPackets: Int { missed.load(ordering: .relaxed) }

        fileprivate func receive(_ batch: PacketBatch) {
            if !queue.offer(batch) { missed.add(batch.count, ordering: .relaxed) }
        }

        /// Lets a batch go unread that there is no time for.
        package func skip(_ batch: PacketBatch) { missed.add(batch.count, ordering: .relaxed) }

        /// Whether it has nothing left to read.
        fileprivate var isIdle: Bool { queue.isEmpty }

        fileprivate func close() { queue.close() }
    }

    private let options: LiveOptions
    private let interfaces: [LiveInterface]
    private let pool = BatchPool()
    private var readers: [Reader] = []
    private var thread: WorkerThread?
    /// Closed at one end by whoever ends the capture, so that the thread wakes up.
    private let wake: WakePipe
    private let isStopping = Atomic<Bool>(false)
    private let state: Mutex<State>

    private struct State {
        var sources: [CaptureSource]
        var statistics: [CaptureStatistics]
        var cutPackets = 0
        /// Why interfaces ended by themselves, a sentence each.
        var endings: [String] = []
        var links: [InterfaceState]
        /// Changes of interfaces that nobody was told of yet.
        var changes: [LinkChange] = []
        var hasEnded = false
        var timeIsOver = false
    }

    /// Opens the interfaces; throws for the first that cannot be captured on.
    package init(interfaces names: [String], options: LiveOptions) throws(CaptureError) {
        self.options = options
        var interfaces: [LiveInterface] = []
        for name in names { interfaces.append(try LiveInterface(name, options)) }
        self.interfaces = interfaces
        wake = WakePipe()
        state = Mutex(
            State(
                sources: interfaces.map(\.source),
                statistics: interfaces.map { _ in CaptureStatistics() }, links: interfaces.map { _ in InterfaceState() }
            ))
    }

    package var names: [String] { interfaces.map(\.name) }
    package var linkTypes: [LinkType] { interfaces.map(\.linkType) }

    /// What was captured so far, an entry for each interface; the kernel's drops included.
    package var sources: [CaptureSource] {
        state.withLock { state in
            zip(state.sources, state.statistics).map { source, statistics in
                var source = source
                source.kernelDropped = statistics.droppedByKernel
                return source
            }
        }
    }

    /// What kernel and interfaces counted, known anew about four times a second.
    package var statistics: [CaptureStatistics] { state.withLock { $0.statistics } }

    /// Packets that were longer than what is kept of one.
    package var cutPackets: Int { state.withLock { $0.cutPackets } }

    /// Why interfaces ended by themselves, a sentence each without the full stop.
    package var endings: [String] { state.withLock { $0.endings } }

    /// Whether interfaces are up, in their order.
    package var links: [InterfaceState] { state.withLock { $0.links } }

    /// What interfaces did since the last time: down, up again.
    package func takeChanges() -> [LinkChange] {
        state.withLock { state in
            defer { state.changes = [] }
            return state.changes
        }
    }

    /// Whether nothing more is captured; readers may have something left to read.
    package var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Whether it ended because its time was over.
    package var timeIsOver: Bool { state.withLock { $0.timeIsOver } }

    /// Adds a reader; to be called before `start`.
    package func reader() -> Reader {
        let reader = Reader(limit: options.batchesInFlight)
        readers.append(reader)
        return reader
    }

    package func start() throws(CaptureError) {
        thread = try WorkerThread { [self] in run() }
    }

    /// Ends the capture: what the kernel holds until now is still taken; then the readers' queues are closed. May be
    /// called on any thread, and more than once.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        wake.ring()
    }

    /// Waits for the capture's thread.
    package func join() {
        thread?.join()
        thread = nil
    }

    // MARK: The thread

    private static let packetsPerRound = 4096
    /// Milliseconds between two looks at the counters of the kernel.
    private static let betweenCounts: Int64 = 250
    /// Milliseconds for which a batch is held back from busy readers when nothing more comes.
    private static let holding: Int64 = 10

    private func run() {
        var filling = Filling(interfaces: interfaces, pool: pool, limit: options.packetLimit) { [self] batch in
            for reader in readers { reader.receive(batch) }
        }
        var open = interfaces.indices.map { $0 }
        var countedAt: Int64 = 0
        let deadline = options.duration.map { Self.milliseconds(CLOCK_MONOTONIC) + max(1, $0.milliseconds) }
        while !open.isEmpty, !filling.isComplete, !isStopping.load(ordering: .acquiring) {
            let left = deadline.map { max(0, $0 - Self.milliseconds(CLOCK_MONOTONIC)) } ?? .max
            guard left > 0 else {
                state.withLock { $0.timeIsOver = true }
                break
            }
            let isTroubled = wait(for: open, atMost: min(left, filling.isEmpty ? Self.betweenCounts : Self.holding))
            let taken = readRound(&open, &filling)
            // While all readers are busy, fewer and fuller batches serve them better.
            if taken == 0 || readers.contains(where: \.isIdle) { filling.handOn() }
            let now = Self.milliseconds(CLOCK_MONOTONIC)
            if isTroubled { look(at: open) }
            if now - countedAt >= Self.betweenCounts {
                countedAt = now
                look(at: open)
                count(filling)
            }
        }
        count(filling)
        let counted = statistics
        if !filling.isComplete { readRest(&open, &filling, counted) }
        filling.handOn()
        count(filling)
        // What came after the end was received by nobody.
        state.withLock { state in
            state.statistics = zip(counted, state.sources).map { $0.0.covering($0.1) }
            state.hasEnded = true
        }
        for reader in readers { reader.close() }
    }

    /// - Returns: whether the kernel has something to say of an interface, as that it went down.
    private func wait(for open: [Int], atMost milliseconds: Int64) -> Bool {
        var descriptors = open.map { pollfd(fd: interfaces[$0].descriptor, events: Int16(POLLIN), revents: 0) }
        descriptors.append(pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0))
        poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: milliseconds))
        return descriptors.contains { $0.revents & Int16(POLLERR) != 0 }
    }

    /// Sees whether interfaces are up.
    private func look(at open: [Int]) {
        let now = Nanoseconds.milliseconds(Self.milliseconds(CLOCK_MONOTONIC))
        for index in open {
            let isUp = interfaces[index].isUp
            state.withLock { state in
                guard let change = state.links[index].update(isUp: isUp, at: now),
                    state.changes.count < Limits.linkChanges
                else { return }
                state.changes.append(LinkChange(interface: interfaces[index].name, change: change))
            }
        }
    }

    /// Takes what is there of each interface; what ended goes from `open`.
    private func readRound(_ open: inout [Int], _ filling: inout Filling, until end: Timestamp? = nil) -> Int {
        var taken = 0
        for index in open {
            switch interfaces[index].read(
                atMost: Self.packetsPerRound,
                { time, wireLength, bytes, count in
                    if let end, time > end { return }
                    filling.append(bytes, count: count, wireLength: wireLength, time: time, interface: index)
                })
            {
            case .packets(let count):
                taken += count
            case .ended(let cause):
                open.removeAll { $0 == index }
                state.withLock { $0.endings.append("\(interfaces[index].name) can no longer be captured on: \(cause)") }
            }
        }
        return taken
    }

    /// The kernel hands its last packets over when its patience is at an end, on a busy machine later: two rounds with
    /// nothing are the end of it, once all that it had counted is here.
    private func readRest(_ open: inout [Int], _ filling: inout Filling, _ counted: [CaptureStatistics]) {
        let end = Timestamp(nanoseconds: Self.milliseconds(CLOCK_REALTIME) * 1_000_000 + 1_000_000)
        let deadline = Self.milliseconds(CLOCK_MONOTONIC) + 1000
        var quietRounds = 0
        while !open.isEmpty, Self.milliseconds(CLOCK_MONOTONIC) < deadline {
            let isBehind = open.contains { !counted[$0].isCovered(by: filling.sources[$0]) }
            guard isBehind || quietRounds < 2 else { break }
            var descriptors = open.map { pollfd(fd: interfaces[$0].descriptor, events: Int16(POLLIN), revents: 0) }
            poll(&descriptors, nfds_t(descriptors.count), 60)
            quietRounds = readRound(&open, &filling, until: end) == 0 ? quietRounds + 1 : 0
        }
    }

    private func count(_ filling: borrowing Filling) {
        let statistics = interfaces.map(\.statistics)
        let (sources, cutPackets) = (filling.sources, filling.cutPackets)
        state.withLock { state in
            state.sources = sources
            state.cutPackets = cutPackets
            for (index, counts) in statistics.enumerated() {
                if let counts { state.statistics[index] = counts }
            }
        }
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}
