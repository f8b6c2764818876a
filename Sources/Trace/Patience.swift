/// A value: after which time that which should have come counts as not coming, in packet time.
package struct Patience: Sendable, Equatable {
    /// A message that nobody takes or, given it, acknowledges: a broker hands it to a ready consumer in milliseconds.
    package var untaken: Nanoseconds
    /// Work that somebody took: it takes its time, and is stuck when nothing more is seen of it for so long.
    package var silent: Nanoseconds { max(untaken, .seconds(60)) }
    /// An agent that the broker cut off and that lives on: between two tries it pauses for 30 s at most
    /// (oslo.messaging `rabbit_interval_max`).
    package var reconnecting: Nanoseconds { max(untaken, .seconds(30)) }

    package init(untaken: Nanoseconds = .seconds(5)) {
        self.untaken = untaken
    }
}
