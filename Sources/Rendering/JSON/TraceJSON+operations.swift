import Trace

extension TraceJSON {
    func members(of operation: Operation, _ json: inout JSONWriter) {
        json.member("id", id: "op", operation.id)
        json.member("kind", operation.kind.rawValue)
        json.member("request_id", operation.requestID)
        json.member("instances", operation.instances)
        json.member("instance_name", operation.instanceName)
        json.member("outcome", operation.outcome.rawValue)
        json.member("started_at", operation.startedAt)
        json.member("ended_at", operation.endedAt)
        json.key("steps")
        json.array { json in
            for step in operation.steps { json.object { members(of: step, &$0) } }
        }
        json.key("states")
        json.array { json in
            for note in operation.states { json.object { members(of: note, &$0) } }
        }
        json.member("verdict", operation.verdict)
        json.member("messages", ids: "m", operation.messages)
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
