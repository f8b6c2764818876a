import Trace

/// The event by which neutron says that a port is plugged, which a compute waits for while it spawns an instance.
enum Plugging {
    static let event = "network-vif-plugged"
    /// nova's default of `vif_plugging_timeout`.
    static let timeout: Nanoseconds = .seconds(300)
}

extension Question {
    /// The compute spawns, and the event that it waits for has not come in the time that it waits.
    ///
    /// Before that the wire cannot tell waiting from a slow image, and says so (`underWay`).
    static let missingEvent = Question { facts in
        guard let wait = facts.pluggingWait, facts.captureEnd - wait.note.at >= Plugging.timeout else { return nil }
        let host = facts.computeHost
        let place = host.map { " on \($0)" } ?? ""
        let waited = facts.seconds(facts.captureEnd - wait.note.at)
        let loss = facts.coverage.loss(since: wait.note.at, of: ["nova-api", "nova-compute"], in: facts.trace)
        var finding =
            loss.map {
                Finding(.unclear, "spawning\(place) for \(waited); no \(Plugging.event) was seen, but \($0)", facts)
            }
            ?? Finding(.missingEvent, "spawning\(place) and \(Plugging.event) did not come in \(waited)", facts)
        finding.diagnosis.message = wait.note.message
        finding.diagnosis.since = wait.note.at
        finding.diagnosis.awaited = Plugging.event
        finding.awaitedStep = wait.step
        finding.advise(facts, loss: loss)
        let agent = facts.networkAgent(on: host)
        finding.blame(agent, service: Workflow.Role.network.service)
        finding.prove(
            Diagnosis.Evidence("\"spawning\" was saved", at: wait.note.at, message: wait.note.message))
        finding.diagnosis.evidence.append(
            contentsOf: facts.portEvidence + [
                Diagnosis.Evidence(
                    "no external_instance_event \(Plugging.event) for the instance in \(waited); nova-compute waits 300 s",
                    at: facts.captureEnd, isMissing: loss == nil)
            ])
        return finding
    }
}

extension Facts {
    /// Since when the compute spawns without the event.
    var pluggingWait: (note: StateNote, step: Int)? {
        guard let workflow, let note = lastConfirmed, isOfLastAttempt(note.at),
            ["spawning", "rebuild_spawning"].contains(note.change.taskState.value),
            let step = workflow.steps.firstIndex(where: { step in
                if case .event(Plugging.event) = step.proof { true } else { false }
            }), operation.steps[step].messages.isEmpty
        else { return nil }
        return (note, step)
    }

    /// That the event did not come in time between two moments, where that would have been seen.
    func pluggingTimedOut(since note: StateNote, until end: Timestamp) -> Diagnosis.Evidence? {
        guard note.change.taskState.value == "spawning", end - note.at >= Plugging.timeout,
            !own.contains(where: { message($0).events.contains(Plugging.event) && (message($0).at ?? end) < end }),
            coverage.loss(since: note.at, of: ["nova-api", "nova-compute"], in: trace) == nil
        else { return nil }
        return Diagnosis.Evidence(
            "\(Plugging.event) did not come in \(seconds(end - note.at))", at: end, isMissing: true)
    }

    /// The agent that plugs ports on the host, where one is known.
    fileprivate func networkAgent(on host: String?) -> Participant? {
        guard let host else { return nil }
        let services: Set = ["neutron-openvswitch-agent", "neutron-linuxbridge-agent", "neutron-sriov-nic-agent"]
        return trace.participants.first { $0.host == host && services.contains($0.service ?? "") }
    }

    /// The ports that other events named.
    fileprivate var portEvidence: [Diagnosis.Evidence] {
        own.compactMap { id in
            let message = message(id)
            guard !message.events.isEmpty, let ports = message.facts?.portIDs, !ports.isEmpty else { return nil }
            return Diagnosis.Evidence(
                "\(message.events.joined(separator: ", ")) came for port \(ports.joined(separator: ", "))",
                at: message.at, message: id)
        }
    }
}
