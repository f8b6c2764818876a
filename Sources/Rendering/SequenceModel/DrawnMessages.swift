extension DiagramSeries {
    /// The messages that are drawn, background included where it is shown: indexes into `BusTrace.messages`.
    ///
    /// Costs as much as making the diagrams.
    package var drawnMessages: Set<Int> {
        var messages = Set<Int>()
        forEach { messages.formUnion($0.diagram.arrows.flatMap(\.messages)) }
        return messages
    }
}

extension SequenceDiagram {
    /// Its arrows, in the order in which they are drawn.
    var arrows: [SequenceArrow] {
        events.compactMap { event in
            if case .arrow(let arrow) = event.content { arrow } else { nil }
        }
    }
}
