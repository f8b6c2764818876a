import ArgumentParser
import FoundationEssentials
import Trace

/// A value: a time as a person gives it.
enum TimeBound: ExpressibleByArgument, Equatable {
    case absolute(Timestamp)
    /// Nanoseconds since midnight UTC: the first such time since the capture began, of one that passes midnight, else that
    /// of its day.
    case clock(Nanoseconds)
    /// Nanoseconds after the first packet.
    case offset(Nanoseconds)

    init?(argument: String) {
        if let offset = Self.length(argument) {
            self = .offset(offset)
        } else if let clock = Self.clock(argument) {
            self = .clock(clock)
        } else if let date = Self.date(argument) {
            self = .absolute(date)
        } else {
            return nil
        }
    }

    func resolved(firstPacket: Timestamp?, lastPacket: Timestamp?) -> Timestamp? {
        switch self {
        case .absolute(let time):
            return time
        case .clock(let sinceMidnight):
            guard let firstPacket else { return nil }
            let day = Nanoseconds.seconds(86400)
            let sameDay = firstPacket - firstPacket.sinceMidnight + sinceMidnight
            let midnight = firstPacket - firstPacket.sinceMidnight + day
            return sameDay < firstPacket && lastPacket.map { $0 >= midnight } ?? false ? sameDay + day : sameDay
        case .offset(let offset):
            return firstPacket.map { $0 + offset }
        }
    }

    /// The times that `--since` and `--until` mean in a capture.
    ///
    /// - Throws: `usage` where the second comes before the first.
    static func resolved(
        since: TimeBound?, until: TimeBound?, in capture: CaptureSummary
    ) throws -> (since: Timestamp?, until: Timestamp?) {
        let first = capture.sources.compactMap(\.first).min()
        let last = capture.sources.compactMap(\.last).max()
        let start = since?.resolved(firstPacket: first, lastPacket: last)
        let end = until?.resolved(firstPacket: first, lastPacket: last)
        if let start, let end, end < start {
            throw CommandFailure(.usage, "--until (\(end)) comes before --since (\(start))")
        }
        return (start, end)
    }

    /// `+10s`, `10s`, `1.5s`, `200ms`, `2m`, `1h`.
    static func length(_ text: String) -> Nanoseconds? {
        let body = text.hasPrefix("+") ? text.dropFirst() : Substring(text)
        let units: [(String, Double)] = [("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)]
        for (suffix, scale) in units where body.hasSuffix(suffix) {
            guard let value = Double(body.dropLast(suffix.count)), value >= 0, value * scale < 9e18 else { continue }
            return Nanoseconds(Int64(value * scale))
        }
        return nil
    }

    /// `17:08`, `17:08:24`, `17:08:24.5`.
    private static func clock(_ text: String) -> Nanoseconds? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3, let hours = Int64(parts[0]), let minutes = Int64(parts[1]),
            (0..<24).contains(hours), (0..<60).contains(minutes)
        else { return nil }
        guard parts.count == 3 else { return .seconds(hours * 3600 + minutes * 60) }
        guard let seconds = Double(parts[2]), seconds >= 0, seconds < 61 else { return nil }
        return .seconds(hours * 3600 + minutes * 60) + .seconds(saturating: seconds)
    }

    /// RFC 3339, with or without fraction, with offset or `Z`.
    private static func date(_ text: String) -> Timestamp? {
        let style = Date.ISO8601FormatStyle()
        let withFraction = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? style.parse(text)) ?? (try? withFraction.parse(text)) else { return nil }
        let interval = date.timeIntervalSince1970
        guard abs(interval) < 9e9 else { return nil }
        return Timestamp(nanoseconds: Int64(saturating: interval * 1e6) * 1000)
    }
}
