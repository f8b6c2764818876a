import Trace

/// What a pipeline keeps at most, beside what `PipelineOptions` say.
enum PipelineLimits {
    /// Bytes of memory, about, of what the ends of all open connections said about them.
    static let toldBytes = 48 << 20
    /// The same of the connections that are listed.
    static let listedBytes = 32 << 20
    /// Ids that were learned to belong to what is selected.
    static let learnedIDs = 4096
    /// Kinds of trouble that are remembered; of more each is told.
    static let troubles = 4096
    /// Open connections whose troubles are followed.
    static let troubledConnections = 65_536
    /// Participants, and addresses, that closed a connection in order; of more the closings are not known.
    static let closings = 65_536
    /// Clients, brokers and kinds of attempts in each of the two tables.
    static let attemptGroups = 4096
    /// New attempts, between two times that they are taken.
    static let attemptNews = 4096
    /// New connections, between two times that they are taken; of more the rest is not told.
    static let foundConnections = 4096
    /// Blocked spans, closings of channels, and cancelled consumers, that are kept of a connection; of more the first.
    static let spansOfConnection = 64
    /// Queues of which a consumer was ended by the broker, that are looked for among those that are consumed from.
    static let cancelledQueues = 4096
    /// Consumers whose queues are remembered, of one connection and of all.
    static let consumersOfConnection = 1024
    /// Of those, the ones that are listed, and kept when they consume no more.
    static let listedConsumersOfConnection = 8
    static let consumers = 65_536
    /// Openings that many connections have in common, kept once.
    static let sharedHandshakes = 256
    /// Texts that many connections have in common, kept once.
    static let sharedTexts = 1024
    /// Bodies kept decoded: a message is delivered within milliseconds as a rule; one that lay longer is decoded again.
    static let recentBodies = 128
    /// Addresses in tunnels whose networks are known; of more those in several are not told apart.
    static let networks = 65_536
    /// Comparisons of a file's clock with those of others, be it that it has more in common with each, or that none is plausible.
    static let clockComparisons = 64
    /// Stretches of a file in which nothing came; of more the longest.
    static let clockHoles = 16_384
    /// Entries of each of a file's two tables, and of those of all files.
    static let clockEntries = 1 << 16
    static let clockEntriesAtLeast = 1 << 8
    static let clockEntriesOfAll = 1 << 19
}

/// A value: how much of a trace is retained before the oldest is let go, in counts.
package struct RetentionLimits: Sendable {
    /// Messages that are no background traffic, and as many answers whose request is not known.
    package var messages: Int
    /// Messages that no user's request caused.
    package var backgroundMessages: Int
    /// Bytes of memory that either may take, about (`Message.footprint`).
    package var messageBytes = 84 << 20
    package var backgroundBytes = 32 << 20
    /// Instances whose names are known, also when the messages that told them are gone.
    package var names: Int

    package init(messages: Int, backgroundMessages: Int, names: Int = 65_536) {
        self.messages = messages
        self.backgroundMessages = backgroundMessages
        self.names = names
    }

    /// For a trace of files.
    ///
    /// - Parameter messages: how many are kept, whatever memory they take; `nil` for as many as there is room for.
    package static func files(messages: Int? = nil) -> RetentionLimits {
        var limits = RetentionLimits(messages: messages ?? .max, backgroundMessages: messages ?? .max)
        if messages != nil { (limits.messageBytes, limits.backgroundBytes) = (.max, .max) }
        return limits
    }
}

/// When something is told while a capture goes on, and of how much.
enum FeedLimits {
    /// Receivers of one message are told of together.
    static let gathering: Nanoseconds = .milliseconds(100)
    /// After this it is told that nobody took a message.
    static let patience: Nanoseconds = .seconds(1)
    /// After this a message is taken for complete.
    static let settling: Nanoseconds = .seconds(1)
    /// After this it is told that an answer was not delivered.
    static let delivery: Nanoseconds = .seconds(6)
    /// After this it is told once more how often an answer was published that the broker gives back.
    static let retries: Nanoseconds = .seconds(30)
    /// Without a further attempt for so long there will be none: the last count is told.
    static let lastRetry: Nanoseconds = .seconds(3)
    /// Answers whose attempts are followed.
    static let retriedAnswers = 1024
    /// Calls whose timeout is waited for.
    static let timeouts = 16_384
}

/// How much is looked out for while a capture goes on, and how long.
enum WatchLimits {
    /// Requests that are watched; of more the oldest is given up.
    static let requests = 4096
    /// Messages of one request; one with more is given up.
    static let messagesPerRequest = 512
    /// Requests that are judged at one time.
    static let judgedAtOnce = 64
    /// Reporters, and their reports that are kept.
    static let reporters = 16_384
    static let reportsEach = 16
    /// After this it is looked whether a limit has passed.
    static let interval: Nanoseconds = .seconds(1)
    /// An answer that was given back is published again sooner.
    static let lastRetry: Nanoseconds = .seconds(3)
    /// Beyond a limit, so that it has surely passed.
    static let margin: Nanoseconds = .milliseconds(100)
}
