package import Trace

/// A value: the diagrams of several operations, in order: of one request what its operations share, then each of them.
///
/// Without a selection, operations of a request that share messages and went the same way are drawn once.
package struct DiagramSeries: Sendable {
    /// A value: one diagram of the series.
    package struct Entry: Sendable {
        package var diagram: SequenceDiagram
        /// The operation with the messages that are drawn; its `id` is that of the first where several share them.
        package var operation: Operation
        /// Whether it holds what several operations share.
        package var isShared: Bool
        /// The operations that went the same way and are not drawn: their names.
        package var alike: [String] = []
        /// What it is called beside those; `nil` where its own name does.
        var name: String?

        /// Names the operations that are not drawn, without the full stop; `nil` where all are.
        package var alikeSentence: String? {
            alike.isEmpty ? nil : "the same messages as \(name ?? operation.name): \(alike.joined(separator: ", "))"
        }
    }

    private let trace: BusTrace
    private let isSelection: Bool
    private let options: DiagramOptions
    /// The operations that are told.
    package let operations: [Operation]
    private let names: OperationNames
    private let told: [String]?

    /// - Parameter told: what is told of the whole capture beside the diagrams; `nil` for nothing.
    package init(
        _ trace: BusTrace, operations selection: [OperationID]? = nil, options: DiagramOptions = DiagramOptions(),
        told: [String]? = nil
    ) {
        self.told = told
        self.trace = trace
        self.options = options
        isSelection = selection != nil
        operations = trace.operationsToTell(selection)
        names = OperationNames(trace.operations)
    }

    /// The most messages that are drawn; those that several operations share count once.
    package var messageCount: Int {
        var seen = Set<MessageID>()
        for operation in operations { seen.formUnion(operation.messages) }
        return seen.count
    }

    /// Visits the diagrams one at a time: nothing holds them all.
    package func forEach<Failure: Error>(_ visit: (Entry) throws(Failure) -> Void) throws(Failure) {
        let builder = SequenceBuilder(trace, options: options, told: told)
        var room = BackgroundRoom(builder)
        for group in RequestGroup.groups(of: operations) {
            if let shared = group.shared {
                let diagram = builder.diagram(of: shared, isPart: true, background: room.left)
                room.take(shared)
                try visit(Entry(diagram: diagram, operation: shared, isShared: true))
            }
            for var entry in entries(of: group, builder, room) {
                // Once more where stories were compared: the diagrams of a large request are not held all at once.
                entry.diagram = builder.diagram(of: entry.operation, background: room.left)
                entry.diagram.header.counts.shared = group.shared?.messages.count ?? 0
                room.take(entry.operation)
                try visit(entry)
            }
        }
    }

    /// Each operation of a group, or one for each story, without their events.
    private func entries(of group: RequestGroup, _ builder: SequenceBuilder, _ room: BackgroundRoom) -> [Entry] {
        var room = room
        var entries: [Entry] = []
        var places: [Set<String>: Int] = [:]
        for operation in group.own {
            let empty = SequenceDiagram(header: SequenceHeader(operation), startedAt: operation.startedAt)
            var entry = Entry(diagram: empty, operation: operation, isShared: false)
            entry.name = names.name(of: operation)
            guard !isSelection, group.shared != nil else {
                entries.append(entry)
                continue
            }
            let story = builder.diagram(of: operation, background: room.left).story
            room.take(operation)
            if let place = places[story] {
                entries[place].alike.append(names.name(of: operation))
            } else {
                places[story] = entries.count
                entries.append(entry)
            }
        }
        return entries
    }
}

/// A machine that knows how much background traffic may still be drawn: operations that go on at once have the same.
private struct BackgroundRoom {
    private let builder: SequenceBuilder
    private(set) var left = Limits.backgroundMessages

    init(_ builder: SequenceBuilder) {
        self.builder = builder
    }

    /// A diagram of an operation was made.
    mutating func take(_ operation: Operation) {
        let count = builder.backgroundCount(of: operation)
        if builder.options.showsBackground, count <= left { left -= count }
    }
}
