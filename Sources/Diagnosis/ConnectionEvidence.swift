import Trace

/// A value: what went wrong with connections, by who has them and by queue, looked through once for all operations.
struct IncidentIndex {
    private var ofParticipant: [ParticipantID: [ConnectionIncident]] = [:]
    private var ofQueue: [String: [ConnectionIncident]] = [:]

    init(_ trace: BusTrace) {
        for connection in trace.capture.connections {
            for incident in connection.incidents {
                if let participant = connection.participant {
                    Self.add(incident, to: &ofParticipant[participant, default: []])
                }
                if let queue = incident.subject { Self.add(incident, to: &ofQueue[queue, default: []]) }
            }
        }
    }

    var isEmpty: Bool { ofParticipant.isEmpty && ofQueue.isEmpty }

    private static func add(_ incident: ConnectionIncident, to list: inout [ConnectionIncident]) {
        if list.count < Limits.incidentsOfEach { list.append(incident) }
    }

    func incidents(of participant: ParticipantID) -> [ConnectionIncident] { ofParticipant[participant] ?? [] }
    func incidents(on queue: String) -> [ConnectionIncident] { ofQueue[queue] ?? [] }
}

extension Finding {
    /// Adds what went wrong with the connections of who has to act, and with the queue that nobody took from: it may be
    /// why, and says so by its time alone.
    mutating func addConnectionEvidence(_ facts: Facts) {
        guard Self.mayBeCausedByConnections.contains(diagnosis.cause), !facts.coverage.incidents.isEmpty else { return }
        var found: [ConnectionIncident] = []
        let actors = facts.participantsToAct(diagnosis)
        for participant in actors { found += facts.coverage.incidents.incidents(of: participant) }
        for participant in facts.involved.subtracting(actors).sorted() {
            found += facts.coverage.incidents.incidents(of: participant).filter { $0.at >= facts.operation.startedAt }
        }
        if let queue = diagnosis.awaited {
            let own = facts.coverage.incidents.incidents(on: queue)
            found += own.filter { incident in !found.contains(incident) && facts.isOnScene(incident, diagnosis) }
        }
        let earliest = facts.operation.startedAt - Self.lookBack
        var counter = TroubleCounter(facts.trace)
        var isAny = false
        // In one order everywhere, and so are the names.
        found.sort { ($0.at, $0.connection ?? -1) < ($1.at, $1.connection ?? -1) }
        for incident in found where incident.at >= earliest || incident.kind == .consumerCancelled {
            guard !isSaid(incident), !isMadeGood(incident) else { continue }
            isAny = true
            counter.add(incident)
        }
        guard isAny else { return }
        for trouble in counter.counted.prefix(Limits.troublesAsEvidence) {
            let isRepeated = trouble.last.map { $0 - trouble.first >= .seconds(1) } ?? false
            let until = isRepeated ? trouble.last.map { ", over \(facts.seconds($0 - trouble.first))" } ?? "" : ""
            diagnosis.evidence.append(
                Diagnosis.Evidence(
                    trouble.incident.sentence(times: trouble.count) + trouble.whom + until, at: trouble.first,
                    packets: trouble.packets))
        }
    }

    /// What the verdict itself tells.
    private func isSaid(_ incident: ConnectionIncident) -> Bool {
        switch (diagnosis.cause, incident.kind) {
        case (.brokerBlocked, .blocked), (.connectionLost, .reset), (.connectionLost, .cutOff),
            (.connectionLost, .closed):
            true
        case (.brokerRefused, .channelClosed): diagnosis.since == incident.at
        default: false
        }
    }

    /// Whether a consumer that the broker had ended was there again before the wait began.
    private func isMadeGood(_ incident: ConnectionIncident) -> Bool {
        guard incident.kind == .consumerCancelled, let renewed = incident.until else { return false }
        return diagnosis.since.map { renewed <= $0 } ?? true
    }

    private static let mayBeCausedByConnections: Set<Diagnosis.Cause> = [
        .returned, .notTaken, .unanswered, .silent, .answerLost, .missingEvent, .brokerRefused, .brokerBlocked,
        .connectionLost,
        .underWay,
        .unclear,
    ]
    /// What happened so long before the operation began is its business still.
    private static let lookBack: Nanoseconds = .seconds(600)
}

extension Facts {
    /// Who has to act, by its process or, where that is not known, by service and host.
    fileprivate func participantsToAct(_ diagnosis: Diagnosis) -> [ParticipantID] {
        if let participant = diagnosis.participant { return [participant] }
        guard let service = diagnosis.service else { return [] }
        return trace.participants.lazy.filter { participant in
            participant.service == service
                && (diagnosis.host == nil || participant.host == nil || participant.host == diagnosis.host)
        }.map(\.id)
    }

    /// Who sent or took any of its messages.
    fileprivate var involved: Set<ParticipantID> {
        Set(own.flatMap { [message($0).from] + message($0).deliveries.map(\.to) }.compactMap(\.self))
    }

    /// Whether it happened where the message waits: not at another broker or in another virtual host.
    fileprivate func isOnScene(_ incident: ConnectionIncident, _ diagnosis: Diagnosis) -> Bool {
        guard let connection = trace.connection(incident.connection), let message = diagnosis.message else {
            return true
        }
        return trace.scope(of: self.message(message)).mayBe(connection.scope)
    }
}
