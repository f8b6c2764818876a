/// A value: what is said of a network interface in a table.
package struct InterfaceRow: Sendable, Equatable {
    package var name: String
    /// `up`, `down`, `no link`, and what kind it is of.
    package var state: [String]
    package var addresses: [String]
    package var description: String?
    package var isUp: Bool
    package var isDefault: Bool

    package init(
        name: String, state: [String], addresses: [String], description: String? = nil, isUp: Bool, isDefault: Bool
    ) {
        self.name = name
        self.state = state
        self.addresses = addresses
        self.description = description
        self.isUp = isUp
        self.isDefault = isDefault
    }
}

/// A value: network interfaces, one a line, in the order given; the default has a mark and its reason below.
///
/// ```
///    interface  state         addresses               description
/// *  eth0       up            10.0.0.5, fe80::5054:1
///    any        up                                    Pseudo-device that captures on all interfaces
///    lo         up, loopback  127.0.0.1, ::1
///
/// * taken without -i: 3 connections to port 5672 on eth0
/// ```
package struct InterfaceTable: Sendable, LineWritable {
    let interfaces: [InterfaceRow]
    /// Why the default is the default.
    let reason: String
    package let options: DiagramOptions

    package init(_ interfaces: [InterfaceRow], reason: String, options: DiagramOptions = DiagramOptions()) {
        self.interfaces = interfaces
        self.reason = reason
        self.options = options
    }

    package func write(to output: inout StyledOutput) {
        let glyphs = options.glyphs
        var table = TextTable(
            [
                .init(title: ""), .init(title: "interface"), .init(title: "state", shrinksTo: 4, keepsHead: true),
                .init(title: "addresses", shrinksTo: 12, keepsHead: true),
                .init(title: "description", shrinksTo: 12, keepsHead: true, isOptional: true),
            ], glyphs: glyphs)
        for interface in interfaces {
            table.append([
                (interface.isDefault ? "*" : " ", .strong),
                (interface.name, interface.isUp ? .strong : .faint),
                (interface.state.joined(separator: ", "), interface.isUp ? .state : .faint),
                (interface.addresses.joined(separator: ", "), .plain),
                (interface.description ?? "", .faint),
            ])
        }
        table.write(to: &output, width: options.cells)
        guard interfaces.contains(where: \.isDefault) else { return }
        output.endLine()
        for line in glyphs.text("* taken without -i: \(reason)").wrapped(to: options.cells) { output.line(line) }
    }
}
