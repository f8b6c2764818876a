package import Trace

/// A value: operations, one a line.
package struct OperationList: Sendable, LineWritable {
    let operations: [Operation]
    /// Of each operation the virtual host that it got to, and how many others; empty where none need be told apart.
    let virtualHosts: [OperationID: String]
    package let options: DiagramOptions

    package init(
        _ operations: [Operation], virtualHosts: [OperationID: String] = [:], options: DiagramOptions = DiagramOptions()
    ) {
        self.operations = operations
        self.virtualHosts = virtualHosts
        self.options = options
    }

    package func write(to output: inout StyledOutput) {
        let glyphs = options.glyphs
        let isNarrow = options.cells < 100
        let isNarrowest = options.cells < 60
        // A name says which it is.
        let isNamed = operations.allSatisfy { $0.instances.isEmpty || $0.instanceName != nil }
        let showsSteps = operations.contains { $0.stepReached != nil }
        var table = TextTable(
            [
                .init(title: isNarrow ? "started" : "started (UTC)"),
                .init(title: "kind", shrinksTo: isNarrowest ? 8 : nil), .init(title: "instance", shrinksTo: 8),
                .init(title: "uuid", shrinksTo: 9, keepsHead: true, isOptional: true, goesFirst: isNamed),
                .init(title: "request", shrinksTo: 13, keepsHead: true, isOptional: true), .init(title: "outcome"),
                virtualHosts.isEmpty ? nil : .init(title: "vhost", shrinksTo: 10, isOptional: true),
                showsSteps ? .init(title: "step", shrinksTo: 8, keepsHead: true, isOptional: true) : nil,
                .init(title: "duration", alignment: .right, isOptional: true),
                .init(title: isNarrow ? "msgs" : "messages", alignment: .right, isOptional: true),
            ].compactMap { $0 }, glyphs: glyphs)
        for operation in operations {
            let time = String(operation.startedAt.clock.dropLast(isNarrow ? 7 : 3))
            let others = operation.instances.count - 1
            var cells: [(String, TextStyle)] = [
                (isNarrow ? time : "\(operation.startedAt.calendarDate) \(time)", .faint),
                (operation.kind.rawValue, .strong),
                ((operation.instanceName ?? "-") + (others > 0 ? " +\(others)" : ""), .plain),
                (operation.instances.first ?? "-", .plain),
                (operation.requestID ?? "-", .plain),
                (operation.outcome.rawValue, TextStyle(outcome: operation.outcome.rawValue)),
                (glyphs.duration(of: operation), .plain),
                (String(operation.messages.count), .plain),
            ]
            if !virtualHosts.isEmpty {
                cells.insert((virtualHosts[operation.id] ?? "-", .plain), at: cells.count - 2)
            }
            if showsSteps { cells.insert((operation.stepReached ?? "-", .plain), at: cells.count - 2) }
            table.append(cells)
        }
        table.write(to: &output, width: options.cells)
    }
}

extension BusTrace {
    /// Of each operation the virtual host in which its messages passed last, and how many others they passed in, where
    /// there are several.
    package var virtualHostsOfOperations: [OperationID: String] {
        guard capture.virtualHosts.count > 1 else { return [:] }
        var names: [OperationID: String] = [:]
        for operation in operations {
            let hosts = virtualHosts(of: operation)
            // The last one is where it got to.
            guard let last = hosts.last else { continue }
            names[operation.id] = hosts.count > 1 ? "\(last) +\(hosts.count - 1)" : last
        }
        return names
    }
}

extension Operation {
    /// The last step that was reached.
    var stepReached: String? { diagnosis?.step ?? steps.last { $0.status == .done }?.name }
}
