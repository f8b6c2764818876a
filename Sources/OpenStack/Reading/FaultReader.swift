import Bytes
import Trace

extension OsloDecoder {
    /// The exception that a request tells the conductor of.
    ///
    /// A compute keeps an instance's fault by `InstanceFault.create` and ends the event of an action with the exception
    /// that ended it, with `null` where it went well (nova compute/utils.py, `add_instance_fault_from_exc` and
    /// `EventReporter`).
    func fault(_ text: RawSpan, objectMethod: String?) -> ReportedFault? {
        let message: JSONSlot
        switch objectMethod {
        case "InstanceFault.create":
            guard let object = fields.noted.objects.first(where: { $0.role == .objectInstance }) else { return nil }
            message = object.fields.message
        case "InstanceActionEvent.event_finish_with_failure":
            message = fields.argument.keywordException
        default:
            return nil
        }
        return reportedFault(message, text)
    }

    /// The exception that a notification of an error tells of: versioned as an object, unversioned as `message` (nova
    /// compute/utils.py, `notify_about_instance_usage`) or `reason` (scheduler/utils.py, `set_vm_state_and_notify`).
    func payloadFault(_ text: RawSpan) -> ReportedFault? {
        let slots = fields.payloadFields
        if var fault = reportedFault(slots.exception.message, text) {
            fault.className = className(slots.exception.className, text)
            return fault
        }
        return reportedFault(slots.message, text) ?? reportedFault(slots.reason, text)
    }

    /// The words without the traceback that follows them where the exception came from another service, and `nil` for a
    /// dictionary as Python prints it, which is how an unversioned `reason` gives such an exception.
    private func reportedFault(_ slot: JSONSlot, _ text: RawSpan) -> ReportedFault? {
        guard slot.isString else { return nil }
        let words = String(decoding: slot.decodedBytes(text).prefix(Limits.failureMessageBytes), as: UTF8.self)
        let end = words.firstRange(of: "\nTraceback (most recent call last)")?.lowerBound ?? words.endIndex
        let isEmpty = words[..<end].allSatisfy(\.isWhitespace)
        guard !isEmpty, !words.hasPrefix("{'") else { return nil }
        return ReportedFault(message: boundedMessage(String(words[..<end])))
    }
}
