/// A value in a place of its own.
///
/// It is changed where it lies: the payload of an enum is moved out and in for every change, which of a large one costs
/// more than the change. What few of very many values have is optional, and takes 8 bytes of those that have none.
///
/// It is public for the sake of speed: what is of the package alone is called in other targets, not compiled into them.
@frozen public struct InPlace<Value: Sendable>: Sendable {
    @usableFromInline var storage: [Value]

    /// Gives the value its place.
    @inlinable public init(_ value: Value) {
        storage = [value]
    }

    /// The value where it lies.
    @inlinable public var value: Value {
        _read { yield storage[0] }
        _modify { yield &storage[0] }
    }
}
