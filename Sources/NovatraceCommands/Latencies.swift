import Histogram
import Trace

/// A machine that keeps how long calls took: few of them one by one, many in a histogram of three significant digits
/// from a microsecond to an hour, so that memory does not grow with the capture.
///
/// The longest is exact, however many there are.
struct Latencies {
    static let exactAtMost = 1024

    /// In the order of the calls, until there are too many.
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
            exact.append(latency)
        } else {
            var histogram = Histogram<UInt32>(
                lowestDiscernibleValue: 1, highestTrackableValue: Self.longestTracked,
                numberOfSignificantValueDigits: .three)
            for latency in exact + [latency] { histogram.record(Self.microseconds(latency)) }
            (self.histogram, exact) = (histogram, [])
        }
    }

    /// Of each, the least latency that so many of hundred calls do not exceed; `nil` where there are none.
    func percentiles(_ percents: [Int]) -> [Nanoseconds?] {
        guard let histogram else {
            let sorted = exact.sorted()
            return percents.map { sorted.isEmpty ? nil : sorted[max(1, (sorted.count * $0 + 99) / 100) - 1] }
        }
        return percents.map { percent in
            // A value stands for its neighbours, which may lie beyond what was seen.
            let microseconds = histogram.valueAtPercentile(Double(percent))
            let value = Nanoseconds(Int64(clamping: microseconds)) * 1000
            return min(max(value, shortest ?? value), longest ?? value)
        }
    }

    private static let longestTracked: UInt64 = 3_600_000_000

    private static func microseconds(_ latency: Nanoseconds) -> UInt64 {
        max(1, min(UInt64(clamping: latency.nanoseconds / 1000), longestTracked))
    }
}
