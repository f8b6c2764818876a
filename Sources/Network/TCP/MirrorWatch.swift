import Bytes
import Trace

/// A machine that recognises a connection which is another one seen again: inside and outside of a tunnel, or before and
/// after its addresses were translated (NAT).
///
/// What both have in common are sequence and acknowledgment numbers and the bytes. Where the first segment with data of
/// a connection is one that another connection has just shown, what follows is held back, until enough of it was common
/// to both (then they are one) or something is not (then it goes its way, as if nothing had been held back). Of what is
/// held back nothing is lost meanwhile: the other connection shows the same.
///
/// Erring costs two connections that are drawn where one was, or one that hides another: every doubt is for two. Segments
/// are noted of young connections only, since the copies of a packet come together.
struct MirrorWatch {
    /// A segment with data that was seen.
    private struct Sighting {
        var connection = -1
        var side = FlowSide.low
        var sequence: UInt32 = 0
        var acknowledgment: UInt32 = 0
        var length = 0
        var timestamps: UInt64 = 0
        var digest = PayloadDigest()
    }

    /// A connection that may be the one of a segment.
    struct Candidate {
        let connection: Int
        let side: FlowSide
        /// Whether the timestamps of both are the same: no two connections count time from the same moment, so that it
        /// does not matter then how late the one comes.
        let hasSameTimestamps: Bool
    }

    /// A segment that is held back.
    struct Withheld {
        let segment: TCPSegment
        let payload: [UInt8]
        let side: FlowSide
        let stamp: PacketStamp
        fileprivate let digest: PayloadDigest
        /// Whether the other connection has not shown it yet.
        fileprivate(set) var isUnmatched = false
    }

    /// A connection that is held back.
    struct Trial {
        /// The slot of the connection that it may be, and its number.
        let original: Int32
        let originalID: Int
        /// Whether its lower end is the upper end of the other.
        let isFlipped: Bool
        /// Whether the addresses are the same, and only the networks differ.
        let hasSameEnds: Bool
        var withheld: [Withheld] = []
        fileprivate var unmatched = 0
        fileprivate var matched = 0
        fileprivate var sides: Set<FlowSide> = []

        init(original: Int32, originalID: Int, isFlipped: Bool, hasSameEnds: Bool) {
            (self.original, self.originalID) = (original, originalID)
            (self.isFlipped, self.hasSameEnds) = (isFlipped, hasSameEnds)
        }

        /// Whether what was seen of it speaks for one connection, as far as it goes.
        var isLikely: Bool { matched > 0 && unmatched == 0 }

        func originalSide(of side: FlowSide) -> FlowSide { isFlipped ? side.opposite : side }
    }

    enum Verdict {
        case undecided
        case same
        case different
    }

    private let limits: NetworkLimits
    private var sightings: [Sighting]
    private var sequences: [UInt32]
    private var newest = 0
    /// By slot.
    private var trials: [Int32: Trial] = [:]
    private var trialsOfOriginal: [Int32: [Int32]] = [:]
    private var withheldBytes = 0
    /// When the first of the segments that are unmatched is overdue.
    private(set) var deadline: Timestamp?

    init(limits: NetworkLimits) {
        self.limits = limits
        let size = limits.mirrorTrials > 0 ? limits.mirrorWindow : 0
        sightings = [Sighting](repeating: Sighting(), count: size)
        sequences = [UInt32](repeating: 0, count: size)
    }

    var isOn: Bool { !sightings.isEmpty }

    /// Slots of connections that are held back, in order.
    var heldBack: [Int32] { trials.keys.sorted() }

    func trial(of slot: Int32) -> Trial? { trials[slot] }

    /// Slots of connections that may be the one in `original`.
    func trials(of original: Int32) -> [Int32] { trialsOfOriginal[original] ?? [] }

    // MARK: Sightings

    /// Notes a segment with data of a connection that is reported.
    mutating func note(
        _ segment: borrowing TCPSegment, _ payload: RawSpan, of connection: Int, from side: FlowSide
    ) {
        guard isOn else { return }
        newest = newest + 1 < sightings.count ? newest + 1 : 0
        sequences[newest] = segment.sequence.rawValue
        sightings[newest] = Sighting(
            connection: connection, side: side, sequence: segment.sequence.rawValue,
            acknowledgment: segment.acknowledgment.rawValue, length: segment.wireLength,
            timestamps: segment.timestamps, digest: PayloadDigest(payload))
    }

