import Bytes
import Capture
import Correlation
import Network
import Trace

/// A machine that notes what one capture file saw that another one may have seen too, and when by its own clock: messages
/// by `_unique_id`, TCP segments by their connection and place in it; and where each direction of a connection begins and
/// ends in it.
///
/// Of very many an even share is kept, by what they are, so that every file keeps the same ones.
struct ClockSightings {
    struct Passage {
        var publishedAt: Timestamp?
        var deliveredAt: Timestamp?
    }

    struct Segment {
        let at: Timestamp
        /// Which way it went: of the two ends of its connection the same in every file.
        let isForward: Bool
        /// Seen once: a segment that was sent twice says nothing.
        var isSingle = true
    }

    /// What a file shows of one direction of a connection.
    private struct Flow {
        let first: SequenceNumber
        var next: SequenceNumber
    }

    private(set) var messages: SampledTable<Passage>
    private(set) var segments: SampledTable<Segment>
    private var flows: SampledTable<Flow>
    /// When the first and the last packet came.
    private(set) var extent: WatchedTime.Stretch?
    /// Stretches in which nothing came, of very many the longest.
    private var holes: [WatchedTime.Stretch] = []
    private var leastHole: Nanoseconds = .milliseconds(100)

    /// Reads a file to its end.
    ///
    /// - Parameter count: how many files are read, which share what all may take.
    init(path: String, of count: Int, progress: (Int) -> Void) throws(CaptureError) {
        let most = min(
            max(PipelineLimits.clockEntriesOfAll / count, PipelineLimits.clockEntriesAtLeast),
            PipelineLimits.clockEntries)
        messages = SampledTable(atMost: most)
        segments = SampledTable(atMost: most)
        flows = SampledTable(atMost: most)
        let files = try TracePipeline.files([path])
        var pipeline = TracePipeline(PipelineOptions(limits: .streaming), shares: count, watchesAll: true)
        var decoder = PacketDecoder()
        var (packets, messages, segments, flows) = (0, messages, segments, flows)
        var (last, latest) = (Timestamp?.none, Timestamp?.none)
        while try files.nextPacket({ header, bytes in
            pipeline.receive(bytes, header: header)
            latest = header.stamp.time
            decoder.decode(
                bytes, linkType: header.linkType.rawValue, wireLength: header.wireLength, at: header.stamp
            ) { segment, _ in
                Self.note(segment, at: header.stamp.time, in: &segments, &flows)
            }
        }) {
            packets += 1
            if let last, let latest, latest - last >= leastHole { noteHole(from: last, until: latest) }
            last = latest
            if let latest {
                extent = WatchedTime.Stretch(
                    from: min(extent?.from ?? latest, latest), until: max(extent?.until ?? latest, latest))
            }
            pipeline.expire { Self.note($0, in: &messages) }
            if packets & 0xFFFF == 0 { progress(packets) }
        }
        _ = pipeline.finish(files.sources, files.damages) { Self.note($0, in: &messages) }
        (self.messages, self.segments, self.flows) = (messages, segments, flows)
    }

    private mutating func noteHole(from start: Timestamp, until end: Timestamp) {
        holes.append(WatchedTime.Stretch(from: start, until: end))
        guard holes.count > PipelineLimits.clockHoles else { return }
        leastHole = leastHole * 2
        holes.removeAll { $0.until - $0.from < leastHole }
    }

    /// Whether nothing came for at least so long between two moments, the ends of that included.
    func hasHole(of size: Nanoseconds, from start: Timestamp, until end: Timestamp) -> Bool {
        // What passed just before and after the hole is a little off, by the way between the two places.
        let slack: Nanoseconds = .milliseconds(50)
        return holes.contains {
            $0.from >= start - slack && $0.until <= end + slack && $0.until - $0.from >= size - slack
        }
    }

    /// Whether what this file shows goes on where another one ended, of nearly all connections that both show: one capture
    /// wrote both.
    func goesOn(after other: Self) -> Bool {
        guard let extent, let before = other.extent, before.until <= extent.from, before.from < extent.from else {
            return false
        }
        var (shared, whole) = (0, 0)
        for (key, flow) in flows.values {
            guard let former = other.flows[key] else { continue }
            shared += 1
            if flow.first == former.next { whole += 1 }
        }
        return whole > 0 && whole * 10 >= shared * 9
    }

    private static func note(_ finished: Correlator.Finished, in messages: inout SampledTable<Passage>) {
        guard case .message(let message) = finished, let id = message.uniqueID else { return }
        let delivered = message.deliveries.first { !$0.redelivered }?.at
        guard message.publishedAt != nil || delivered != nil else { return }
        messages.update(hash(id)) { passage in
            passage = passage ?? Passage(publishedAt: message.publishedAt, deliveredAt: delivered)
        }
    }

    private static func note(
        _ segment: borrowing TCPSegment, at time: Timestamp, in table: inout SampledTable<Segment>,
        _ flows: inout SampledTable<Flow>
    ) {
        guard segment.wireLength > 0 else { return }
        let (source, destination) = (segment.source.place, segment.destination.place)
        let (first, next) = (segment.sequence, segment.sequence.advanced(by: segment.wireLength))
        flows.update(hash(source, destination)) { flow in
            if flow == nil { flow = Flow(first: first, next: next) }
            if let known = flow?.next, next.follows(known) { flow?.next = next }
        }
        var key = hash(min(source, destination), max(source, destination))
        let isForward = source < destination
        key = hash(key, UInt64(segment.sequence.rawValue) << 32 | UInt64(segment.acknowledgment.rawValue))
        key = hash(key, UInt64(segment.wireLength) << 1 | (isForward ? 1 : 0))
        table.update(key) { known in
            if known == nil { known = Segment(at: time, isForward: isForward) } else { known?.isSingle = false }
        }
    }

    /// FNV-1a.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The finalizer of MurmurHash3 over both: its low bits say what is sampled.
    private static func hash(_ one: UInt64, _ other: UInt64) -> UInt64 {
        var value = (one &* 0x9E37_79B9_7F4A_7C15) ^ other
        value = (value ^ value >> 33) &* 0xFF51_AFD7_ED55_8CCD
        value = (value ^ value >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return value ^ value >> 33
    }
}

extension SocketAddress {
    /// Address and port in one number; equal only for equal ones, but for IPv6 by a hash.
    fileprivate var place: UInt64 {
        (address.high &* 0x9E37_79B9_7F4A_7C15 ^ address.low) &* 0xFF51_AFD7_ED55_8CCD ^ UInt64(port)
    }
}

/// A value: entries by hash, of which every second is let go whenever there are too many.
struct SampledTable<Value> {
    private(set) var values: [UInt64: Value] = [:]
    private var mask: UInt64 = 0
    private let most: Int

    init(atMost most: Int) {
        self.most = most
    }

    mutating func update(_ key: UInt64, _ body: (inout Value?) -> Void) {
        guard key & mask == 0 else { return }
        body(&values[key])
        guard values.count > most else { return }
        mask = mask << 1 | 1
        values = values.filter { $0.key & mask == 0 }
    }

    subscript(key: UInt64) -> Value? { values[key] }

    /// Visits what both tables hold.
    func visitShared(with other: Self, _ visit: (Value, Value) -> Void) {
        let (few, many) = values.count <= other.values.count ? (values, other.values) : (other.values, values)
        for (key, one) in few { if let other = many[key] { visit(one, other) } }
    }
}
