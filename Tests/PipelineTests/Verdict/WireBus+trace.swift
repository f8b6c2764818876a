import Capture
import TestSupport
import Trace

extension WireBus {
    /// The trace when the capture goes on for so long after the last message.
    ///
    /// - Parameter isSeen: whether the capture holds a packet, by its place.
    func trace(after time: Nanoseconds = 0, where isSeen: (Int, RecordedPacket) -> Bool = { _, _ in true }) -> BusTrace
    {
        var seen = packets.enumerated().filter { isSeen($0.offset, $0.element) }.map(\.element)
        let other = PacketBuilder.tcpOverIP(
            from: .v4(99, port: 1), to: .v4(98, port: 2), sequence: 0, acknowledgment: 0, flags: PacketBuilder.syn)
        seen.append(RecordedPacket(now + time, PacketBuilder.ethernet(other)))
        return PacketPlayer(
            packets: seen.enumerated().map { index, packet in
                PacketPlayer.Packet(
                    bytes: packet.bytes, stamp: PacketStamp(time: packet.time, number: Int64(index + 1)),
                    linkType: LinkType(rawValue: 1))
            }
        ).trace()
    }
}
