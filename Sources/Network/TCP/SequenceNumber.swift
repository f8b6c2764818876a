/// A value: a TCP sequence number, on a circle of 2³² (RFC 9293, 3.4).
package struct SequenceNumber: Hashable, Sendable {
    package let rawValue: UInt32

    @inline(__always)
    package init(_ rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The way from `other` to this number, −2³¹ to 2³¹ − 1: positive when this number lies ahead (RFC 1982, 3.2).
    @inline(__always)
    package func distance(from other: SequenceNumber) -> Int {
        Int(Int32(bitPattern: rawValue &- other.rawValue))
    }

    /// Whether this number lies ahead of `other`.
    package func follows(_ other: SequenceNumber) -> Bool {
        distance(from: other) > 0
    }

    /// The number `count` bytes further on, or back when it is negative.
    @inline(__always)
    package func advanced(by count: Int) -> SequenceNumber {
        SequenceNumber(rawValue &+ UInt32(truncatingIfNeeded: count))
    }
}
