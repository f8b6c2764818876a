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

    struct Earlier {
        let id: Int
        let stamp: PacketStamp
        let isPositive: Bool
    }

    private var numbering: Numbering
    private var outstanding = OutstandingContents()
    /// Publishes since the numbering became unknown, and since the last confirm.
    private var published: UInt64 = 0
    private var sinceConfirm = 0
    private var lastID = 0
    private var guess: Guess?

    /// - Parameter sawOpen: whether the channel was seen to open; a new channel confirms nothing.
    init(sawOpen: Bool) {
        numbering = sawOpen ? .off : .unknown
    }

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
            return outstanding.add(id, tag: next, limit: limit)
        case .unknown:
            published &+= 1
            sinceConfirm += 1
            lastID = id
            return 0
        }
    }

    /// The server's `basic.ack` or `basic.nack`.
    mutating func confirm(tag: UInt64, multiple: Bool, isPositive: Bool, at stamp: PacketStamp) -> Answer {
        switch numbering {
        case .counting(let next):
            guard tag < next else {
                forget()
                return .numberingLost
            }
            return .settled(outstanding.settle(tag: tag, multiple: multiple), earlier: nil)
        case .off:
            forget()
            return .settled(nil, earlier: nil)
        case .unknown:
            return learn(tag: tag, isPositive: isPositive, at: stamp)
        }
    }

    private mutating func learn(tag: UInt64, isPositive: Bool, at stamp: PacketStamp) -> Answer {
        defer { sinceConfirm = 0 }
        guard sinceConfirm == 1, tag >= published else {
            guess = nil
            return .settled(nil, earlier: nil)
        }
        let offset = tag - published
        guard let earlier = guess, earlier.offset == offset else {
            guess = Guess(offset: offset, id: lastID, stamp: stamp, isPositive: isPositive)
            return .settled(nil, earlier: nil)
        }
        guess = nil
        numbering = .counting(next: tag &+ 1)
        return .settled(
            ContentIDs(lastID),
            earlier: Earlier(id: earlier.id, stamp: earlier.stamp, isPositive: earlier.isPositive))
    }
}
