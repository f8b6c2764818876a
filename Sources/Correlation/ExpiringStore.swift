import Trace

/// A machine that keeps values under ids that only grow, and lets the oldest go from the front.
///
/// Values lie in blocks of fixed size, so that none moves when others come, and each can be read and changed where it
/// lies. None is ever copied: the oldest block is turned round before the first of it goes, so that the oldest value is its
/// last, and is moved out from there.
struct ExpiringStore<Value: Sendable>: Sendable {
    typealias ID = TraceID<Value>

    private static var blockSize: Int { 256 }

    /// All that are kept but the newest are full, less what went of the oldest.
    private var blocks: [[Value]] = []
    /// A block that was let go: its memory is the next one's.
    private var spare: [Value] = []
    /// Index of the oldest block; those before it are empty.
    private var head = 0
    /// Whether the oldest block begins with its newest value.
    private var isTurned = false
    /// Blocks that were taken out of `blocks`.
    private var forgotten = 0
    /// The id of the oldest value that is kept.
    private(set) var first: ID = 0
    /// The id that the next value gets.
    private(set) var nextID: ID = 0

    var count: Int { nextID.index - first.index }

    /// Those of all that are kept.
    var ids: Range<ID> { first..<nextID }

    mutating func append(_ value: consuming Value) {
        let block = nextID.index / Self.blockSize - forgotten
        if block == blocks.count {
            var new: [Value] = []
            swap(&new, &spare)
            new.reserveCapacity(Self.blockSize)
            blocks.append(new)
        }
        if block == head, isTurned { turn() }
        blocks[block].append(value)
        nextID = nextID.advanced(by: 1)
    }

    func contains(_ id: ID) -> Bool {
        id >= first && id < nextID
    }

    /// - Precondition: the value is still kept.
    subscript(id: ID) -> Value {
        @inline(__always) _read {
            let place = place(of: id)
            yield blocks[place.block][place.index]
        }
        @inline(__always) _modify {
            let place = place(of: id)
            yield &blocks[place.block][place.index]
        }
    }

    /// Lends a value for a change.
    ///
    /// - Precondition: it is still kept.
    mutating func change<Result>(_ id: ID, _ body: (inout Value) -> Result) -> Result { body(&self[id]) }

    private func place(of id: ID) -> (block: Int, index: Int) {
        let block = id.index / Self.blockSize - forgotten
        guard block == head else { return (block, id.index % Self.blockSize) }
        let age = id.index - first.index
        return (block, isTurned ? blocks[block].count - 1 - age : age)
    }

    /// Moves the oldest value out.
    ///
    /// - Precondition: one is kept.
    mutating func takeOldest() -> Value {
        if !isTurned { turn() }
        let value = blocks[head].removeLast()
        first = first.advanced(by: 1)
        if first.index % Self.blockSize == 0 { dropBlock() }
        return value
    }

    /// Value by value, since `reverse` copies each.
    private mutating func turn() {
        var block: [Value] = []
        swap(&block, &spare)
        block.reserveCapacity(Self.blockSize)
        while !blocks[head].isEmpty { block.append(blocks[head].removeLast()) }
        swap(&block, &blocks[head])
        swap(&block, &spare)
        isTurned.toggle()
    }

    /// Lets go of the oldest block, which is empty.
    private mutating func dropBlock() {
        spare = []
        swap(&spare, &blocks[head])
        isTurned = false
        head += 1
        guard head > blocks.count / 2 else { return }
        blocks.removeFirst(head)
        forgotten += head
        head = 0
    }
}
