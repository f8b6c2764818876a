import Trace

/// A value: how far the compressed bodies of a whole input may grow, so that many small ones that grow a lot cost no more
/// time than other input of their size.
///
/// It rises with the compressed bytes that are seen. What goes beyond it is given up, and nothing is decompressed until
/// there is room again.
struct InflationBudget {
    private var room: Int

    /// - Parameter shares: readings of one input that divide what it may grow by at once.
    init(shares: Int) {
        room = Limits.inflationFloor / max(shares, 1)
    }

    /// Bytes that a body of `bytes` may grow to; `nil` where it is not to be begun.
    mutating func grant(_ bytes: Int) -> Int? {
        room = room.saturatingPlus(bytes * Limits.inflationRatio)
        return room > 0 ? min(room, Limits.inflatedBytes) : nil
    }

    mutating func spend(_ bytes: Int) {
        room = room.saturatingMinus(bytes)
    }
}
