/// A value: a moment of packet time, in nanoseconds since 1970-01-01T00:00:00Z.
///
/// Covers the years 1677 to 2262. Sums and differences beyond them are the end of the range. Public for the same reason as
/// `Nanoseconds`.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z, negative before it.
    public let nanoseconds: Int64

    /// So many nanoseconds since the epoch.
    @inlinable public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Seconds and nanoseconds since the epoch; saturates at the ends of the range.
    @inlinable public init(seconds: Int64, nanoseconds: Int64) {
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowed) = whole.addingReportingOverflow(nanoseconds)
        self.nanoseconds = overflow || overflowed ? (seconds < 0 ? .min : .max) : sum
    }

    /// Whether both are the same moment.
    @inlinable public static func == (left: Timestamp, right: Timestamp) -> Bool {
        left.nanoseconds == right.nanoseconds
    }

    /// Whether the left one is earlier.
    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Whether the left one is later.
    @inlinable public static func > (left: Timestamp, right: Timestamp) -> Bool { right < left }
    /// Whether the left one is not later.
    @inlinable public static func <= (left: Timestamp, right: Timestamp) -> Bool { !(right < left) }
    /// Whether the left one is not earlier.
    @inlinable public static func >= (left: Timestamp, right: Timestamp) -> Bool { !(left < right) }

    /// The time from `right` to `left`, negative when `left` is earlier; saturates instead of overflowing.
    @inlinable public static func - (left: Timestamp, right: Timestamp) -> Nanoseconds {
        Nanoseconds(left.nanoseconds.saturatingMinus(right.nanoseconds))
    }

    /// The moment so much earlier.
    @inlinable public static func - (left: Timestamp, right: Nanoseconds) -> Timestamp {
        Timestamp(nanoseconds: left.nanoseconds.saturatingMinus(right.nanoseconds))
    }

    /// The moment so much later.
    @inlinable public static func + (left: Timestamp, right: Nanoseconds) -> Timestamp {
        Timestamp(nanoseconds: left.nanoseconds.saturatingPlus(right.nanoseconds))
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with microseconds, e.g. `2026-11-23T17:08:24.123456Z`.
    public var description: String { calendarDate + "T" + clock + "Z" }

    /// The date in UTC, e.g. `2026-11-23`.
    package var calendarDate: String {
        let (year, month, day) = civilDate
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// The time of day in UTC with microseconds, e.g. `17:08:24.123456`.
    package var clock: String {
        let second = Int(sinceMidnight.nanoseconds / 1_000_000_000)
        let rest = nanoseconds % 1_000_000_000
        let micro = Int((rest < 0 ? rest + 1_000_000_000 : rest) / 1000)
        let (hour, minute) = (second / 3600, second / 60 % 60)
        return "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second % 60, 2)).\(padded(micro, 6))"
    }

    /// The time since midnight in UTC.
    package var sinceMidnight: Nanoseconds {
        let (day, rest) = (86400 * 1_000_000_000 as Int64, nanoseconds % (86400 * 1_000_000_000))
        return Nanoseconds(rest < 0 ? rest + day : rest)
    }

    /// Days since the epoch as year, month and day of the proleptic Gregorian calendar, counted in 400-year eras that
    /// begin on 1 March so that the leap day comes last.
    private var civilDate: (year: Int, month: Int, day: Int) {
        let days = floorDivided(floorDivided(nanoseconds, 1_000_000_000), 86400) + 719_468
        let era = floorDivided(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1))
    }

    private func floorDivided(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
