import Trace

/// What writes the bus's events while they happen, in one format.
package protocol LiveRenderer {
    /// Writes an event, if it is one that the format tells of.
    mutating func write(_ event: BusEvent)

    /// Hands on what was written so far.
    mutating func flush()
}
