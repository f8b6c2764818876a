import ArgumentParser
import Capture
import LocalMachine
import Rendering

/// `novatrace interfaces`: what can be captured on.
struct InterfacesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interfaces",
        abstract: "List the network interfaces that can be captured on.",
        discussion: """
            The one that capture takes without -i is marked: that which carries connections to the message bus of this \
            machine, else all at once. No privileges are needed to list them, only to capture.

            EXAMPLES
              novatrace interfaces
              novatrace interfaces --port 5673            where the bus has another port
            """)

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A port of the message bus; may be given again. 5672 by default.", valueName: "port"))
    var port: [UInt16] = []

    @Flag(name: .long, help: "Devices without packets of a network too: Bluetooth, USB, D-Bus, the firewall's log.")
    var all = false

    @Flag(help: "Only ASCII characters.")
    var ascii = false

    func run() throws {
        let interfaces = try InterfaceList.all()
        let choice = BusInterface.choose(ports: port.isEmpty ? [5672] : port, interfaces: interfaces)
        let shown = interfaces.filter { all || $0.isCapturable }
        let rows = shown.map { InterfaceRow($0, isDefault: $0.name == choice.name) }
        let ordered = rows.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
        var options = DiagramOptions()
        options.width = Terminal.width.map { max(40, min($0, 1000)) } ?? 1000
        options.ascii = ascii
        options.color = Terminal.wantsColor
        let table = InterfaceTable(ordered.map(\.element), reason: choice.reason, options: options)
        try ResultOutput.standard.collect { table.write(to: $0) }
    }
}

extension InterfaceRow {
    fileprivate init(_ interface: CaptureInterface, isDefault: Bool) {
        var state = [interface.isUp ? "up" : "down"]
        if interface.isUp, !interface.isRunning || interface.connection == .disconnected { state.append("no link") }
        if interface.isLoopback { state.append("loopback") }
        if interface.isWireless { state.append("wireless") }
        self.init(
            name: interface.name, state: state, addresses: interface.addresses, description: interface.description,
            isUp: interface.isUp, isDefault: isDefault)
    }

    /// The default first, then what is up, with addresses before without; libpcap's order among equals.
    fileprivate var rank: Int {
        if isDefault { return 0 }
        if !isUp { return 3 }
        return addresses.isEmpty && name != CaptureInterface.any ? 2 : 1
    }
}
