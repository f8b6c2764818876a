import Trace

/// A machine that reads one capture file: pcap or pcapng, plain or compressed with gzip.
///
/// It is always one packet ahead, so that files can be merged by time; more where a time lies before the latest one.
struct CaptureFileReader: ~Copyable {
    private(set) var source: CaptureSource
    /// Set when the file ended before its time.
    private(set) var damage: CaptureDamage?
    /// The time of the packet that comes next; `nil` at the end.
    private(set) var nextTime: Timestamp?
    /// Of the first interface.
    let linkType: LinkType
    private let index: Int
    private var file: PacketFile
    private var clock: ArrivalClock
    /// Packets that were read to see whether the clock was set, in order.
    private var ahead: [PacketAhead] = []
    /// Whether any of them is left, or how reading ended.
    private var isAhead = false
    private var aheadNext = 0
    /// How reading ended, where that was seen ahead.
    private var endAhead: PacketFile.Next?
    /// The packet that comes next, where it was read ahead.
    private var held: PacketAhead?
    private var nextLinkType: LinkType
    private var section = 1
    /// Asked where a step is seen, of the first few: each answer may cost a reading of the file.
    private let judge: ClockJudge
    private var judged = 0
    /// Pauses are no rare thing: of many only those are looked into that are longer than the others.
    private var leapsJudged = 0
    private var longestPause: Nanoseconds = 0
    private static let packetsBeforeLeap = 64
    private static let leapLookAhead = 16
    private var recent = RecentPackets()

    init(
        path: String, index: Int, correction: ClockCorrection, _ judge: ClockJudge
    ) throws(CaptureError) {
        self.judge = judge
        file = try PacketFile(path)
        linkType = file.packet.linkType
        nextLinkType = linkType
        source = CaptureSource(path: path, linkType: linkType.name)
        source.excerpt = Excerpt(comments: file.takeComments())
        self.index = index
        clock = ArrivalClock(correction)
        source.clock = clock.clock
        readAhead()
    }

    /// Hands on the next packet; `false` at the end.
    @inline(__always)
    mutating func nextPacket(_ body: (PacketHeader, RawSpan) -> Void) -> Bool {
        guard let time = nextTime else { return false }
        guard !isAhead else { return nextAhead(time, body) }
        handOn(time, of: file.packet.time, file.packet.bytes.bytes, of: file.packet.wireLength, body)
        readAhead()
        return true
    }

    /// Hands on the packet that comes next where it may have been read ahead.
    private mutating func nextAhead(_ time: Timestamp, _ body: (PacketHeader, RawSpan) -> Void) -> Bool {
        if let held {
            handOn(time, of: held.time, held.bytes.span.bytes, of: held.wireLength, body)
        } else {
            handOn(time, of: file.packet.time, file.packet.bytes.bytes, of: file.packet.wireLength, body)
        }
        takeAhead()
        return true
    }

    /// - Parameter ownTime: what the clock of the file showed.
    @inline(__always)
    private mutating func handOn(
        _ time: Timestamp, of ownTime: Timestamp, _ bytes: RawSpan, of wireLength: Int,
        _ body: (PacketHeader, RawSpan) -> Void
    ) {
        let number = source.count(time, bytes: bytes.byteCount, of: wireLength)
        recent.add(ownTime, nextLinkType, bytes, of: wireLength)
        let stamp = PacketStamp(time: time, source: Int32(truncatingIfNeeded: index), number: Int64(number))
        body(PacketHeader(stamp: stamp, linkType: nextLinkType, wireLength: wireLength), bytes)
    }

    // MARK: The packet that comes next

    @inline(__always)
    private mutating func readAhead() {
        switch file.read() {
        case .packet:
            take(file.packet.time, file.packet.linkType, of: file.sections, on: file.packet.interface)
        case .end: end(nil)
        case .failed(let cause): end(cause)
        }
    }

    /// Goes on with what was read ahead, and behind that with the file.
    private mutating func takeAhead() {
        if aheadNext < ahead.count {
            let packet = ahead[aheadNext]
            aheadNext += 1
            held = packet
            return take(packet.time, packet.linkType, of: packet.section, on: packet.interface)
        }
        held = nil
        isAhead = false
        switch endAhead {
        case .none, .packet: readAhead()
        case .end: end(nil)
        case .failed(let cause): end(cause)
        }
    }

    @inline(__always)
    private mutating func take(_ time: Timestamp, _ linkType: LinkType, of section: Int, on interface: Int) {
        if linkType != nextLinkType { change(to: linkType) }
        guard clock.isSuspicious(time) else { return nextTime = clock.pass(time, on: interface) }
        takeSuspicious(time, linkType, of: section, on: interface)
    }

    private mutating func takeSuspicious(
        _ time: Timestamp, _ linkType: LinkType, of section: Int, on interface: Int
    ) {
        guard section == self.section else {
            self.section = section
            return nextTime = clock.restart(at: time)
        }
        guard clock.isLeap(time) || !clock.isBehindOthersOnly(time, on: interface) else {
            nextTime = clock.pass(time, on: interface)
            return source.clock = clock.clock
        }
        if held == nil { hold(time, linkType, of: section) }
        nextTime = clock.isLeap(time) ? timeOfLeap(to: time, on: interface) : timeOfStep(to: time, on: interface)
        source.clock = clock.clock
    }

    /// The times of the packets behind the one that comes next, as far as they were read.
    private var following: [Timestamp] { ahead[min(aheadNext, ahead.count)...].map(\.time) }

