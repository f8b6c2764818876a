import Trace

/// A value: operations, one a line.
package struct OperationList: Sendable, LineWritable {
    let operations: [Operation]
    package let options: DiagramOptions

    package init(_ operations: [Operation], options: DiagramOptions = DiagramOptions()) {
        self.operations = operations
        self.options = options
    }

    package func write(to output: inout StyledOutput) {
        let glyphs = options.glyphs
        let isNarrow = options.cells < 100
        let isNarrowest = options.cells < 60
        let showsSteps = operations.contains { $0.stepReached != nil }
        var table = TextTable(
            [
                .init(title: isNarrow ? "started" : "started (UTC)"),
                .init(title: "kind", shrinksTo: isNarrowest ? 8 : nil), .init(title: "instance", shrinksTo: 8),
                .init(title: "uuid", shrinksTo: 9, keepsHead: true, isOptional: true),
                .init(title: "request", shrinksTo: 13, keepsHead: true, isOptional: true), .init(title: "outcome"),
                showsSteps ? .init(title: "step", shrinksTo: 8, keepsHead: true, isOptional: true) : nil,
                .init(title: "duration", alignment: .right, isOptional: true),
                .init(title: isNarrow ? "msgs" : "messages", alignment: .right, isOptional: true),
            ].compactMap { $0 }, glyphs: glyphs)
        for operation in operations {
            let time = String(operation.startedAt.clock.dropLast(isNarrowest ? 7 : 3))
            let others = operation.instances.count - 1
            var cells: [(String, TextStyle)] = [
                (isNarrow ? time : "\(operation.startedAt.calendarDate) \(time)", .faint),
                (operation.kind.rawValue, .strong),
                ((operation.instanceName ?? "-") + (others > 0 ? " +\(others)" : ""), .plain),
                (operation.instances.first ?? "-", .plain),
                (operation.requestID ?? "-", .plain),
                (operation.outcome.rawValue, TextStyle(outcome: operation.outcome.rawValue)),
                (glyphs.duration(operation.endedAt - operation.startedAt), .plain),
                (String(operation.messages.count), .plain),
            ]
            if showsSteps { cells.insert((operation.stepReached ?? "-", .plain), at: cells.count - 2) }
            table.append(cells)
        }
        table.write(to: &output, width: options.cells)
    }
}

extension Operation {
    /// The last step that was reached.
    var stepReached: String? { diagnosis?.step ?? steps.last { $0.status == .done }?.name }
}
