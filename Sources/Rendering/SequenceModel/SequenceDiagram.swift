package import Trace

/// A value: one operation as a sequence diagram, in no renderer's language.
///
/// Texts are as they came off the wire: each renderer escapes them for its own format.
package struct SequenceDiagram: Sendable, Equatable {
    package var header: SequenceHeader
    /// From left to right.
    package var lanes: [Lane]
    /// In the order in which they are drawn.
    package var events: [SequenceEvent]
    /// One sentence each on what the capture did not show.
    package var notes: [String]
    /// Times are drawn relative to this.
    package var startedAt: Timestamp

    package init(
        header: SequenceHeader, lanes: [Lane] = [], events: [SequenceEvent] = [], notes: [String] = [],
        startedAt: Timestamp
    ) {
        self.header = header
        self.lanes = lanes
        self.events = events
        self.notes = notes
        self.startedAt = startedAt
    }
}

/// A value: what stands above a diagram.
package struct SequenceHeader: Sendable, Equatable {
    /// The kind of operation, e.g. `boot`.
    package var kind: String
    package var instanceName: String?
    /// Uuids.
    package var instances: [String]
    package var requestID: String?
    /// E.g. `completed`.
    package var outcome: String
    /// One sentence.
    package var verdict: String
    package var counts = SequenceCounts()

    package init(
        kind: String, instanceName: String?, instances: [String], requestID: String?, outcome: String, verdict: String
    ) {
        self.kind = kind
        self.instanceName = instanceName
        self.instances = instances
        self.requestID = requestID
        self.outcome = outcome
        self.verdict = verdict
    }

    /// What names the operation: kind, instance name, uuids and request id, those that are known.
    package var identity: [String] {
        [kind] + [instanceName].compactMap { $0 } + instances + [requestID].compactMap { $0 }
    }

    /// The outcome and the verdict in one sentence, without the full stop.
    package var sentence: String {
        var sentence = verdict.trimmingEnd()
        if sentence.hasSuffix(".") { sentence.removeLast() }
        let isSpoken = sentence.lowercased().hasPrefix(outcome.lowercased())
        return sentence.isEmpty ? outcome : isSpoken ? sentence : "\(outcome): \(sentence)"
    }

    /// The verdict and the counts as short statements, to be joined by the renderer's separator.
    package var statements: [String] { [sentence] + counts.statements }
}

/// A value: how many messages a diagram holds and how its calls ended.
package struct SequenceCounts: Sendable, Equatable {
    /// Messages that are drawn, each of a folded row counted.
    package var messages = 0
    package var calls = 0
    package var unanswered = 0
    package var failed = 0
    /// Messages that `DiagramOptions.showsBackground` would add.
    package var hidden = 0
    /// Messages of the operation that are drawn with others of its request.
    package var shared = 0

    package init() {}

    package var statements: [String] {
        var traffic = [counted(messages, "message") + (shared > 0 ? " and \(shared) of the whole request" : "")]
        if calls > 0 {
            traffic.append(counted(calls, "call"))
            if unanswered > 0 { traffic.append("\(unanswered) unanswered") }
            if failed > 0 { traffic.append("\(failed) failed") }
            if unanswered + failed == 0 { traffic.append(calls == 1 ? "answered" : "all answered") }
        }
        let joined = traffic.joined(separator: ", ")
        return hidden == 0 ? [joined] : [joined, "\(counted(hidden, "background message")) hidden (--all)"]
    }
}

/// A value: a lifeline, one for each service and host: nothing joins all connections of a process in mid-stream.
package struct Lane: Sendable, Equatable {
    /// The service, else the participant's label; of a lane that nobody serves, the queue's name.
    package var title: String
    /// The host, or what the lane stands for; drawn beneath the title.
    package var subtitle: String?
    package var participants: [ParticipantID]
    /// Whether nobody was seen to take what is sent there.
    package var isVacant = false

    package init(title: String, subtitle: String? = nil, participants: [ParticipantID] = [], isVacant: Bool = false) {
        self.title = title
        self.subtitle = subtitle
        self.participants = participants
        self.isVacant = isVacant
    }

    /// Title and host in one word, e.g. `nova-compute@compute1`.
    package var name: String { title + (subtitle ?? "") }
}

/// The number with its noun in the singular or plural.
func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    let plural = plural ?? (noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s")
    return "\(count) \(count == 1 ? noun : plural)"
}

extension SequenceHeader {
    init(_ operation: Operation) {
        self.init(
            kind: operation.kind.rawValue, instanceName: operation.instanceName, instances: operation.instances,
            requestID: operation.requestID, outcome: operation.outcome.rawValue, verdict: operation.verdict)
    }
}
