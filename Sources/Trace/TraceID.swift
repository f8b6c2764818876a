/// A value: which of its kind something in a trace is: its place in their list in a `BusTrace`, so that an id of one kind
/// is none of another.
///
/// While a trace is being made ids say in which order things came; `TraceOrigin` keeps them.
///
/// It is public for the sake of speed, as `InPlace` is.
@frozen
public struct TraceID<Element>: Hashable, Strideable, Sendable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// The place.
    public let index: Int

    /// The id of a place.
    @inlinable public init(_ index: Int) { self.index = index }

    /// A place that is written down.
    @inlinable public init(integerLiteral index: Int) { self.index = index }

    /// The number alone.
    @inlinable public var description: String { String(index) }

    /// Whether both are one place.
    @inlinable public static func == (left: Self, right: Self) -> Bool { left.index == right.index }

    /// Whether the first place comes before the second.
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.index < right.index }

    /// Adds the place.
    @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(index) }

    /// How many places lie from this one to the other.
    @inlinable public func distance(to other: Self) -> Int { other.index - index }

    /// The id so many places on.
    @inlinable public func advanced(by places: Int) -> Self { Self(index + places) }
}

package typealias MessageID = TraceID<Message>
package typealias ParticipantID = TraceID<Participant>
package typealias ConnectionID = TraceID<Connection>
package typealias CallID = TraceID<Call>
package typealias OperationID = TraceID<Operation>

extension Array where Element: Identifiable, Element.ID == TraceID<Element> {
    /// The ids of all of them.
    @inlinable public var ids: Range<TraceID<Element>> { TraceID(startIndex)..<TraceID(endIndex) }

    /// The one of that id.
    ///
    /// - Precondition: it is one of them.
    @inlinable public subscript(id: TraceID<Element>) -> Element {
        @inline(__always) _read { yield self[id.index] }
        @inline(__always) _modify { yield &self[id.index] }
    }

    /// Whether it is the id of one of them.
    @inlinable public func contains(_ id: TraceID<Element>) -> Bool { indices.contains(id.index) }

    /// The one of that id; `nil` where there is no id, and where it is none of them.
    @inlinable public subscript(ifKnown id: TraceID<Element>?) -> Element? {
        guard let id, contains(id) else { return nil }
        return self[id.index]
    }
}
