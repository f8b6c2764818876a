import Bytes
package import Capture

/// Which interface carries the message bus, told from this machine's TCP sockets.
package enum BusInterface {
    /// The interface to capture on where none was given, and why, as a few words for a person.
    ///
    /// Connections on the ports decide; where there are none, sockets that listen on them. A connection runs over the
    /// interface that has its local address, and over loopback when both its ends are on this machine. Several
    /// interfaces, and an address that none has, give `any`. Without a socket it is `any` too, where there is one, else
    /// the first interface that is up.
    ///
    /// - Parameter proc: where the tables are, `net/tcp` and `net/tcp6` below it.
    package static func choose(
        ports: [UInt16], interfaces: [CaptureInterface], proc: String = "/proc"
    ) -> (name: String, reason: String) {
        let owners = Owners(interfaces)
        let ports = Set(ports)
        var (connections, listeners) = (Sightings(), Sightings())
        SocketTable.read(ProcFolder(path: proc), atMost: ScanLimits().tableBytes) { socket in
            let isServer = ports.contains(socket.local.port)
            guard isServer || ports.contains(socket.remote.port) else { return true }
            if socket.state == SocketEntry.established {
                connections.add(
                    [socket.local, socket.remote], port: isServer ? socket.local.port : socket.remote.port,
                    on: owners.interface(from: socket.local, to: socket.remote))
            } else if socket.state == SocketEntry.listening, isServer {
                listeners.add(
                    [socket.local], port: socket.local.port,
                    on: owners.interface(listening: socket.local))
            }
            return true
        }
        if !connections.isEmpty {
            let count = connections.count
            return owners.choice(
                connections, "\(count) connection\(count == 1 ? "" : "s") to \(connections.portText)")
        }
        if !listeners.isEmpty { return owners.choice(listeners, "a server listens on \(listeners.portText)") }
        return owners.fallback("no connection to \(Sightings.text(ports)) on this machine")
    }
}

/// A value: the sockets that were found.
private struct Sightings {
    private var seen: Set<Set<SocketAddress>> = []
    private var ports: Set<UInt16> = []
    /// How many on each interface.
    private(set) var interfaces: [String: Int] = [:]

    private static let most = 1_000_000

    var isEmpty: Bool { seen.isEmpty }
    var count: Int { seen.count }
    var portText: String { Self.text(ports) }

    /// A connection whose ends are both on this machine stands twice in the table and counts once.
    mutating func add(_ ends: Set<SocketAddress>, port: UInt16, on interface: String) {
        guard seen.count < Self.most, seen.insert(ends).inserted else { return }
        ports.insert(port)
        interfaces[interface, default: 0] += 1
    }

    static func text(_ ports: Set<UInt16>) -> String {
        let names = ports.sorted().map(String.init)
        return (names.count == 1 ? "port " : "ports ") + BusInterface.list(names)
    }
}

extension BusInterface {
    /// `a`, `a and b`, `a, b and c`.
    fileprivate static func list(_ names: [String]) -> String {
        guard names.count > 1, let last = names.last else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}

/// A value: which interface has which address.
private struct Owners {
    private let interfaces: [CaptureInterface]
    private let byAddress: [IPAddress: String]
    private let loopback: String

    init(_ interfaces: [CaptureInterface]) {
        self.interfaces = interfaces
        let pairs = interfaces.flatMap { interface in
            interface.addresses.compactMap { IPAddress($0) }.map { ($0, interface.name) }
        }
        byAddress = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        loopback = interfaces.first(where: \.isLoopback)?.name ?? "lo"
    }

    func interface(from local: SocketAddress, to remote: SocketAddress) -> String {
        if local.address.isLoopback || byAddress[remote.address] != nil { return loopback }
        return byAddress[local.address] ?? CaptureInterface.any
    }

    func interface(listening local: SocketAddress) -> String {
        local.address.isLoopback ? loopback : byAddress[local.address] ?? CaptureInterface.any
    }

    /// The one interface of all that was found, else `any`, else the one where most of it was found.
    func choice(_ found: Sightings, _ what: String) -> (name: String, reason: String) {
        let names = found.interfaces.keys.sorted()
        let isSpread = names.count > 1 || names.first == CaptureInterface.any
        let place = names == [CaptureInterface.any] ? "" : " on \(BusInterface.list(names))"
        if !isSpread, let only = names.first { return (only, what + place) }
        if hasAny { return (CaptureInterface.any, what + place) }
        let most = names.filter { $0 != CaptureInterface.any }.max {
            (found.interfaces[$0] ?? 0) < (found.interfaces[$1] ?? 0)
        }
        guard let most else { return fallback(what) }
        return (most, "\(what)\(place), most of them on \(most)")
    }

    func fallback(_ what: String) -> (name: String, reason: String) {
        if hasAny { return (CaptureInterface.any, "\(what): all interfaces") }
        let usable = interfaces.filter { $0.isUp && $0.isCapturable }
        let first = usable.first { !$0.isLoopback } ?? usable.first ?? interfaces.first
        return (first?.name ?? CaptureInterface.any, "\(what): the first interface that is up")
    }

    private var hasAny: Bool { interfaces.contains { $0.name == CaptureInterface.any } }
}
