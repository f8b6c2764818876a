import Trace

/// A machine that numbers the publishes of one channel as the server does, to join them with its confirms.
///
/// The server counts from 1 with the first publish after `confirm.select` (RabbitMQ's extension). Where that was not
/// seen the offset is learned: twice in a row a single publish must be followed by a confirm, both with the same offset.
/// A publish that was under way when the capture began can thus not be taken for a later one, unless the client always
/// keeps exactly two under way. No join is better than a wrong one.
struct PublisherConfirms {
    private enum Numbering {
        case off
        case counting(next: UInt64)
        case unknown
    }

    private struct Guess {
        /// The tag of a publish less its place in `published`.
        let offset: UInt64
        let id: Int
        let stamp: PacketStamp
        let isPositive: Bool
    }

    /// What a confirm told.
    enum Answer {
        /// Ids settled now, and the one settled by an earlier confirm that is understood only now.
        case settled(ContentIDs?, earlier: Earlier?)
        /// A publish is confirmed that was not seen.
        case numberingLost
    }

    /// A confirm that came before its publish.
    private struct Early {
        let tag: UInt64
        let multiple: Bool
        let isPositive: Bool
        let stamp: PacketStamp
    }

    struct Earlier {
        let id: Int
        let stamp: PacketStamp
        let isPositive: Bool
    }

    /// What is kept while the numbering is unknown.
    private struct Learning {
        /// Publishes since it became unknown, and since the last confirm.
        var published: UInt64 = 0
        var sinceConfirm = 0
        var lastID = 0
        var guess: Guess?
    }

    /// What is kept while confirms come before their publishes: each direction is in order, the two need not be.
    private struct Ahead {
        /// Confirms of publishes that stand later in the capture.
        var early: [Early] = []
        /// Publishes that came after their confirms, by tag.
        var confirmed: [(tag: UInt64, confirm: Early)] = []
    }

    private var numbering: Numbering
    private var outstanding = OutstandingContents()
    private var learning: InPlace<Learning>?
    private var ahead: InPlace<Ahead>?
    /// Packets of two directions are out of order by no more than this.
    private static let patience: Nanoseconds = .seconds(1)

    /// - Parameter sawOpen: whether the channel was seen to open; a new channel confirms nothing.
    init(sawOpen: Bool) {
        numbering = sawOpen ? .off : .unknown
    }

    /// Publishes that wait for their confirm.
    var waiting: Int { outstanding.count }

    /// `confirm.select` was sent; a second one changes nothing.
    mutating func select() {
        if case .counting = numbering { return }
        numbering = .counting(next: 1)
    }

    /// Publishes may have been missed.
    mutating func forget() {
        self = PublisherConfirms(sawOpen: false)
    }

    /// - Returns: how many waiting publishes were dropped for the limit.
    mutating func publish(_ id: Int, limit: Int) -> Int {
        switch numbering {
        case .off: return 0
        case .counting(let next):
            numbering = .counting(next: next &+ 1)
            let dropped = outstanding.add(id, tag: next, limit: limit)
            if ahead != nil { match(next) }
            return dropped
        case .unknown:
            if learning == nil { learning = InPlace(Learning()) }
            learning?.value.published &+= 1
            learning?.value.sinceConfirm += 1
            learning?.value.lastID = id
            return 0
        }
    }

    /// The server's `basic.ack` or `basic.nack`.
    mutating func confirm(tag: UInt64, multiple: Bool, isPositive: Bool, at stamp: PacketStamp) -> Answer {
        switch numbering {
        case .counting(let next):
            let early = ahead?.value.early ?? []
            let isStale = early.first.map { stamp.time - $0.stamp.time > Self.patience } ?? false
            guard !isStale, tag < next || tag - next < Limits.earlyConfirms, UInt64(early.count) < Limits.earlyConfirms
            else {
                forget()
                return .numberingLost
            }
            if tag >= next {
                if ahead == nil { ahead = InPlace(Ahead()) }
                ahead?.value.early.append(Early(tag: tag, multiple: multiple, isPositive: isPositive, stamp: stamp))
                guard multiple, next > 1 else { return .settled(nil, earlier: nil) }
                return .settled(outstanding.settle(tag: next &- 1, multiple: true), earlier: nil)
            }
            return .settled(outstanding.settle(tag: tag, multiple: multiple), earlier: nil)
        case .off:
            forget()
            return .settled(nil, earlier: nil)
        case .unknown:
            return learn(tag: tag, isPositive: isPositive, at: stamp)
        }
    }

    /// Looks whether the publish that has just come is confirmed already.
    private mutating func match(_ tag: UInt64) {
        guard let early = ahead?.value.early,
            let place = early.firstIndex(where: { $0.tag == tag || $0.multiple && $0.tag > tag })
        else { return }
        ahead?.value.confirmed.append((tag, early[place]))
        if early[place].tag == tag { ahead?.value.early.remove(at: place) }
    }

    /// Whether publishes came after their confirms, and were not taken yet.
    var hasConfirmed: Bool { ahead.map { !$0.value.confirmed.isEmpty } ?? false }

    /// A publish that came after its confirm, and the confirm.
    mutating func takeConfirmed() -> Earlier? {
        while hasConfirmed, let (tag, confirm) = ahead?.value.confirmed.removeFirst() {
            guard let ids = outstanding.settle(tag: tag, multiple: false) else { continue }
            return Earlier(id: ids[0], stamp: confirm.stamp, isPositive: confirm.isPositive)
        }
        if ahead?.value.early.isEmpty == true { ahead = nil }
        return nil
    }

    private mutating func learn(tag: UInt64, isPositive: Bool, at stamp: PacketStamp) -> Answer {
        guard let known = learning?.value else { return .settled(nil, earlier: nil) }
        learning?.value.sinceConfirm = 0
        guard known.sinceConfirm == 1, tag >= known.published else {
            learning?.value.guess = nil
            return .settled(nil, earlier: nil)
        }
        let offset = tag - known.published
        guard let earlier = known.guess, earlier.offset == offset else {
            learning?.value.guess = Guess(offset: offset, id: known.lastID, stamp: stamp, isPositive: isPositive)
            return .settled(nil, earlier: nil)
        }
        learning = nil
        numbering = .counting(next: tag &+ 1)
        return .settled(
            ContentIDs(known.lastID),
            earlier: Earlier(id: earlier.id, stamp: earlier.stamp, isPositive: earlier.isPositive))
    }
}