    /// The connections that have just shown a segment, and from which side; the latest first.
    func candidates(for segment: borrowing TCPSegment, _ payload: RawSpan) -> [Candidate] {
        // Without an acknowledgment number, which every segment with data has, half of the evidence is missing.
        guard segment.flags.contains(.ack) else { return [] }
        let sequence = segment.sequence.rawValue
        // Nearly always there is none.
        let hasAny = sequences.withUnsafeBufferPointer { sequences in
            sequences.reduce(UInt32(0)) { $0 | ($1 == sequence ? 1 : 0) } != 0
        }
        guard hasAny else { return [] }
        let digest = PayloadDigest(payload)
        let (acknowledgment, length) = (segment.acknowledgment.rawValue, segment.wireLength)
        let timestamps = segment.timestamps
        var candidates: [Candidate] = []
        for age in sequences.indices {
            let place = newest - age + (age > newest ? sequences.count : 0)
            guard sequences[place] == sequence, sightings[place].connection >= 0,
                sightings[place].acknowledgment == acknowledgment,
                digest.isCopy(length, of: sightings[place].digest, sightings[place].length)
            else { continue }
            let shown = sightings[place].timestamps
            let hasSame = timestamps != 0 && timestamps == shown
            // Translation leaves timestamps alone.
            guard hasSame || timestamps == 0 || shown == 0 else { continue }
            candidates.append(
                Candidate(
                    connection: sightings[place].connection, side: sightings[place].side, hasSameTimestamps: hasSame))
        }
        return candidates
    }

    // MARK: Trials

    /// Holds a connection back from its first segment with data on; `false` where there is no room.
    mutating func begin(_ slot: Int32, _ trial: Trial) -> Bool {
        guard trials.count < limits.mirrorTrials else { return false }
        trials[slot] = trial
        trialsOfOriginal[trial.original, default: []].append(slot)
        return true
    }

    /// Takes a connection out of those that are held back.
    mutating func end(_ slot: Int32) -> Trial? {
        guard let trial = trials.removeValue(forKey: slot) else { return nil }
        withheldBytes -= trial.withheld.total { $0.payload.count }
        trialsOfOriginal[trial.original]?.removeAll { $0 == slot }
        if trialsOfOriginal[trial.original]?.isEmpty ?? false { trialsOfOriginal[trial.original] = nil }
        if trials.isEmpty { deadline = nil }
        return trial
    }

    /// Holds back one more segment.
    ///
    /// - Parameter isInTime: whether the other connection has not gone on yet: no later segment of it answers this one.
    ///   Only then, or with the same timestamps, it speaks for one connection.
    mutating func withhold(
        _ slot: Int32, _ segment: TCPSegment, _ payload: RawSpan, from side: FlowSide, at stamp: PacketStamp,
        inTime isInTime: Bool
    ) -> Verdict {
        guard var trial = trials.removeValue(forKey: slot) else { return .different }
        defer { trials[slot] = trial }
        var item = Withheld(
            segment: segment, payload: payload.withUnsafeBytes { [UInt8]($0) }, side: side, stamp: stamp,
            digest: PayloadDigest(payload))
        withheldBytes += item.payload.count
        var verdict = Verdict.undecided
        if segment.wireLength > 0 {
            switch look(for: item, in: trial) {
            case .same(let hasSameTimestamps):
                if isInTime || hasSameTimestamps { trial.count(item.side) }
            case .covered: break
            case .other: verdict = .different
            case .missing:
                item.isUnmatched = true
                trial.unmatched += 1
                let overdue = stamp.time + limits.mirrorTime
                deadline = min(deadline ?? overdue, overdue)
            }
        }
        trial.withheld.append(item)
        guard verdict == .undecided else { return verdict }
        if trial.isProven(limits) { return .same }
        let isFull = trial.withheld.count >= limits.mirrorSegments || withheldBytes > limits.mirrorBytes
        return isFull ? (trial.isLikely && trial.matched > 1 ? .same : .different) : .undecided
    }

