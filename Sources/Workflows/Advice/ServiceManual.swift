import Trace

/// A value: where a service writes its log, and which command tells whether it is up.
///
/// Paths are those of the packages of Debian, Ubuntu and RDO; systemd units have the service's name on Debian and Ubuntu.
struct ServiceManual {
    let service: String

    init(_ service: String) {
        self.service = service
    }

    private static let projects: Set<Substring> = [
        "nova", "neutron", "cinder", "glance", "heat", "keystone", "placement", "octavia", "ironic", "manila", "magnum",
        "designate", "barbican", "mistral", "trove", "sahara", "senlin", "ceilometer", "aodh",
    ]

    /// E.g. `/var/log/nova/nova-conductor.log`; `nil` for what is no service of OpenStack.
    var log: String? {
        guard let project = service.split(separator: "-").first, Self.projects.contains(project),
            service.utf8.allSatisfy({ $0 != UInt8(ascii: "/") })
        else { return nil }
        return "/var/log/\(project)/\(service).log"
    }

    /// Shows whether it is up, as far as the cloud or systemd know.
    func status(host: String?) -> String {
        let onHost = host.map { shellOption("--host", $0) } ?? ""
        switch service {
        case "nova-compute", "nova-conductor", "nova-scheduler":
            return "openstack compute service list --service \(service)\(onHost)"
        case "cinder-volume", "cinder-scheduler", "cinder-backup":
            // Cinder's hosts are names of backends, which no topic tells whole.
            return "openstack volume service list --service \(service)"
        case "heat-engine": return "openstack orchestration service list"
        case "ironic-conductor": return "openstack baremetal conductor list"
        case "magnum-conductor": return "openstack coe service list"
        case _ where service.hasPrefix("manila-"):
            return "openstack share service list --binary \(shellWord(service))"
        case _ where service.hasPrefix("designate-"): return "openstack dns service list"
        case _ where service.hasPrefix("neutron-") && service.hasSuffix("-agent"):
            return "openstack network agent list\(onHost)"
        default:
            return "systemctl status \(shellWord(service))"
        }
    }
}

extension Participant {
    /// Whether it is a service of OpenStack, of whatever project, by its name.
    package var isOfOpenStack: Bool { service.map { ServiceManual($0).log != nil } ?? false }
}
