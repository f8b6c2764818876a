import Bytes
import Capture
import Network
import Trace

/// Tells a clock that was set forward from a pause: the timestamps that TCP puts into its segments (RFC 7323) count the
/// time of their senders' kernels, which nobody sets.
enum LeapJudge {
    /// The least that is told from a pause.
    private static let leastStep = 1.0
    /// How far the steps that streams show may be apart, in seconds.
    private static let tolerance = 0.25
    /// Ticks in a second: of Linux since 4.13, and of kernels before and elsewhere.
    private static let nominalRates: [Double] = [1000, 250, 100, 300, 500]
    private static let slowestRate = 100.0
    /// How far a measured rate may be from that.
    private static let closeness = 0.05
    /// A rate is measured over so many seconds at least.
    private static let shortestMeasure = 1.0

    /// A segment that has a timestamp.
    private struct Sighting {
        let place: StreamPlace
        let time: Timestamp
        let value: UInt32
    }

    /// The timestamps of one direction of a connection.
    private struct Stream {
        let first: Sighting
        var last: Sighting

        /// Ticks in a second; `nil` where it was not seen for long enough.
        var rate: Double? {
            let seconds = (last.time - first.time).seconds
            guard seconds >= shortestMeasure else { return nil }
            let measured = Double(last.value &- first.value) / seconds
            return nominalRates.first { abs(measured / $0 - 1) <= closeness }
        }
    }

    /// How far the clock was set forward; 0 for a pause, `nil` where nothing tells.
    static func size(of leap: PacketLeap) -> Nanoseconds? {
        var (places, first): ([StreamPlace: Int], [Sighting]) = ([:], [])
        for sighting in sightings(in: leap.behind) where places[sighting.place] == nil {
            places[sighting.place] = first.count
            first.append(sighting)
        }
        var steps: [Double] = []
        for (sighting, stream) in zip(first, streams(before: leap.before, at: places)) {
            guard let stream else { continue }
            let ticks = sighting.value &- stream.last.value
            guard Int32(bitPattern: ticks) >= 0 else { continue }
            let shown = (sighting.time - stream.last.time).seconds
            let step = shown - Double(ticks) / (stream.rate ?? slowestRate)
            // A sender's clock that went on disproves it.
            guard step >= leastStep else { return 0 }
            steps.append(shown - Double(ticks) / (stream.rate ?? nominalRates[0]))
        }
        guard steps.count > 1 else { return nil }
        steps.sort()
        let median = steps[steps.count / 2]
        let agreeing = steps.count { abs($0 - median) <= max(tolerance, median * 1e-3) }
        guard agreeing * 5 >= steps.count * 4 else { return nil }
        return .seconds(saturating: min(median, 9e9))
    }

    /// What was seen of each stream, by the index that `places` gives it; `nil` for nothing.
    private static func streams(before packets: [PacketHead], at places: [StreamPlace: Int]) -> [Stream?] {
        var streams = [Stream?](repeating: nil, count: places.count)
        for sighting in sightings(in: packets) {
            guard let index = places[sighting.place] else { continue }
            guard let last = streams[index]?.last else {
                streams[index] = Stream(first: sighting, last: sighting)
                continue
            }
            // A retransmission, or a copy, may show an earlier moment again.
            guard Int32(bitPattern: sighting.value &- last.value) >= 0, sighting.time >= last.time else { continue }
            streams[index]?.last = sighting
        }
        return streams
    }

    private static func sightings(in packets: [PacketHead]) -> [Sighting] {
        var decoder = PacketDecoder()
        var sightings: [Sighting] = []
        for packet in packets {
            let stamp = PacketStamp(time: packet.time, source: 0, number: 0)
            decoder.decode(
                packet.bytes.span.bytes, linkType: packet.linkType.rawValue, wireLength: packet.wireLength, at: stamp
            ) { segment, _ in
                guard segment.timestamps != 0 else { return }
                sightings.append(
                    Sighting(
                        place: StreamPlace(from: segment.source, to: segment.destination), time: packet.time,
                        value: UInt32(truncatingIfNeeded: segment.timestamps >> 32)))
            }
        }
        return sightings
    }
}

/// A value: one direction of a connection.
struct StreamPlace: Hashable {
    let from: SocketAddress
    let to: SocketAddress
}
