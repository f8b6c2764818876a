import ArgumentParser
import Capture
import Correlation
import Trace

/// The options that say what is captured, and for how long.
struct CaptureOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Interface to capture on, repeatable; any is all of them. By default the one that carries the bus.",
            valueName: "name"))
    var interface: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("TCP port of the broker, repeatable; 5672 by default.", valueName: "number"))
    var port: [UInt16] = []

    @Option(
        help: ArgumentHelp(
            "Of the broker's ports only what matches this too, e.g. 'host 10.0.0.7' (pcap-filter(7)); of tunnels their "
                + "outer packets.",
            valueName: "expression"))
    var filter: String?

    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            """
            Capture what is behind VLAN tags and MPLS labels and in tunnels, too: VXLAN and Geneve without what plainly is \
            TCP on other ports; all of MPLS, PPPoE, GRE, ERSPAN and IP in IP. VXLAN on unusual ports is not let through.
            """))
    var tunnels = true

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Bytes kept of each packet. Messages that are cut cannot be read to their end.", valueName: "bytes"))
    var snaplen = 262_144

    @Option(parsing: .unconditional, help: ArgumentHelp("The kernel's buffer for each interface.", valueName: "MiB"))
    var buffer = 32

    @Option(
        name: .customLong("for"), parsing: .unconditional,
        help: ArgumentHelp("End after this time, e.g. 90s, 10m.", valueName: "time"))
    var duration: Duration?

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: ArgumentHelp("End after so many packets.", valueName: "packets"))
    var count: Int?

    @Flag(inversion: .prefixedNo, help: "See the packets of others, where a mirror port sends them here.")
    var promiscuous = true

    @Option(
        help: ArgumentHelp(
            "Go on as this user once the interfaces are open; under sudo as who ran it, as root itself as novatrace, "
                + "tcpdump or nobody, the first that there is. root keeps root's rights.",
            valueName: "name"))
    var user: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Let the kernel refuse what a capture has no need for: programs, connections, other files (seccomp(2)).")
    var sandbox = true

    /// A length of time as a person gives it, at most a year.
    struct Duration: ExpressibleByArgument {
        let length: Nanoseconds

        private static let longest = Nanoseconds.seconds(366 * 86400)

        init(length: Nanoseconds) { self.length = length }

        var defaultValueDescription: String { "\(length.milliseconds / 60_000)m" }

        init?(argument: String) {
            guard let length = TimeBound.length(argument), (1...Self.longest).contains(length) else { return nil }
            self.length = length
        }
    }

    mutating func validate() throws {
        if let twice = interface.first(where: { name in interface.count { $0 == name } > 1 }) {
            throw ValidationError("--interface \(twice) is given twice")
        }
        if interface.contains("any"), interface.count > 1 {
            throw ValidationError("--interface any is all of them, and stands alone")
        }
        guard (68...262_144).contains(snaplen) else {
            throw ValidationError("--snaplen is between 68 and 262144 bytes, not \(snaplen)")
        }
        guard (1...1024).contains(buffer) else {
            throw ValidationError("--buffer is between 1 and 1024 MiB, not \(buffer)")
        }
        if let count, count < 1 { throw ValidationError("--count is at least 1, not \(count)") }
        if port.contains(0) { throw ValidationError("--port is between 1 and 65535, not 0") }
    }

    var ports: [UInt16] { port.isEmpty ? [5672] : port }

    var liveOptions: LiveOptions {
        var options = LiveOptions()
        options.snapLength = snaplen
        options.kernelBuffer = buffer << 20
        options.isPromiscuous = promiscuous
        options.filter = CaptureFilter(ports: ports, addition: filter, tunnels: tunnels)
        options.packetLimit = count
        options.duration = duration?.length
        return options
    }
}
