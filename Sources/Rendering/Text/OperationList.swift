import Trace

/// A value: operations, one a line.
package struct OperationList: Sendable {
    let operations: [Operation]
    let options: DiagramOptions

    package init(_ operations: [Operation], options: DiagramOptions = DiagramOptions()) {
        self.operations = operations
        self.options = options
    }

    package func write(to sink: @escaping OutputSink) {
        var output = StyledOutput(to: sink, color: options.color)
        write(to: &output)
        output.flush()
    }

    func write(to output: inout StyledOutput) {
        let glyphs = options.glyphs
        var table = TextTable(
            [
                .init(title: "started (UTC)"), .init(title: "kind"), .init(title: "instance", shrinksTo: 8),
                .init(title: "uuid", shrinksTo: 8), .init(title: "request", shrinksTo: 12),
                .init(title: "outcome"), .init(title: "duration", alignment: .right),
                .init(title: "messages", alignment: .right),
            ], glyphs: glyphs)
        for operation in operations {
            let others = operation.instances.count - 1
            table.append([
                ("\(operation.startedAt.calendarDate) \(operation.startedAt.clock.dropLast(3))", .faint),
                (operation.kind.rawValue, .strong), (operation.instanceName ?? "-", .plain),
                ((operation.instances.first ?? "-") + (others > 0 ? " +\(others)" : ""), .plain),
                (operation.requestID ?? "-", .plain),
                (operation.outcome.rawValue, TextStyle(outcome: operation.outcome.rawValue)),
                (glyphs.duration(operation.endedAt - operation.startedAt), .plain),
                (String(operation.messages.count), .plain),
            ])
        }
        table.write(to: &output, width: options.cells)
    }
}