    /// The other connection shows a segment: one that was held back may be the same.
    mutating func compare(
        _ slot: Int32, with segment: borrowing TCPSegment, _ payload: RawSpan, from side: FlowSide
    ) -> Verdict {
        guard let trial = trials[slot], trial.unmatched > 0 else { return .undecided }
        let (digest, length) = (PayloadDigest(payload), segment.wireLength)
        for index in trial.withheld.indices where trial.withheld[index].isUnmatched {
            let item = trial.withheld[index]
            let distance = item.segment.sequence.distance(from: segment.sequence)
            guard trial.originalSide(of: item.side) == side, distance == 0 || distance > 0 && distance < length,
                item.segment.acknowledgment == segment.acknowledgment
            else { continue }
            guard distance > 0 || item.isCopy(of: length, digest) else { return .different }
            trials[slot]?.withheld[index].isUnmatched = false
            trials[slot]?.unmatched -= 1
            if distance == 0 { trials[slot]?.count(item.side) }
        }
        return trials[slot]?.isProven(limits) ?? false ? .same : .undecided
    }

    /// Connections of which a segment is overdue that the other does not show.
    mutating func overdue(at time: Timestamp) -> [Int32] {
        var late: [Int32] = []
        deadline = nil
        for (slot, trial) in trials {
            guard let first = trial.withheld.first(where: \.isUnmatched) else { continue }
            let overdue = first.stamp.time + limits.mirrorTime
            if overdue <= time { late.append(slot) } else { deadline = min(deadline ?? overdue, overdue) }
        }
        return late.sorted()
    }

    private enum Found {
        case same(timestamps: Bool)
        /// It is a part of what the other connection has shown: the kernel joins and splits segments.
        case covered
        /// The same numbers with other bytes.
        case other
        case missing
    }

    private func look(for item: Withheld, in trial: Trial) -> Found {
        var found = Found.missing
        let side = trial.originalSide(of: item.side)
        let (sequence, acknowledgment) = (item.segment.sequence, item.segment.acknowledgment.rawValue)
        for sighting in sightings where sighting.connection == trial.originalID && sighting.side == side {
            let distance = sequence.distance(from: SequenceNumber(sighting.sequence))
            guard sighting.acknowledgment == acknowledgment, distance >= 0, distance < sighting.length else { continue }
            guard distance == 0 else {
                found = .covered
                continue
            }
            guard item.isCopy(of: sighting.length, sighting.digest) else { return .other }
            let timestamps = item.segment.timestamps
            return .same(timestamps: timestamps != 0 && timestamps == sighting.timestamps)
        }
        return found
    }
}

extension MirrorWatch.Withheld {
    /// Whether it begins as a segment of that length and content does, and is the same where it is as long.
    fileprivate func isCopy(of length: Int, _ other: PayloadDigest) -> Bool {
        digest.isCopy(segment.wireLength, of: other, length)
    }
}

extension MirrorWatch.Trial {
    fileprivate mutating func count(_ side: FlowSide) {
        matched += 1
        sides.insert(side)
    }

    /// Whether enough is common to both.
    fileprivate func isProven(_ limits: NetworkLimits) -> Bool {
        if hasSameEnds { return matched >= limits.mirrorEvidence / 2 }
        return matched >= (sides.count == 2 ? limits.mirrorEvidence : limits.mirrorEvidenceOfOneDirection)
    }
}

/// What tells the payloads of segments apart: of the first 16 bytes, and of the first 128.
private struct PayloadDigest: Equatable {
    var head: UInt64 = 0
    var whole: UInt64 = 0

    /// Beside sequence and acknowledgment number and length the beginning tells enough.
    private static let bytesAtMost = 128
    private static let headLength = 16

    init() {}

    init(_ payload: RawSpan) {
        let count = min(payload.byteCount, Self.bytesAtMost)
        // The length is no part of it: the head is compared with that of a segment which was split otherwise.
        var (digest, place): (UInt64, Int) = (0, 0)
        while count - place >= 8 {
            digest = Self.mix(digest, payload.uint64(at: place))
            place += 8
            if place == Self.headLength { head = digest }
        }
        while place < count {
            digest = Self.mix(digest, UInt64(payload.uint8(at: place)))
            place += 1
        }
        whole = digest
        if count < Self.headLength { head = digest }
    }

    /// Whether a segment of one length begins as one of another does, as far as can be told, and is the same where it is as
    /// long.
    func isCopy(_ length: Int, of other: PayloadDigest, _ otherLength: Int) -> Bool {
        guard length != otherLength else { return self == other }
        return min(length, otherLength) < Self.headLength || head == other.head
    }

    @inline(__always)
    private static func mix(_ digest: UInt64, _ word: UInt64) -> UInt64 {
        let product = (digest ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product >> 29
    }
}
