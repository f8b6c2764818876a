package import Trace

/// A value: an answer to a call: a result, a failure, a heartbeat of the call monitor, or the end of an answer.
package struct RPCReply: Sendable {
    /// `_msg_id` of the call; before Grizzly `nil`, the queue's name is the key then.
    package var messageID: String?
    package var uniqueID: String?
    /// `ending`; `nil` before Essex, and of the first of two messages before oslo.messaging 4.
    package var isEnding: Bool?
    /// Whether `result` is there and not null.
    package var hasResult = false
    package var failure: RemoteFailure?
    /// `service_host` of the selected hosts in an answer to `select_destinations`, one for each instance.
    package var selectedHosts: [String] = []
    /// Redacted JSON of the result or failure, or of the whole message; `nil` unless details are asked for.
    package var detail: String?

    package init() {}

    /// The method still runs (oslo.messaging 6.3 and later).
    package var isHeartbeat: Bool { !hasResult && failure == nil && isEnding == false }
}
