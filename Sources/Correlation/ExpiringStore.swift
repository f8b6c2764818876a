import Trace

/// A machine that keeps values under ids that only grow, and lets the oldest go from the front.
///
/// Values lie in blocks of fixed size, so that none moves when others come or go, and each can be read and changed where
/// it lies. What was let go leaves a vacant value in its place until the whole block is.
struct ExpiringStore<Value: Sendable>: Sendable {
    typealias ID = TraceID<Value>

    private static var blockSize: Int { 256 }

    private var blocks: [[Value]] = []
    /// A block that was let go: its memory is the next one's.
    private var spare: [Value] = []
    /// Index of the first block whose values are not all gone; those before it are empty.
    private var head = 0
    /// Blocks that were taken out of `blocks`.
    private var forgotten = 0
    /// The id of the oldest value that is kept.
    private(set) var first: ID = 0
    /// The id that the next value gets.
    private(set) var nextID: ID = 0

    private let vacant: Value

    init(vacant: Value) {
        self.vacant = vacant
    }

    var count: Int { nextID.index - first.index }

    /// Those of all that are kept.
    var ids: Range<ID> { first..<nextID }

    mutating func append(_ value: Value) {
        let block = nextID.index / Self.blockSize - forgotten
        if block == blocks.count {
            var new: [Value] = []
            swap(&new, &spare)
            new.reserveCapacity(Self.blockSize)
            blocks.append(new)
        }
        blocks[block].append(value)
        nextID = nextID.advanced(by: 1)
    }

    func contains(_ id: ID) -> Bool {
        id >= first && id < nextID
    }

    /// - Precondition: the value is still kept.
    subscript(id: ID) -> Value {
        _read { yield blocks[id.index / Self.blockSize - forgotten][id.index % Self.blockSize] }
        _modify { yield &blocks[id.index / Self.blockSize - forgotten][id.index % Self.blockSize] }
    }

    mutating func removeOldest() -> Value? {
        guard count > 0 else { return nil }
        var value = vacant
        swap(&value, &self[first])
        first = first.advanced(by: 1)
        if first.index % Self.blockSize == 0 { dropBlock() }
        return value
    }

    private mutating func dropBlock() {
        spare = []
        swap(&spare, &blocks[head])
        spare.removeAll(keepingCapacity: true)
        head += 1
        guard head > blocks.count / 2 else { return }
        blocks.removeFirst(head)
        forgotten += head
        head = 0
    }
}
