/// A value: what neutron or cinder tells nova of an instance (nova objects/external_event.py, `InstanceExternalEvent`).
package struct ExternalEvent: Sendable, Hashable {
    /// E.g. `network-vif-plugged`.
    package var name: String
    /// Uuid; `nil` where it is not said.
    package var instance: String?
    /// Whether its status is `failed`.
    package var isFailed: Bool

    package init(name: String, instance: String? = nil, isFailed: Bool = false) {
        (self.name, self.instance, self.isFailed) = (name, instance, isFailed)
    }

    /// `network-vif-plugged`, `network-vif-plugged (failed)`.
    package var title: String { name + (isFailed ? " (failed)" : "") }
}

extension Message {
    /// The event of that name for one of these instances.
    package func event(_ name: String, of instances: [String]) -> ExternalEvent? {
        events.first { event in event.name == name && (event.instance.map(instances.contains) ?? true) }
    }
}
