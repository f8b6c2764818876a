package import Diagnosis
package import Trace

/// A value: what `connections` prints: of each broker who is connected to it, then what went wrong and who fell silent.
///
///     10.0.0.11:5672  RabbitMQ 3.12.1  cluster rabbit@ctl1  12 connections  user nova  virtual host /
///     client                    conns  opened    last seen  closed                  sent  received  trouble
///     nova-compute@cmp1 (4711)      3  10:00:01  10:02:11   10:02:11 by broker: 320    17        23  blocked
///
/// Connections of one client that are alike stand in one row; expanded, each has its own, and a second line with
/// addresses, client, bytes, heartbeat. User, virtual host and trouble are columns where they tell connections apart.
/// Times are of the day in UTC.
package struct ConnectionsReport: Sendable, LineWritable {
    let trace: BusTrace
    let connections: [Connection]
    private let troubles: TroubleReport
    private let notes: NoteLines
    private let clients: ClientNames
    /// Participants that fell silent.
    private let silent: Set<ParticipantID>
    package let options: DiagramOptions

    /// - Parameters:
    ///   - selection: the connections to list, what went wrong with those, and who of their clients fell silent.
    ///   - proseWidth: cells of a line of text, where the table may be wider.
    package init(
        _ trace: BusTrace, _ selection: ConnectionSelection, options: DiagramOptions = DiagramOptions(),
        proseWidth: Int? = nil
    ) {
        self.trace = trace
        self.options = options
        connections = selection.connections
        clients = ClientNames(trace)
        silent = Set(selection.silent.map(\.participant))
        var prose = options
        prose.width = min(options.width, proseWidth ?? options.width)
        troubles = TroubleReport(
            troubles: selection.troubles, silent: selection.silent, advice: [], options: prose)
        notes = NoteLines(
            trace.capture.qualityNotes + trace.capture.networkNotes, isFirst: selection.isEmpty, options: prose)
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
        notes.write(to: &output)
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
        let rows = rows(of: members)
        let showsUsers = differs(members, \.handshake?.user)
        let showsHosts = differs(members, \.virtualHost)
        let showsCounts = rows.contains { $0.count > 1 }
        let showsTrouble = rows.contains { !marks(of: $0[0]).isEmpty }
        let columns: [TextTable.Column?] = [
            .init(title: "client", shrinksTo: 16),
            showsCounts ? .init(title: "conns", alignment: .right) : nil,
            showsUsers ? .init(title: "user", shrinksTo: 6, keepsHead: true, isOptional: isNarrow) : nil,
            showsHosts ? .init(title: isNarrow ? "vhost" : "virtual host", shrinksTo: 8, keepsHead: true) : nil,
            .init(title: "opened"), .init(title: isNarrow ? "last" : "last seen", isOptional: isNarrow),
            .init(title: "closed", shrinksTo: 17, keepsHead: true),
            .init(title: "sent", alignment: .right), .init(title: isNarrow ? "rcvd" : "received", alignment: .right),
            showsTrouble ? .init(title: "trouble", shrinksTo: 9, keepsHead: true) : nil,
        ]
        var table = TextTable(columns.compactMap(\.self), glyphs: options.glyphs)
        table.noteWidth = notes.options.cells
        for row in rows {
            let first = row[0]
            var cells: [(String, TextStyle)] = [(name(of: row), .plain)]
            if showsCounts { cells.append((String(row.count), .plain)) }
            if showsUsers { cells.append((first.handshake?.user ?? "-", .plain)) }
            if showsHosts { cells.append((first.virtualHost ?? "-", .plain)) }
            cells += [
                (opened(row, isNarrow), .faint), (row.compactMap(\.lastSeen).max().map(clock) ?? "-", .faint),
                closed(row, isNarrow), (String(row.total(of: \.messagesSent)), .plain),
                (String(row.total(of: \.messagesReceived)), .plain),
            ]
            if showsTrouble { cells.append((marks(of: first).joined(separator: ", "), .failure)) }
            table.append(cells)
            if options.expand { table.append(note: details(of: first), style: .faint) }
        }
        return table
    }

    /// Connections that are alike, those of a row; expanded, each has its own.
    private func rows(of members: [Connection]) -> [[Connection]] {
        let sorted = members.sorted(by: precedes)
        guard !options.expand else { return sorted.map { [$0] } }
        var rows: [[Connection]] = []
        var places: [[String]: Int] = [:]
        for connection in sorted {
            let alike =
                [
                    clients.isNamed(connection) ? name(of: connection) : ClientNames.place(of: connection),
                    connection.handshake?.user ?? "", connection.virtualHost ?? "",
                    connection.openedAt == nil ? "before" : "", connection.end == nil ? "open" : connection.endWords,
                    "\(isFailure(connection))",
                ] + marks(of: connection)
            if let place = places[alike] {
                rows[place].append(connection)
            } else {
                places[alike] = rows.count
                rows.append([connection])
            }
        }
        return rows
    }

    /// What is wrong with it beside how it ended.
    private func marks(of connection: Connection) -> [String] {
        var marks: [String] = []
        if let last = connection.blocked.last { marks.append(last.until == nil ? "blocked" : "was blocked") }
        if !connection.cancelled.isEmpty { marks.append("cancelled") }
        for code in Set(connection.channelClosings.map(\.code)).sorted() { marks.append("channel: \(code)") }
        if let participant = connection.participant, silent.contains(participant) { marks.append("silent") }
        if connection.packetsCut > 0 { marks.append("cut") }
        if connection.gaps > 0 { marks.append("gaps") }
        if connection.oneSided { marks.append("one-sided") }
        return marks
    }

    /// By name, those of one client in the order in which they were opened; those without a name last.
    private func precedes(_ left: Connection, _ right: Connection) -> Bool {
        let (isNamed, isOtherNamed) = (clients.isNamed(left), clients.isNamed(right))
        guard isNamed == isOtherNamed else { return isNamed }
        let (one, other) = (name(of: left), name(of: right))
        return one == other ? left.id < right.id : naturallyPrecedes(one, other)
    }

    private func name(of connection: Connection) -> String {
        guard let label = clients.label(of: connection),
            clients.isNamed(connection) || connection.proxiedClient == nil
        else { return ClientNames.endpoint(of: connection) }
        let participant = trace.participants[ifKnown: connection.participant]
        // The virtual host has a column of its own.
        let suffix = participant?.virtualHost.map { " (\($0))" } ?? ""
        let name = !suffix.isEmpty && label.hasSuffix(suffix) ? String(label.dropLast(suffix.count)) : label
        return (participant?.pid).map { name.hasSuffix(":\($0)") ? name : "\(name) (\($0))" } ?? name
    }

    /// Several without a name are called by their address.
    private func name(of row: [Connection]) -> String {
        row.count > 1 && !clients.isNamed(row[0]) ? ClientNames.place(of: row[0]) : name(of: row[0])
    }

    /// Of several when the first was opened.
    private func opened(_ row: [Connection], _ isNarrow: Bool) -> String {
        let times = row.compactMap(\.openedAt).map(clock)
        guard let first = times.min() else { return "before" }
        return isNarrow || times.allSatisfy { $0 == first } ? first : "from \(first)"
    }

    private func isFailure(_ connection: Connection) -> Bool {
        guard let end = connection.end else { return false }
        if end.kind == .finished, end.mayHaveBeenClosed { return false }
        return end.isLoss && end.by != .client || end.kind == .reset || connection.isAbandoned
    }

    /// Of several when the last ended.
    private func closed(_ row: [Connection], _ isNarrow: Bool) -> (String, TextStyle) {
        let times = row.compactMap(\.end?.at).map(clock)
        guard let last = times.max() else { return ("open", .plain) }
        let isOne = isNarrow || times.allSatisfy { $0 == last }
        return ("\(isOne ? "" : "until ")\(last) \(row[0].endWords)", isFailure(row[0]) ? .failure : .faint)
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
                ClientNames.endpoint(of: connection), product.isEmpty ? nil : product, connection.protocolName,
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
