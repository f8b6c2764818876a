import Operations
import Services
import Trace

/// The event by which neutron says that a port is plugged, which a compute waits for while it spawns an instance.
enum Plugging {
    static let event = "network-vif-plugged"
    /// nova's default of `vif_plugging_timeout`.
    static let timeout: Nanoseconds = .seconds(300)

    /// Whether a fault says that there was no network, which is what a compute makes of the event that did not come (nova
    /// `compute/manager.py`, `_build_and_run_instance`).
    static func isOf(_ fault: ReportedFault) -> Bool {
        fault.className == "VirtualInterfaceCreateException"
            || ["Virtual Interface", "Failed to allocate"].contains { fault.message.contains($0) }
    }
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
        let loss =
            facts.coverage.loss(since: wait.note.at, of: ["nova-api", "nova-compute"], in: facts.trace)
            ?? facts.doubtOnEvents
        let report = facts.portReports.last
        let though = report.map { ", though \(facts.name($0.from)) had reported the port as plugged" } ?? ""
        var finding =
            loss.map {
                Finding(.unclear, "spawning\(place) for \(waited); no \(Plugging.event) was seen, but \($0)", facts)
            }
            ?? Finding(
                .missingEvent, "spawning\(place) and \(Plugging.event) did not come in \(waited)\(though)", facts)
        finding.diagnosis.message = wait.note.message
        finding.diagnosis.since = wait.note.at
        finding.diagnosis.awaited = Plugging.event
        finding.awaitedStep = wait.step
        finding.advise(facts, loss: loss)
        let agent = facts.networkAgent(on: host)
        finding.blame(
            report.map { facts.participant($0.deliveries.last?.to) } ?? agent, service: Workflow.Role.network.service)
        finding.prove(
            Diagnosis.Evidence("\"spawning\" was saved", at: wait.note.at, message: wait.note.message))
        finding.diagnosis.evidence += facts.portEvidence
        if !facts.hasPortReport, let silence = facts.silence(of: agent, since: wait.note.at) {
            finding.diagnosis.evidence.append(silence)
        }
        finding.diagnosis.evidence.append(
            Diagnosis.Evidence(
                "no external_instance_event \(Plugging.event) for the instance in \(waited); nova-compute waits 300 s",
                at: facts.captureEnd, isMissing: loss == nil))
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

    /// The first step that did not come, up to the one that the verdict waits for.
    func firstOpenStep(upTo place: Int) -> Int {
        guard let plugging = pluggingWait?.step, plugging < place else { return place }
        return plugging
    }

    /// That neutron told nova that the port could not be plugged.
    func pluggingFailed(until end: Timestamp) -> Diagnosis.Evidence? {
        let failed = own.last { id in
            (message(id).at ?? end) <= end
                && message(id).event(Plugging.event, of: operation.instances)?.isFailed == true
        }
        return failed.map { Diagnosis.Evidence("\(Plugging.event) came as failed", at: message($0).at, message: $0) }
    }

    /// That the event did not come in time between two moments, where that would have been seen.
    func pluggingTimedOut(since note: StateNote, until end: Timestamp) -> Diagnosis.Evidence? {
        guard note.change.taskState.value == "spawning", end - note.at >= Plugging.timeout,
            !own.contains(where: {
                message($0).event(Plugging.event, of: operation.instances) != nil && (message($0).at ?? end) < end
            }),
            coverage.loss(since: note.at, of: ["nova-api", "nova-compute"], in: trace) == nil, doubtOnEvents == nil
        else { return nil }
        return Diagnosis.Evidence(
            "\(Plugging.event) did not come in \(seconds(end - note.at))", at: end, isMissing: true)
    }

    /// The agent that plugs ports on the host, where one is known.
    fileprivate func networkAgent(on host: String?) -> Participant? {
        guard let host else { return nil }
        return trace.participants.first {
            $0.host == host && $0.service.flatMap(Catalogue.openStack.service(named:))?.agentID != nil
        }
    }

    /// An agent's reports that a port of the instance is plugged.
    fileprivate var portReports: [Message] {
        own.map(message).filter { message in
            PortWork.contains(message) && message.facts?.upPortIDs.isEmpty == false
                && call(of: message.id)?.error == nil
        }
    }

    /// Whether an agent reported so, however that was answered.
    fileprivate var hasPortReport: Bool {
        own.contains { PortWork.contains(message($0)) && message($0).facts?.upPortIDs.isEmpty == false }
    }

    /// What other events and the agent said of ports.
    var portEvidence: [Diagnosis.Evidence] {
        own.map(message).compactMap { message in
            guard let facts = message.facts, !facts.portIDs.isEmpty else { return nil }
            let text: String
            if !message.events.isEmpty {
                // One message may tell of ports of several instances.
                let events = message.events.filter { $0.instance.map(operation.instances.contains) ?? true }
                guard !events.isEmpty else { return nil }
                let ports = events.count == message.events.count ? " for port \(listed(facts.portIDs))" : ""
                let given = trace.host(of: message)
                let place = given == nil || computeHost == nil || given == computeHost ? "" : " to \(given ?? "")"
                text = "\(listed(events.map(\.title))) came\(place)\(ports)"
            } else if PortWork.contains(message), !facts.upPortIDs.isEmpty {
                let refusal = call(of: message.id)?.error.map { ", and was answered with \($0.className)" } ?? ""
                text = "\(name(message.from)) reported port \(listed(facts.upPortIDs)) as plugged\(refusal)"
            } else {
                return nil
            }
            return Diagnosis.Evidence(text, at: message.at, message: message.id)
        }
    }

    /// That the agent on the host was silent, where it would have been heard.
    fileprivate func silence(of agent: Participant?, since time: Timestamp) -> Diagnosis.Evidence? {
        // Of a port that nothing ties to the instance it may have been.
        guard let agent, let service = agent.service,
            own.contains(where: { message($0).facts?.portIDs.isEmpty == false }),
            coverage.loss(since: time, of: [service, Workflow.Role.network.service], in: trace) == nil
        else { return nil }
        return Diagnosis.Evidence(
            "\(agent.label) did not report a port of the instance as plugged", at: captureEnd, isMissing: true)
    }
}
