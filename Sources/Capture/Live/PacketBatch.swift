import Glibc
import Synchronization
import Trace

/// A machine that holds packets as they were captured, one after another, for whoever reads them on other threads.
///
/// One thread fills it; once it is handed on it is never changed again, which is what makes sharing it safe. Its memory
/// goes back to the pool when the last reader has let go of it.
package final class PacketBatch: @unchecked Sendable {
    private struct Entry {
        let time: Timestamp
        let number: Int64
        let offset: Int
        let capturedLength: Int
        let wireLength: Int
        let interface: Int
    }

    private var entries: [Entry] = []
    private var used = 0
    private let memory: UnsafeMutableRawPointer
    private let pool: BatchPool
    private let linkTypes: [LinkType]

    fileprivate init(memory: UnsafeMutableRawPointer, pool: BatchPool, linkTypes: [LinkType]) {
        self.memory = memory
        self.pool = pool
        self.linkTypes = linkTypes
        entries.reserveCapacity(256)
    }

    deinit { pool.giveBack(memory) }

    package var count: Int { entries.count }

    /// Adds a packet; `false` when there is no room for it, which an empty batch always has.
    func append(
        _ bytes: UnsafePointer<UInt8>, count: Int, wireLength: Int, time: Timestamp, number: Int64, interface: Int
    ) -> Bool {
        guard count <= BatchPool.batchSize - used else { return false }
        memory.advanced(by: used).copyMemory(from: bytes, byteCount: count)
        entries.append(
            Entry(
                time: time, number: number, offset: used, capturedLength: count, wireLength: wireLength,
                interface: interface))
        used += count
        return true
    }

    /// Brings packets of several interfaces into the order of their times.
    func sort() {
        entries.sort { ($0.time, $0.interface, $0.number) < ($1.time, $1.interface, $1.number) }
    }

    /// Hands on the packets in order; the bytes live for the call of `body`.
    package func forEach(_ body: (PacketHeader, RawSpan) -> Void) {
        for entry in entries {
            let stamp = PacketStamp(
                time: entry.time, source: Int32(truncatingIfNeeded: entry.interface), number: entry.number)
            let header = PacketHeader(
                stamp: stamp, linkType: linkTypes[entry.interface], wireLength: entry.wireLength)
            let bytes = UnsafeRawBufferPointer(start: memory + entry.offset, count: entry.capturedLength)
            body(header, bytes.bytes)
        }
    }
}

/// A machine that keeps the memory of batches for the next ones, so that a steady stream of packets allocates none.
final class BatchPool: Sendable {
    /// Bytes of packets in a batch; more than the longest packet that libpcap hands over.
    static let batchSize = 1 << 20

    private struct Free: @unchecked Sendable {
        var memory: [UnsafeMutableRawPointer] = []
    }

    private let free = Mutex(Free())

    func batch(linkTypes: [LinkType]) -> PacketBatch {
        let known = free.withLock { $0.memory.popLast() }
        return PacketBatch(
            memory: known ?? Self.allocate(), pool: self, linkTypes: linkTypes)
    }

    fileprivate func giveBack(_ memory: UnsafeMutableRawPointer) {
        let isKept = free.withLock { free in
            guard free.memory.count < Limits.freeBatches else { return false }
            free.memory.append(memory)
            return true
        }
        if !isKept { Self.deallocate(memory) }
    }

    deinit {
        free.withLock { for memory in $0.memory { Self.deallocate(memory) } }
    }

    /// From the system and back to it, since what a burst needed would stay with the C library for good.
    private static func allocate() -> UnsafeMutableRawPointer {
        let memory = mmap(nil, batchSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else { preconditionFailure("no memory is left") }
        return memory
    }

    private static func deallocate(_ memory: UnsafeMutableRawPointer) { munmap(memory, batchSize) }
}
