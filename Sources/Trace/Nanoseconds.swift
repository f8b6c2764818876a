/// A value: a length of packet time in nanoseconds, negative when it leads back.
///
/// Covers 292 years either way. A result beyond them is the end of the range, so that no time that a file tells can end
/// the program. Like `InPlace` it is public for the sake of speed: each packet needs some of its operators, and what is
/// of the package alone, or has no implementation of its own, is called in other targets.
public struct Nanoseconds: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// How many nanoseconds it is.
    public let nanoseconds: Int64

    /// So many nanoseconds.
    @inlinable public init(_ nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// So many nanoseconds.
    @inlinable public init(integerLiteral nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The longest.
    @inlinable public static var max: Nanoseconds { Nanoseconds(.max) }
    /// The longest that leads back.
    @inlinable public static var min: Nanoseconds { Nanoseconds(.min) }

    /// The number alone.
    public var description: String { String(nanoseconds) }

    /// How long it is, whichever way it leads.
    @inlinable public var magnitude: Nanoseconds { nanoseconds < 0 ? -self : self }

    /// Whether both are equally long.
    @inlinable public static func == (left: Nanoseconds, right: Nanoseconds) -> Bool {
        left.nanoseconds == right.nanoseconds
    }

    /// Whether the left one leads less far ahead.
    @inlinable public static func < (left: Nanoseconds, right: Nanoseconds) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Whether the left one leads farther ahead.
    @inlinable public static func > (left: Nanoseconds, right: Nanoseconds) -> Bool { right < left }
    /// Whether the left one leads no farther ahead.
    @inlinable public static func <= (left: Nanoseconds, right: Nanoseconds) -> Bool { !(right < left) }
    /// Whether the left one leads no less far ahead.
    @inlinable public static func >= (left: Nanoseconds, right: Nanoseconds) -> Bool { !(left < right) }

    /// One after the other.
    @inlinable public static func + (left: Nanoseconds, right: Nanoseconds) -> Nanoseconds {
        Nanoseconds(left.nanoseconds.saturatingPlus(right.nanoseconds))
    }

    /// What is left of one without the other.
    @inlinable public static func - (left: Nanoseconds, right: Nanoseconds) -> Nanoseconds {
        Nanoseconds(left.nanoseconds.saturatingMinus(right.nanoseconds))
    }

    /// The same way back.
    @inlinable public static prefix func - (length: Nanoseconds) -> Nanoseconds { 0 - length }

    /// Makes the left one longer.
    @inlinable public static func += (left: inout Nanoseconds, right: Nanoseconds) { left = left + right }

    /// So many of it.
    @inlinable public static func * (length: Nanoseconds, times: Int64) -> Nanoseconds {
        let (product, overflow) = length.nanoseconds.multipliedReportingOverflow(by: times)
        return Nanoseconds(overflow ? ((length.nanoseconds < 0) == (times < 0) ? .max : .min) : product)
    }

    /// Rounds toward zero; a division by 0 gives the end of the range.
    @inlinable public static func / (length: Nanoseconds, parts: Int64) -> Nanoseconds {
        let (quotient, overflow) = length.nanoseconds.dividedReportingOverflow(by: parts)
        return Nanoseconds(overflow ? (length.nanoseconds < 0 && parts == 0 ? .min : .max) : quotient)
    }
}

/// Seconds, milliseconds and fractions of them.
extension Nanoseconds {
    /// The length in seconds.
    package var seconds: Double { Double(nanoseconds) / 1e9 }

    /// How many whole milliseconds it has, toward zero.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    /// So many seconds, or the end of the range that they are beyond.
    @inlinable public static func seconds(_ count: Int64) -> Nanoseconds { Nanoseconds(1_000_000_000) * count }

    /// So many milliseconds, or the end of the range that they are beyond.
    @inlinable public static func milliseconds(_ count: Int64) -> Nanoseconds { Nanoseconds(1_000_000) * count }

    /// So many seconds to the nearest nanosecond, or the end of the range that they are beyond; 0 for what is no number.
    package static func seconds(saturating count: Double) -> Nanoseconds { Nanoseconds(Int64(saturating: count * 1e9)) }

    /// So many seconds to the nearest nanosecond; `nil` for what is beyond the range and for what is no number.
    package static func seconds(exactly count: Double) -> Nanoseconds? {
        Int64(exactly: (count * 1e9).rounded()).map { Nanoseconds($0) }
    }
}
