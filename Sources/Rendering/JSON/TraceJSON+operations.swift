import Trace

extension TraceJSON {
    func members(of operation: Operation, _ json: inout JSONWriter) {
        json.member("id", id: "op", operation.id)
        json.member("kind", operation.kind.rawValue)
        json.member("request_id", operation.requestID)
        json.member("instances", operation.instances)
        json.member("instance_name", operation.instanceName)
        if hasSeveralVirtualHosts { json.member("virtual_hosts", trace.virtualHosts(of: operation)) }
        json.member("outcome", operation.outcome.rawValue)
        json.member("started_at", operation.startedAt)
        json.member("ended_at", operation.endedAt)
        json.member("open_until", operation.openUntil)
        json.key("steps")
        json.array { json in
            for step in operation.steps { json.object { members(of: step, &$0) } }
        }
        json.key("states")
        json.array { json in
            for note in operation.states { json.object { members(of: note, &$0) } }
        }
        json.member("verdict", operation.verdict)
        if let diagnosis = operation.diagnosis {
            json.key("diagnosis")
            json.object { members(of: diagnosis, &$0) }
        }
        json.member("messages", ids: "m", operation.messages)
    }

    /// Work that has come to stand still, or a service that has fallen silent, as it is told live.
    func members(of event: BusEvent, _ sentence: String, _ json: inout JSONWriter) {
        json.member("kind", event.operation == nil ? "silent" : "stuck")
        json.member("at", event.at)
        json.member("label", event.from?.label)
        json.member("operation_kind", event.operation?.kind.rawValue)
        json.member("request_id", event.operation?.requestID)
        if let operation = event.operation { json.member("instances", operation.instances) }
        json.member("instance_name", event.operation?.instanceName)
        json.member("cause", event.operation?.diagnosis?.cause.rawValue)
        json.member("sentence", sentence)
    }

    private func members(of diagnosis: Diagnosis, _ json: inout JSONWriter) {
        json.member("cause", diagnosis.cause.rawValue)
        json.member("step", diagnosis.step)
        json.member("service", diagnosis.service)
        json.member("host", diagnosis.host)
        json.member("participant", id: "p", diagnosis.participant)
        json.member("awaited", diagnosis.awaited)
        json.member("message", id: "m", diagnosis.message)
        json.member("since", diagnosis.since)
        json.key("evidence")
        json.array { json in
            for evidence in diagnosis.evidence { json.object { members(of: evidence, &$0) } }
        }
        json.key("reschedules")
        json.array { json in
            for reschedule in diagnosis.reschedules { json.object { members(of: reschedule, &$0) } }
        }
    }

    private func members(of evidence: Diagnosis.Evidence, _ json: inout JSONWriter) {
        json.member("at", evidence.at)
        json.member("text", evidence.text)
        json.member("message", id: "m", evidence.message)
        if !evidence.packets.isEmpty { writePackets(evidence.packets, &json) }
        if evidence.isMissing { json.member("missing", true) }
    }

    private func members(of reschedule: Diagnosis.Reschedule, _ json: inout JSONWriter) {
        json.member("at", reschedule.at)
        json.member("from", reschedule.from)
        json.member("to", reschedule.to)
        json.member("reason", reschedule.reason)
    }

    private func members(of step: Step, _ json: inout JSONWriter) {
        json.member("name", step.name)
        json.member("status", step.status.rawValue)
        json.member("from", id: "p", step.from)
        json.member("to", id: "p", step.to)
        json.member("messages", ids: "m", step.messages)
        json.member("at", step.at)
    }

    private func members(of note: StateNote, _ json: inout JSONWriter) {
        json.member("at", note.at)
        stateMembers(of: note.change, &json)
        json.member("confirmation", note.confirmation.rawValue)
        json.member("message", id: "m", note.message)
        json.member("participant", id: "p", note.participant)
    }

    func stateMembers(of change: StateChange, _ json: inout JSONWriter) {
        json.member("vm_state", change.vmState)
        json.member("task_state", change.taskState)
        json.member("power_state", change.powerState)
        json.member("instance", change.instance)
        json.member("host", change.host)
    }
}
