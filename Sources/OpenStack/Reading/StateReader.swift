import Bytes
import Trace

extension OsloDecoder {
    /// The states that a request sets: `Instance.save` with one of them among its changes, or `instance_update`
    /// (Grizzly to Juno) with one among its updates.
    mutating func stateChange(_ text: RawSpan, method: String, objectMethod: String?) -> StateChange? {
        if objectMethod == "Instance.save" {
            guard
                let object = fields.noted.objects.first(where: { $0.role == .objectInstance }),
                !object.changes.isDisjoint(with: [.vmState, .taskState, .powerState]),
                let uuid = reader.uuid(object.fields.uuid, text)
            else { return nil }
            var change = stateChange(of: object, uuid, text)
            let expectsTask = fields.noted.texts.contains { $0.role == .expectedTaskState }
            if !expectsTask, object.changes.isDisjoint(with: [.vmState, .taskState]) {
                // What the periodic look at the hypervisor found (nova `compute/manager.py`, `_sync_power_states`).
                (change.vmState, change.taskState) = (.unknown, .unknown)
            }
            return change
        }
        guard method == "instance_update",
            let object = fields.noted.objects.first(where: { $0.role == .updates }),
            let uuid = reader.uuid(fields.argument.instanceUUID, text)
        else { return nil }
        let change = stateChange(of: object, uuid, text)
        return change.vmState.isKnown || change.taskState.isKnown || change.powerState.isKnown ? change : nil
    }

    private mutating func stateChange(of object: VisitedObject, _ uuid: String, _ text: RawSpan) -> StateChange {
        StateChange(
            instance: uuid, vmState: reader.known(object.fields.vmState, text),
            taskState: reader.known(object.fields.taskState, text),
            powerState: reader.powerState(object.fields.powerState, text),
            host: reader.name(object.fields.host, text))
    }

    /// The states that a notification tells: those of `….update` and `….end` events, in both formats.
    mutating func stateChange(_ text: RawSpan, eventType: String, instance: String?) -> StateChange? {
        guard let instance, eventType.hasSuffix(".update") || eventType.hasSuffix(".end") else { return nil }
        let slots = fields.payloadFields
        var change = StateChange(instance: instance, host: reader.name(slots.host, text))
        change.vmState = reader.known(slots.update.state.isPresent ? slots.update.state : slots.state, text)
        change.taskState = taskState(slots, text)
        change.powerState = reader.powerState(slots.powerState, text)
        return change.vmState.isKnown || change.taskState.isKnown || change.powerState.isKnown ? change : nil
    }

    private mutating func taskState(_ slots: PayloadFields, _ text: RawSpan) -> Known<String> {
        if slots.update.newTaskState.isPresent { return reader.known(slots.update.newTaskState, text) }
        if slots.newTaskState.isPresent { return reader.known(slots.newTaskState, text) }
        if slots.taskState.isPresent { return reader.known(slots.taskState, text) }
        // The unversioned format writes no task as the empty string.
        let description = reader.known(slots.stateDescription, text)
        return description == .some("") ? .none : description
    }
}