    /// The time of a packet that lies before the latest.
    private mutating func timeOfStep(to time: Timestamp, on interface: Int) -> Timestamp {
        lookAhead(ArrivalClock.lookAhead)
        let following = following
        if let neighbor = clock.neighbor(ofStray: time, before: following) { return clock.takeStray(beside: neighbor) }
        guard clock.isStep(to: time, before: following) else { return clock.pass(time, on: interface) }
        guard isSet(at: source.packets + 1) else { return clock.restart(at: time) }
        return clock.step(to: time, at: source.packets + 1)
    }

    /// The time of a packet that is much later than the latest.
    private mutating func timeOfLeap(to time: Timestamp, on interface: Int) -> Timestamp {
        lookAhead(Self.leapLookAhead)
        if let neighbor = clock.neighbor(ofStray: time, before: following) { return clock.takeStray(beside: neighbor) }
        let forward = sizeOfLeap(to: time)
        guard forward > 0 else { return clock.pass(time, on: interface) }
        return clock.step(to: time, at: source.packets + 1, forward: forward)
    }

    private mutating func isSet(at packet: Int) -> Bool {
        guard judged < Limits.clockStepsJudged, CaptureFiles.canRepeat(source.path) else { return true }
        judged += 1
        return judge.isStep(source.path, packet)
    }

    /// How far the clock was set forward in front of the packet that comes next; 0 for a pause.
    private mutating func sizeOfLeap(to time: Timestamp) -> Nanoseconds {
        let pause = clock.sinceLatest(time)
        guard leapsJudged < Limits.clockLeapsJudged || pause / 2 > longestPause, let held else { return 0 }
        // Of a pause the packets next to it tell.
        var size = sizeOfLeap(behind: recent.last(Self.packetsBeforeLeap), held)
        if size != 0 {
            leapsJudged += 1
            lookAhead(ArrivalClock.lookAhead)
            size = sizeOfLeap(behind: recent.last(.max), held)
        }
        guard let size, size > 0 else {
            longestPause = max(longestPause, pause)
            return 0
        }
        return size
    }

    private func sizeOfLeap(behind before: [PacketHead], _ next: PacketAhead) -> Nanoseconds? {
        let behind = [next.head] + ahead[min(aheadNext, ahead.count)...].map(\.head)
        return judge.sizeOfLeap(
            PacketLeap(path: source.path, packet: source.packets + 1, before: before, behind: behind))
    }

    /// Puts the packet at hand in front of those read ahead, of which there are none.
    private mutating func hold(_ time: Timestamp, _ linkType: LinkType, of section: Int) {
        held = PacketAhead(
            time: time, linkType: linkType, wireLength: file.packet.wireLength, section: section,
            interface: file.packet.interface, bytes: [UInt8](file.packet.bytes))
        isAhead = true
        ahead.removeAll(keepingCapacity: true)
        aheadNext = 0
    }

    private mutating func lookAhead(_ count: Int) {
        if aheadNext > 0 {
            ahead.removeFirst(aheadNext)
            aheadNext = 0
        }
        while endAhead == nil, ahead.count < count {
            let reading = file.read()
            guard reading == .packet else { return endAhead = reading }
            let packet = file.packet
            ahead.append(
                PacketAhead(
                    time: packet.time, linkType: packet.linkType, wireLength: packet.wireLength,
                    section: file.sections, interface: packet.interface, bytes: [UInt8](packet.bytes)))
        }
    }

    private mutating func change(to linkType: LinkType) {
        nextLinkType = linkType
        let others = " and others"
        if !source.linkType.hasSuffix(others) { source.linkType += others }
    }

    private mutating func end(_ cause: String?) {
        nextTime = nil
        source.kernelDropped = file.dropped
        source.clock = clock.clock
        if let cause {
            damage = CaptureDamage(source: index, sentence: sentence(for: cause), cause: cause)
            source.excerpt = nil
        } else {
            source.concludeExcerpt()
        }
    }

    private func sentence(for cause: String) -> String {
        let (title, count) = (CaptureError.title(source.path), source.packets)
        let kept = count == 0 ? "no packet was read" : "the \(count) before it \(count == 1 ? "was" : "were") read"
        if file.hasStreamError {
            return "\(title) cannot be decompressed to its end: at packet \(count + 1), \(kept)"
        }
        if cause.hasPrefix("truncated") { return "\(title) is cut off inside packet \(count + 1), \(kept)" }
        return "\(title) is damaged at packet \(count + 1), \(kept)"
    }
}

/// A value: a packet that was read before it was asked for.
private struct PacketAhead {
    let time: Timestamp
    let linkType: LinkType
    let wireLength: Int
    /// The section of the file that it stands in.
    let section: Int
    let interface: Int
    let bytes: [UInt8]

    var head: PacketHead {
        PacketHead(
            time: time, linkType: linkType, wireLength: wireLength, bytes: Array(bytes.prefix(PacketHead.longest)))
    }
}

extension CaptureSource {
    /// Counts a packet of `wireLength` bytes of which `count` were captured; returns its number.
    @inline(__always)
    mutating func count(_ time: Timestamp, bytes count: Int, of wireLength: Int) -> Int {
        packets += 1
        bytes += count
        if count < wireLength { noteCut(at: count) }
        if first.map({ time < $0 }) ?? true { first = time }
        if last.map({ time > $0 }) ?? true { last = time }
        return packets
    }

    private mutating func noteCut(at length: Int) {
        snapLength = cutPackets == 0 || snapLength == length ? length : nil
        cutPackets += 1
    }
}
