/// A value: one service of OpenStack, all that novatrace knows of it.
///
/// A row of the catalogue (`Catalogue/`, a file for each large project). Where a service stands among the others is where
/// its lane stands in a diagram. What is left out of a row is not known or is as with most services.
package struct Service: Sendable {
    /// As on lanes, e.g. `nova-compute`: the project, a dash, and what it is within the project; `*` for any more of a kind.
    package var name: String
    /// Other names of its program: on the command line, in `connection_name`, in a notification's `publisher_id`.
    package var programs: [String] = []
    /// Whether it has connections to the broker: a process of one that has none is not named by its command line.
    package var isOnBus = true
    /// The topics that it serves; one may hold dots.
    package var topics: [String] = []
    /// What stands before the host in its legacy `publisher_id`; with `@` behind it only where the host names a backend.
    package var publishers: [String] = []
    /// Events that others, too, send under its `publisher_id`, so that they name nobody.
    package var sharedEvents: Set<String> = []
    /// What it alone sends, by the receiver: a service's name, or how topics of no one service begin, then `*`.
    package var sends: [String: Methods] = [:]
    /// Methods (`Class.method` for those of objects) in whose arguments it says which host it is on.
    package var tellsHost: [HostPlace: [String]] = [:]
    /// Methods that it calls without anybody's request, beside those that many services call so (`Catalogue`).
    package var background: Set<String> = []
    /// The `service_name` under which it publishes its capabilities.
    package var capabilities: String?
    /// How the id begins that it gives in requests as a layer-2 agent of neutron; behind a dash comes its host.
    package var agentID: String?
    package var api: API?
    /// The command that tells whether the cloud takes it to be up; without one, systemd is asked.
    package var status: Status?

    /// `nova` of `nova-compute`.
    package var project: Substring { Self.project(of: name) }

    package static func project(of name: String) -> Substring { name.prefix { $0 != "-" } }

    /// A value: which of the methods that a receiver serves.
    package enum Methods: Sendable, ExpressibleByArrayLiteral {
        case only(Set<String>)
        case allBut(Set<String>)

        package init(arrayLiteral methods: String...) { self = .only(Set(methods)) }
    }

    /// A value: where in a request its sender's host stands.
    package enum HostPlace: Sendable {
        /// Arguments of the request; of an object's or a class's method the keyword `host`, or the first argument.
        case host, hostName, keyword, first
        /// The field `host` of the object itself.
        case object
    }

    /// A value: where its REST API is found.
    package struct API: Sendable {
        package var ports: [UInt16]
        /// How its paths begin where it has a port of its own, and what stands before those where it shares one.
        package var paths: [String]
        package var mount: String?
    }

    /// A value: a command of the cloud's client that lists services with their states; `*` in it is the service's name.
    package enum Status: Sendable {
        case list(String)
        /// One that takes `--host`, too.
        case listOfHost(String)
    }
}
