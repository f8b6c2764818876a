import Trace

/// A machine that fills batches with packets, and hands them on.
struct Filling {
    private(set) var sources: [CaptureSource]
    private(set) var cutPackets = 0
    private var clocks: [ArrivalClock]
    private var batch: PacketBatch
    private let linkTypes: [LinkType]
    private let pool: BatchPool
    private let limit: Int?
    private let sink: (PacketBatch) -> Void
    private var count = 0

    init(interfaces: [LiveInterface], pool: BatchPool, limit: Int?, _ sink: @escaping (PacketBatch) -> Void) {
        sources = interfaces.map(\.source)
        linkTypes = interfaces.map(\.linkType)
        clocks = interfaces.map { _ in ArrivalClock() }
        self.pool = pool
        self.limit = limit
        self.sink = sink
        batch = pool.batch(linkTypes: linkTypes)
    }

    var isEmpty: Bool { batch.count == 0 }

    /// Whether as many packets have come as are wanted.
    var isComplete: Bool { limit.map { count >= $0 } ?? false }

    mutating func append(
        _ bytes: UnsafePointer<UInt8>, count length: Int, wireLength: Int, time: Timestamp, interface: Int
    ) {
        guard !isComplete else { return }
        count += 1
        if length < wireLength { cutPackets += 1 }
        let time = clocks[interface].arrive(at: time, packet: sources[interface].packets + 1)
        sources[interface].clock = clocks[interface].clock
        let number = Int64(sources[interface].count(time, bytes: length, of: wireLength))
        let isIn = batch.append(
            bytes, count: length, wireLength: wireLength, time: time, number: number, interface: interface)
        guard !isIn else { return }
        handOn()
        _ = batch.append(
            bytes, count: length, wireLength: wireLength, time: time, number: number, interface: interface)
    }

    mutating func handOn() {
        guard batch.count > 0 else { return }
        if linkTypes.count > 1 { batch.sort() }
        sink(batch)
        batch = pool.batch(linkTypes: linkTypes)
    }
}
