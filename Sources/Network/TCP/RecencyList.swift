/// The links of one slot in a `RecencyList`; kept beside the slot's content.
struct RecencyLinks {
    var newer: Int32 = -1
    var older: Int32 = -1
}

/// A machine that orders slots by when they were last used, each step in constant time.
///
/// The links stand in an array that several lists share; a slot is in one list at a time.
struct RecencyList {
    private(set) var newest: Int32 = -1
    private(set) var oldest: Int32 = -1

    /// Adds a slot that is in no list.
    mutating func insert(_ slot: Int32, _ links: inout [RecencyLinks]) {
        links[Int(slot)] = RecencyLinks(newer: -1, older: newest)
        if newest >= 0 { links[Int(newest)].newer = slot } else { oldest = slot }
        newest = slot
    }

    /// Takes out a slot that is in this list.
    mutating func remove(_ slot: Int32, _ links: inout [RecencyLinks]) {
        let link = links[Int(slot)]
        if link.newer >= 0 { links[Int(link.newer)].older = link.older } else { newest = link.older }
        if link.older >= 0 { links[Int(link.older)].newer = link.newer } else { oldest = link.newer }
    }

    /// Makes a slot of this list the newest.
    @inline(__always)
    mutating func touch(_ slot: Int32, _ links: inout [RecencyLinks]) {
        guard slot != newest else { return }
        remove(slot, &links)
        insert(slot, &links)
    }
}
