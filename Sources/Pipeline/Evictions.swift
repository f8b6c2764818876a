/// A value: how much limits and expiry made go before the end of a capture, in counts.
package struct Evictions: Sendable, Equatable {
    /// Messages and calls that were handed on for want of room: what came for them later could not be joined.
    package var joiningsEnded = 0
    /// Connections that had ended and were taken off the list.
    package var connections = 0
    /// Connections that were read, but were never listed nor named, since too many were open.
    package var unlistedConnections = 0
    /// Of the trace that is retained: messages of operations, background messages, and calls.
    package var messages = 0
    package var backgroundMessages = 0
    package var calls = 0

    package init() {}

    package static func + (left: Evictions, right: Evictions) -> Evictions {
        var sum = left
        sum.joiningsEnded += right.joiningsEnded
        sum.connections += right.connections
        sum.unlistedConnections += right.unlistedConnections
        sum.messages += right.messages
        sum.backgroundMessages += right.backgroundMessages
        sum.calls += right.calls
        return sum
    }
}
