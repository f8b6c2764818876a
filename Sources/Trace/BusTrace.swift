/// A value: everything that was understood of a capture.
///
/// Ids are indexes into these arrays; messages, calls and operations stand in order of time.
package struct BusTrace: Sendable {
    package var capture = CaptureSummary()
    package var participants: [Participant] = []
    package var messages: [Message] = []
    package var calls: [Call] = []
    package var operations: [Operation] = []

    package init() {}
}
