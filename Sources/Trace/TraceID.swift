/// A value: which of its kind something in a trace is: its place in their list in a `BusTrace`, so that an id of one kind
/// is none of another.
///
/// While a trace is being made ids say in which order things came; `TraceOrigin` keeps them.
@usableFromInline
package struct TraceID<Element>: Hashable, Strideable, Sendable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    @usableFromInline package let index: Int

    @inlinable package init(_ index: Int) { self.index = index }

    @inlinable package init(integerLiteral index: Int) { self.index = index }

    /// The number alone.
    @inlinable package var description: String { String(index) }

    @inlinable package static func == (left: Self, right: Self) -> Bool { left.index == right.index }

    @inlinable package static func < (left: Self, right: Self) -> Bool { left.index < right.index }

    @inlinable package func hash(into hasher: inout Hasher) { hasher.combine(index) }

    @inlinable package func distance(to other: Self) -> Int { other.index - index }

    @inlinable package func advanced(by places: Int) -> Self { Self(index + places) }
}

package typealias MessageID = TraceID<Message>
package typealias ParticipantID = TraceID<Participant>
package typealias ConnectionID = TraceID<Connection>
package typealias CallID = TraceID<Call>
package typealias OperationID = TraceID<Operation>

extension Array where Element: Identifiable, Element.ID == TraceID<Element> {
    /// The ids of all of them.
    @inlinable package var ids: Range<TraceID<Element>> { TraceID(startIndex)..<TraceID(endIndex) }

    /// - Precondition: it is one of them.
    @inlinable package subscript(id: TraceID<Element>) -> Element {
        _read { yield self[id.index] }
        _modify { yield &self[id.index] }
    }

    @inlinable package func contains(_ id: TraceID<Element>) -> Bool { indices.contains(id.index) }

    /// `nil` where there is no id, and where it is none of them.
    @inlinable package subscript(ifKnown id: TraceID<Element>?) -> Element? {
        guard let id, contains(id) else { return nil }
        return self[id.index]
    }
}
