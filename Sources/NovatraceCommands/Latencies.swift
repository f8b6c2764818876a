import Histogram
import Trace

/// A machine that keeps how long calls took: few of them one by one, many in a histogram of three significant digits
/// from a microsecond to an hour, so that memory does not grow with the capture.
///
/// The longest is exact, however many there are.
struct Latencies {
    static let exactAtMost = 64

    /// In order of length, until there are too many.
    private var exact: [Nanoseconds] = []
    private var histogram: Histogram<UInt32>?
    private(set) var longest: Nanoseconds?
    private var shortest: Nanoseconds?

    mutating func record(_ latency: Nanoseconds) {
        longest = max(longest ?? latency, latency)
        shortest = min(shortest ?? latency, latency)
        if histogram != nil {
            histogram?.record(Self.microseconds(latency))
        } else if exact.count < Self.exactAtMost {
            exact.insert(latency, at: exact.firstIndex { $0 > latency } ?? exact.count)
        } else {
            var histogram = Histogram<UInt32>(
                lowestDiscernibleValue: 1, highestTrackableValue: Self.longestTracked,
                numberOfSignificantValueDigits: .three)
            for latency in exact + [latency] { histogram.record(Self.microseconds(latency)) }
            (self.histogram, exact) = (histogram, [])
        }
    }

    /// The least latency that so many of hundred calls do not exceed; `nil` where there are none.
    func percentile(_ percent: Int) -> Nanoseconds? {
        guard let histogram else {
            return exact.isEmpty ? nil : exact[max(1, (exact.count * percent + 99) / 100) - 1]
        }
        // A value stands for its neighbours, which may lie beyond what was seen.
        let microseconds = histogram.valueAtPercentile(Double(percent))
        let value = Nanoseconds(Int64(clamping: microseconds)) * 1000
        return min(max(value, shortest ?? value), longest ?? value)
    }

    private static let longestTracked: UInt64 = 3_600_000_000

    private static func microseconds(_ latency: Nanoseconds) -> UInt64 {
        max(1, min(UInt64(clamping: latency.nanoseconds / 1000), longestTracked))
    }
}
