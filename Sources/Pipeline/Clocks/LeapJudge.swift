import Capture
import Network
import Trace

/// Tells a clock that was set forward from a pause: the timestamps that TCP puts into its segments (RFC 7323) count the
/// time of their senders' kernels, which nobody sets.
enum LeapJudge {
    /// Packets behind the place that are looked at.
    private static let packetsBehind = 4096
    /// Streams that tell, of which that in the middle is believed.
    private static let streamsAtMost = 64
    /// Ticks in a second: of Linux; and what senders may have.
    private static let usualRate = 1000.0
    private static let rates = 50.0...2000.0

    /// The timestamps of one direction of a connection.
    private struct Stream {
        let first: (time: Timestamp, value: UInt32)
        var last: (time: Timestamp, value: UInt32)

        /// Ticks in a second, where it was seen for long enough.
        var rate: Double {
            let seconds = Double(last.time - first.time) / 1e9
            guard seconds >= 1 else { return usualRate }
            let rate = Double(last.value &- first.value) / seconds
            return rates.contains(rate) ? rate : usualRate
        }
    }

    /// How far the clock was set forward in front of the packet with number `packet`.
    static func size(path: String, packet: Int) -> Nanoseconds {
        guard let files = try? CaptureFiles(paths: [path]) else { return 0 }
        var decoder = PacketDecoder()
        var streams: [StreamPlace: Stream] = [:]
        var sizes: [Nanoseconds] = []
        var (number, isThere) = (0, true)
        while isThere, number < packet + packetsBehind, sizes.count < streamsAtMost {
            number += 1
            let read = try? files.nextPacket { header, bytes in
                let time = header.stamp.time
                decoder.decode(
                    bytes, linkType: header.linkType.rawValue, wireLength: header.wireLength, at: header.stamp
                ) { segment, _ in
                    guard segment.timestamps != 0 else { return }
                    let place = StreamPlace(from: segment.source, to: segment.destination)
                    let value = UInt32(truncatingIfNeeded: segment.timestamps >> 32)
                    if number < packet {
                        guard streams.count < NetworkLimits().connections || streams[place] != nil else { return }
                        streams[place, default: Stream(first: (time, value), last: (time, value))].last = (time, value)
                    } else if let stream = streams.removeValue(forKey: place) {
                        let passed = Double(value &- stream.last.value) / stream.rate
                        let shown = time - stream.last.time
                        sizes.append(shown - Nanoseconds(min(passed, 4_000_000_000) * 1e9))
                    }
                }
            }
            isThere = read ?? false
        }
        guard sizes.count > 1 else { return 0 }
        let size = sizes.sorted()[sizes.count / 2]
        // What is less is the doubt about the rate.
        return size >= .seconds(30) ? size : 0
    }
}

/// A value: one direction of a connection.
struct StreamPlace: Hashable {
    let from: SocketAddress
    let to: SocketAddress
}
