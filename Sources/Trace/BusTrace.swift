/// A value: everything that was understood of a capture.
///
/// Ids are indexes into these arrays; messages, calls and operations stand in order of time.
package struct BusTrace: Sendable {
    package var capture = CaptureSummary()
    package var participants: [Participant] = []
    package var messages: [Message] = []
    package var calls: [Call] = []
    package var operations: [Operation] = []
    /// What instances are called, from all messages.
    package var instanceNames = InstanceNames()
    /// By which it is judged.
    package var patience = Patience()

    package init() {}

    /// `Message.at` of a message that is not copied for it.
    package func time(of id: MessageID) -> Timestamp? {
        messages[id].publishedAt ?? messages[id].deliveries.first?.at ?? messages[id].asides.first?.delivery.at
    }
}
