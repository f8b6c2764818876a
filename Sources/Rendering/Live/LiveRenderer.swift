package import Trace

/// What writes the bus's events while they happen, in one format.
package protocol LiveRenderer {
    /// Whether it tells of messages that are complete (`BusEvent.Kind.settled`).
    var tellsCompletion: Bool { get }

    /// Writes an event, if it is one that the format tells of.
    mutating func write(_ event: BusEvent)

    /// Hands on what was written so far.
    mutating func flush()

    /// Writes what is known at the end, and hands it on.
    ///
    /// `operations` and `messages` are what is selected, as for a `Renderer`; `origin` gives the ids that objects had in
    /// the events.
    mutating func end(_ trace: BusTrace, operations: [OperationID]?, messages: [MessageID]?, origin: TraceOrigin)
}
