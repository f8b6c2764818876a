/// A value: by which ids the objects of a trace were known while it was made, before they were numbered in order of time.
package struct TraceOrigin: Sendable {
    /// Of each message, call, participant and connection of the trace its id from before.
    package var messages: [MessageID] = []
    package var calls: [CallID] = []
    package var participants: [ParticipantID] = []
    package var connections: [ConnectionID] = []

    package init() {}
}
