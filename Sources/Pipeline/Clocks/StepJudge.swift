import Capture
import Network
import Trace

/// Tells a clock that was set back from a capture file that was put behind another one, where times lie an age before
/// those in front of them: connections go on over the first, and do not over the second.
enum StepJudge {
    /// Packets behind the place that are looked at.
    private static let packetsBehind = 4096
    /// A retransmission may go back so far in a connection that goes on.
    private static let retransmitted = 65_536

    /// Whether connections of the packets before the one with number `packet` go on from there.
    static func isStep(path: String, packet: Int) -> Bool {
        guard let files = try? CaptureFiles(paths: [path]) else { return true }
        var decoder = PacketDecoder()
        var ends: [StreamPlace: SequenceNumber] = [:]
        var (number, goesOn, beginsAnew) = (0, 0, 0)
        var isThere = true
        while isThere, number < packet + packetsBehind {
            number += 1
            let read = try? files.nextPacket { header, bytes in
                decoder.decode(
                    bytes, linkType: header.linkType.rawValue, wireLength: header.wireLength, at: header.stamp
                ) { segment, _ in
                    guard segment.wireLength > 0 else { return }
                    let place = StreamPlace(from: segment.source, to: segment.destination)
                    if number < packet {
                        guard ends.count < NetworkLimits().connections || ends[place] != nil else { return }
                        ends[place] = segment.sequence.advanced(by: segment.wireLength)
                    } else if let end = ends.removeValue(forKey: place) {
                        let distance = segment.sequence.distance(from: end)
                        if distance >= 0 || segment.wireLength <= 1 {
                            goesOn += 1
                        } else if distance < -retransmitted || segment.wireLength + distance <= 0 {
                            beginsAnew += 1
                        }
                    }
                }
            }
            isThere = read ?? false
        }
        return goesOn > beginsAnew
    }
}
