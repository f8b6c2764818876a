/// A value: a length of packet time in nanoseconds, negative when it leads back.
///
/// Covers 292 years either way. A result beyond them is the end of the range, so that no time that a file tells can end
/// the program. Its operators are inlined into other targets, where each packet needs some.
package struct Nanoseconds: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// How many nanoseconds it is.
    @usableFromInline package let nanoseconds: Int64

    @inlinable package init(_ nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    @inlinable package init(integerLiteral nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    @inlinable package static var max: Nanoseconds { Nanoseconds(.max) }
    @inlinable package static var min: Nanoseconds { Nanoseconds(.min) }

    /// The number alone.
    package var description: String { String(nanoseconds) }

    /// How long it is, whichever way it leads.
    @inlinable package var magnitude: Nanoseconds { nanoseconds < 0 ? -self : self }

    @inlinable package static func == (left: Nanoseconds, right: Nanoseconds) -> Bool {
        left.nanoseconds == right.nanoseconds
    }

    @inlinable package static func < (left: Nanoseconds, right: Nanoseconds) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    @inlinable package static func + (left: Nanoseconds, right: Nanoseconds) -> Nanoseconds {
        Nanoseconds(left.nanoseconds.saturatingPlus(right.nanoseconds))
    }

    @inlinable package static func - (left: Nanoseconds, right: Nanoseconds) -> Nanoseconds {
        Nanoseconds(left.nanoseconds.saturatingMinus(right.nanoseconds))
    }

    @inlinable package static prefix func - (length: Nanoseconds) -> Nanoseconds { 0 - length }

    @inlinable package static func += (left: inout Nanoseconds, right: Nanoseconds) { left = left + right }

    @inlinable package static func * (length: Nanoseconds, times: Int64) -> Nanoseconds {
        let (product, overflow) = length.nanoseconds.multipliedReportingOverflow(by: times)
        return Nanoseconds(overflow ? ((length.nanoseconds < 0) == (times < 0) ? .max : .min) : product)
    }

    /// Rounds toward zero; a division by 0 gives the end of the range.
    @inlinable package static func / (length: Nanoseconds, parts: Int64) -> Nanoseconds {
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
    @inlinable package static func seconds(_ count: Int64) -> Nanoseconds { Nanoseconds(1_000_000_000) * count }

    @inlinable package static func milliseconds(_ count: Int64) -> Nanoseconds { Nanoseconds(1_000_000) * count }

    /// So many seconds to the nearest nanosecond, or the end of the range that they are beyond; 0 for what is no number.
    package static func seconds(saturating count: Double) -> Nanoseconds { Nanoseconds(Int64(saturating: count * 1e9)) }

    /// So many seconds to the nearest nanosecond; `nil` for what is beyond the range and for what is no number.
    package static func seconds(exactly count: Double) -> Nanoseconds? {
        Int64(exactly: (count * 1e9).rounded()).map { Nanoseconds($0) }
    }
}
