package import Trace

extension Workflow {
    /// A value: which requests are meant.
    package struct Pattern: Sendable {
        /// RPC methods, or object methods like `Instance.save`.
        package var methods: Set<String>
        /// Topic of the routing key, e.g. `compute` for `compute.node1`; any when `nil`.
        package var topic: String?
        /// Whether only rebuilds on another host are meant.
        package var isEvacuation = false

        package init(_ methods: String..., topic: String? = nil) {
            self.methods = Set(methods)
            self.topic = topic
        }

        /// Only such as are to be done on another host.
        package var ofEvacuation: Pattern {
            var pattern = self
            pattern.isEvacuation = true
            return pattern
        }

        package func matches(_ message: Message) -> Bool {
            switch message.kind {
            case .call, .cast, .fanout: break
            case .reply, .heartbeat, .notification, .opaque: return false
            }
            guard let method = message.method,
                methods.contains(method) || message.objectMethod.map(methods.contains) == true
            else { return false }
            if isEvacuation, message.facts?.isEvacuation != true { return false }
            guard let topic else { return true }
            return message.queue == topic || message.queue.hasPrefix(topic + ".")
                || message.queue.hasPrefix(topic + "-alt.")
        }
    }
}
