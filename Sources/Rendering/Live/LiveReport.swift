package import Trace

/// A value: what a capture came to, for the person who ended it.
package struct LiveReport: Sendable, LineWritable {
    /// What was captured on one interface.
    package struct Interface: Sendable {
        package var name: String
        package var received: Int
        package var droppedByKernel: Int
        package var droppedByInterface: Int

        package init(name: String, received: Int, droppedByKernel: Int, droppedByInterface: Int) {
            self.name = name
            self.received = received
            self.droppedByKernel = droppedByKernel
            self.droppedByInterface = droppedByInterface
        }
    }

    package var options: DiagramOptions
    /// Why it ended, e.g. `interrupted`.
    package var reason: String
    package var lasted: Nanoseconds
    package var interfaces: [Interface] = []
    package var messages = 0
    package var calls = 0
    package var openCalls = 0
    package var connections: [Connection] = []
    /// Further sentences: what was let go, lost, not shown.
    package var losses: [String] = []
    /// Files that were written, and the packets in them.
    package var files: [String] = []
    package var written = 0

    package init(options: DiagramOptions, reason: String, lasted: Nanoseconds) {
        self.options = options
        self.reason = reason
        self.lasted = lasted
    }

    package func write(to output: inout StyledOutput) {
        let glyphs = options.glyphs
        line(["capture ended: \(reason)", "after \(glyphs.duration(lasted))"], &output)
        for interface in interfaces {
            let drops = interface.droppedByKernel + interface.droppedByInterface
            line(
                [
                    "\(interface.name): \(counted(interface.received, "packet")) received",
                    "\(interface.droppedByKernel) dropped by the kernel",
                    "\(interface.droppedByInterface) by the interface",
                ], &output, drops > 0 ? .warning : .plain)
        }
        line(
            [
                counted(connections.count, "AMQP connection"),
                "\(byteCount(sum(\.bytesDecoded))) decoded", "\(byteCount(sum(\.bytesSkipped))) skipped",
                counted(sum(\.gaps), "gap"),
            ], &output, sum(\.bytesSkipped) > 0 || sum(\.gaps) > 0 ? .warning : .plain)
        line([counted(messages, "message"), counted(calls, "call"), "\(openCalls) open at the end"], &output)
        if !files.isEmpty {
            let names = files.count == 1 ? files[0] : "\(files.count) files, the last \(files[files.count - 1])"
            line(["\(counted(written, "packet")) written to \(names)"], &output)
        }
        for loss in losses { line([loss], &output, .warning) }
    }

    private func sum(_ figure: (Connection) -> Int) -> Int { connections.total(of: figure) }

    private func line(_ fields: [String], _ output: inout StyledOutput, _ style: TextStyle = .plain) {
        output.write(
            fields: fields, separator: options.glyphs.separator, width: options.cells, style, options.glyphs)
    }
}
