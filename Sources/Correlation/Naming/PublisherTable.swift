/// Which service a notification's `publisher_id` names: `<service>.<host>` in the legacy format, `<binary>:<host>` in the
/// versioned one (nova `notifications/objects/base.py`).
package enum PublisherTable {
    /// Events that carry the *instance host's* `publisher_id` whichever service sends them; they name nobody unless the
    /// publisher is not a compute.
    private static let updates: Set = ["compute.instance.update", "instance.update"]

    /// The service and host that sent it; `nil` where the id does not tell.
    package static func publisher(_ id: String, eventType: String) -> (service: String, host: String?)? {
        if let colon = id.firstIndex(of: ":") {
            let service = String(id[..<colon])
            guard CommandNames.isService(service), !(service == "nova-compute" && updates.contains(eventType)) else {
                return nil
            }
            return (service, String(id[id.index(after: colon)...]))
        }
        guard let dot = id.firstIndex(of: ".") else { return nil }
        let prefix = String(id[..<dot])
        let host = String(id[id.index(after: dot)...])
        switch prefix {
        case "compute": return updates.contains(eventType) ? nil : ("nova-compute", host)
        case "scheduler": return ("nova-scheduler", host)
        case "conductor": return ("nova-conductor", host)
        case "api": return ("nova-api", host)
        case "network": return ("neutron-server", host)
        case "image": return ("glance-api", host)
        case "identity": return ("keystone", host)
        case "volume": return volumePublisher(host)
        case "backup": return ("cinder-backup", host)
        default: return nil
        }
    }

    /// `volume.<host>@<backend>#<pool>` is a volume service; without a backend it is the API.
    private static func volumePublisher(_ host: String) -> (service: String, host: String?) {
        guard host.contains("@") else { return ("cinder-api", host) }
        return ("cinder-volume", String(host.prefix { $0 != "#" }))
    }
}

/// Which `argv[0]` is the name of a service.
package enum CommandNames {
    private static let projects = [
        "nova-", "neutron-", "cinder-", "glance-", "keystone-", "heat-", "ironic-", "ceilometer-", "manila-",
        "designate-", "octavia-", "magnum-", "trove-", "barbican-", "aodh-", "mistral-", "sahara-", "zaqar-",
        "masakari-",
        "watcher-", "blazar-", "senlin-", "murano-", "cyborg-",
    ]

    /// Whether `name` is the command of an OpenStack service, e.g. `nova-compute`; wrappers like `uwsgi` are not.
    package static func isService(_ name: String) -> Bool {
        projects.contains { name.hasPrefix($0) } && !name.hasSuffix("-wsgi")
    }

    /// The service that a command runs; neutron's RPC workers are part of the server.
    package static func service(of command: String) -> String? {
        guard isService(command) else { return nil }
        switch command {
        case "neutron-rpc-server", "neutron-periodic-workers": return "neutron-server"
        case "nova-api-os-compute", "nova-osapi_compute", "nova-api-metadata": return "nova-api"
        default: return command
        }
    }
}
