package import Trace

extension Workflow {
    /// A value: which requests are meant.
    package struct Pattern: Sendable {
        /// RPC methods, or object methods like `Instance.save`.
        package var methods: Set<String>
        /// Topic of the routing key, e.g. `compute` for `compute.node1`; any when `nil`.
        package var topic: String?

        package init(_ methods: String..., topic: String? = nil) {
            self.methods = Set(methods)
            self.topic = topic
        }

        package func matches(_ message: Message) -> Bool {
            switch message.kind {
            case .call, .cast, .fanout: break
            case .reply, .heartbeat, .notification, .opaque: return false
            }
            guard let method = message.method,
                methods.contains(method) || message.objectMethod.map(methods.contains) == true
            else { return false }
            guard let topic else { return true }
            return message.queue == topic || message.queue.hasPrefix(topic + ".")
                || message.queue.hasPrefix(topic + "-alt.")
        }
    }
}
