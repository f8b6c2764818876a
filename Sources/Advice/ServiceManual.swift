import Services
package import Trace

/// A value: where a service writes its log, and which command tells whether it is up.
///
/// Paths are those of the packages of Debian, Ubuntu and RDO; systemd units have the service's name on Debian and Ubuntu.
struct ServiceManual {
    let service: String

    init(_ service: String) { self.service = service }

    /// E.g. `/var/log/nova/nova-conductor.log`; `nil` for what is no service of OpenStack.
    var log: String? {
        let project = Service.project(of: service)
        guard Catalogue.openStack.projects.contains(project), !service.contains("/") else { return nil }
        return "/var/log/\(project)/\(service).log"
    }

    /// Shows whether it is up, as far as the cloud or systemd know.
    func status(host: String?) -> String {
        let name = shellWord(service)
        return switch Catalogue.openStack.service(named: service)?.status {
        case .list(let command): command.replacing("*", with: name)
        case .listOfHost(let command):
            command.replacing("*", with: name) + (host.map { shellOption("--host", $0) } ?? "")
        case nil: "systemctl status \(name)"
        }
    }
}

extension Participant {
    /// Whether it is a service of OpenStack, of whatever project, by its name.
    package var isOfOpenStack: Bool { service.map { ServiceManual($0).log != nil } ?? false }
}
