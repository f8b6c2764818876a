import Operations
package import Trace

/// A value: a line of one operation beside that of the other, or alone.
package struct LinePair: Sendable, Equatable {
    package var good: ComparedLine?
    package var bad: ComparedLine?
    package var standing: Standing
    /// Whether both have it, in another place among the others.
    package var isMoved = false
    /// Latency, or the time in the queue.
    package var duration: TimePair?
    /// From the end of the line before that both have to the start of this one.
    package var gap: TimePair?

    /// Whether both have it in the same place.
    var isShared: Bool { good != nil && bad != nil && !isMoved }

    /// The line, as GOOD has it where it does.
    package var line: ComparedLine? { good ?? bad }
}

/// A value: a step of the workflow in both operations.
package struct StepPair: Sendable, Equatable {
    /// A value: what became of the step in one of them.
    package struct Side: Sendable, Equatable {
        package var status: Step.Status
        /// When it was done, since the operation's start; `nil` where it was not.
        package var at: Nanoseconds?
    }

    package var name: String
    /// `nil` where the workflow of that era does not have it.
    package var good: Side?
    package var bad: Side?
    package var standing: Standing
    /// Since the step before that both did.
    package var interval: TimePair?
}

/// A value: a state of the instance in both operations.
package struct StatePair: Sendable, Equatable {
    package var name: String
    package var good: StateSpan?
    package var bad: StateSpan?
    package var standing: Standing
    /// The time in it.
    package var length: TimePair?
}

/// A value: where two operations part: the first line that is in one only or ends otherwise.
package struct Parting: Sendable, Equatable {
    /// The last line that both have before it; `nil` where there is none.
    package var after: LinePair?
    /// What GOOD does there; `nil` where only BAD does something.
    package var good: ComparedLine?
    /// What BAD does there.
    package var bad: ComparedLine?
    /// Whether both do the same there and only the ending is another.
    package var isEnding: Bool
    /// What GOOD then does and BAD never does, where only the ending is another.
    package var consequence: ComparedLine?
    /// Whether BAD holds a line like `good`, or GOOD one like `bad`, in another place.
    package var isElsewhere: Bool
}
