import Trace
import Workflows

/// A value: what `connections` prints: of each broker who is connected to it, then what went wrong and who fell silent.
///
///     10.0.0.11:5672  RabbitMQ 3.12.1  cluster rabbit@ctl1  12 connections  user nova  virtual host /
///     client                    opened    last seen  closed                   sent  received
///     nova-compute@cmp1 (4711)  10:00:01  10:02:11   10:02:11 by broker: 320    17        23
///
/// User and virtual host are columns where they are not the same of all. Times are of the day in UTC. Expanded, each connection has a second line with addresses, client, bytes, heartbeat.
package struct ConnectionsReport: Sendable, LineWritable {
    let trace: BusTrace
    let connections: [Connection]
    private let troubles: TroubleReport
    private let clients: ClientNames
    package let options: DiagramOptions

    /// - Parameters:
    ///   - connections: those to list.
    ///   - selection: what went wrong, and who fell silent, of those.
    package init(_ trace: BusTrace, _ selection: ConnectionSelection, options: DiagramOptions = DiagramOptions()) {
        self.trace = trace
        self.options = options
        connections = selection.connections
        clients = ClientNames(trace)
        troubles = TroubleReport(
            troubles: selection.troubles, silent: selection.silent, advice: [], options: options)
    }

    package func write(to output: inout StyledOutput) {
        var isFirst = true
        for (server, members) in byServer {
            if !isFirst { output.endLine() }
            isFirst = false
            heading(of: server, members, to: &output)
            table(of: members).write(to: &output, width: options.cells)
        }
        if !troubles.isEmpty, !isFirst { output.endLine() }
        troubles.write(to: &output)
    }

    private var byServer: [(server: String, members: [Connection])] {
        Dictionary(grouping: connections, by: \.server).sorted { naturallyPrecedes($0.key, $1.key) }
            .map { ($0.key, $0.value) }
    }

    private func heading(of server: String, _ members: [Connection], to output: inout StyledOutput) {
        let handshake = members.lazy.compactMap(\.handshake).first { $0.serverProduct != nil }
        let product = [handshake?.serverProduct, handshake?.serverVersion].compactMap(\.self)
        let fields =
            [
                server, product.joined(separator: " "), handshake?.cluster.map { "cluster \($0)" } ?? "",
                counted(members.count, "connection"), common("user", members, \.handshake?.user),
                common("virtual host", members, \.virtualHost),
            ].filter { !$0.isEmpty }
        output.write(fields: fields, separator: "  ", width: options.cells, .strong, options.glyphs)
    }

    /// What is the same of all; where it is not known of some, that is said. Nothing where it differs.
    private func common(
        _ title: String, _ members: [Connection], _ property: (Connection) -> String?
    ) -> String {
        guard let value = members.lazy.compactMap(property).first, !differs(members, property) else { return "" }
        return "\(title) \(value)" + (members.allSatisfy { property($0) != nil } ? "" : " (where known)")
    }

    /// Whether it has to be said of each.
    private func differs(_ members: [Connection], _ property: (Connection) -> String?) -> Bool {
        Set(members.lazy.compactMap(property)).count > 1
    }

    // MARK: The table

    private func table(of members: [Connection]) -> TextTable {
        let isNarrow = options.cells < 100
        let showsUsers = differs(members, \.handshake?.user)
        let showsHosts = differs(members, \.virtualHost)
        // With them there is no room for it on a narrow terminal; it is among the details.
        let showsLast = !isNarrow || !showsUsers && !showsHosts
        let columns: [TextTable.Column?] = [
            .init(title: "client", shrinksTo: 16),
            showsUsers ? .init(title: "user", shrinksTo: 6, keepsHead: true, isOptional: isNarrow) : nil,
            showsHosts ? .init(title: isNarrow ? "vhost" : "virtual host", shrinksTo: 8, keepsHead: true) : nil,
            .init(title: "opened"),
            showsLast ? .init(title: isNarrow ? "last" : "last seen") : nil,
            .init(title: "closed", shrinksTo: 17, keepsHead: true),
            .init(title: "sent", alignment: .right), .init(title: isNarrow ? "rcvd" : "received", alignment: .right),
        ]
        var table = TextTable(columns.compactMap(\.self), glyphs: options.glyphs)
        for connection in members.sorted(by: precedes) {
            var cells: [(String, TextStyle)] = [(name(of: connection), .plain)]
            if showsUsers { cells.append((connection.handshake?.user ?? "-", .plain)) }
            if showsHosts { cells.append((connection.virtualHost ?? "-", .plain)) }
            cells.append((opened(connection), .faint))
            if showsLast { cells.append((connection.lastSeen.map(clock) ?? "-", .faint)) }
            cells += [
                closed(connection), (String(connection.messagesSent), .plain),
                (String(connection.messagesReceived), .plain),
            ]
            table.append(cells)
            if options.expand { table.append(note: details(of: connection), style: .faint) }
        }
        return table
    }

    /// By name, those of one client in the order in which they were opened; those without a name last.
    private func precedes(_ left: Connection, _ right: Connection) -> Bool {
        let (isNamed, isOtherNamed) = (clients.isNamed(left), clients.isNamed(right))
        guard isNamed == isOtherNamed else { return isNamed }
        let (one, other) = (name(of: left), name(of: right))
        return one == other ? left.id < right.id : naturallyPrecedes(one, other)
    }

    private func name(of connection: Connection) -> String {
        guard let label = clients.label(of: connection) else { return connection.client }
        let participant = connection.participant.flatMap {
            trace.participants.indices.contains($0) ? trace.participants[$0] : nil
        }
        // The virtual host has a column of its own.
        let suffix = participant?.virtualHost.map { " (\($0))" } ?? ""
        let name = !suffix.isEmpty && label.hasSuffix(suffix) ? String(label.dropLast(suffix.count)) : label
        return (participant?.pid).map { name.hasSuffix(":\($0)") ? name : "\(name) (\($0))" } ?? name
    }

    private func opened(_ connection: Connection) -> String { connection.openedAt.map(clock) ?? "before" }

    private func closed(_ connection: Connection) -> (String, TextStyle) {
        guard let end = connection.end else { return ("open", .plain) }
        let isFailure = end.isLoss && end.by != .client || end.kind == .reset || connection.isAbandoned
        let style: TextStyle = isFailure ? .failure : .faint
        return ("\(clock(end.at)) \(connection.endWords)", style)
    }

    private func details(of connection: Connection) -> String {
        let handshake = connection.handshake
        let product = [handshake?.product, handshake?.productVersion].compactMap(\.self).joined(separator: " ")
        let heartbeat = handshake?.heartbeat.map { $0 == 0 ? "no heartbeat" : "heartbeat \($0) s" }
        let heard = [
            connection.lastSeenClient.map { "client heard \(clock($0))" },
            connection.lastSeenServer.map { "broker heard \(clock($0))" },
        ].compactMap(\.self)
        let fields: [String?] =
            [
                connection.client, product.isEmpty ? nil : product, connection.protocolName,
                "\(byteCount(connection.bytesSent)) sent", "\(byteCount(connection.bytesReceived)) received", heartbeat,
            ] + heard.map(Optional.some) + [connection.end.flatMap(\.text)]
        return fields.compactMap(\.self).joined(separator: options.glyphs.separator)
    }

    private func clock(_ time: Timestamp) -> String { String(time.clock.prefix(8)) }
}

extension Connection {
    /// When anything of either end came last.
    var lastSeen: Timestamp? { [lastSeenClient, lastSeenServer].compactMap(\.self).max() }

    /// `by client`, `by broker: 320`; of TCP alone `FIN by broker`, `RST by client`.
    fileprivate var endWords: String {
        guard let end else { return "" }
        let by = end.by.map { " by \($0.rawValue)" } ?? ""
        switch end.kind {
        case .closed: return (end.isRegular ? by : by + (end.code.map { ": \($0)" } ?? "")).trimmingStart()
        case .finished: return "FIN\(by)"
        case .reset: return "RST\(by)"
        case .replaced: return "end not seen"
        case .silent: return "no packet since"
        }
    }
}

extension String {
    fileprivate func trimmingStart() -> String { String(drop { $0 == " " }) }
}
