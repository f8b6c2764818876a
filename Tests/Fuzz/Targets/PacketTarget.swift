import Network
import Trace

/// Packet decoding: link types, tunnels, fragments, TCP.
///
/// An input is the number of a link type, then packets: the captured length (2 bytes), what the capture cut off (1), bytes.
extension FuzzTarget {
    static let packets = FuzzTarget(
        "packets", "packet decoding with tunnels and fragments", longest: 4096,
        seeds: { traffic in
            CapturedTraffic.spread(traffic.packets, most: 40).compactMap { packet in
                guard let link = LinkLayer(rawValue: packet.linkType),
                    let place = LinkLayer.allCases.firstIndex(of: link)
                else { return nil }
                return packetInput([packet.bytes.prefix(1500)], link: place)
            } + [packetInput(traffic.packets.prefix(8).map { $0.bytes.prefix(400) }, link: 1)]
        },
        run: { input in
            var reader = InputReader(input)
            let link = LinkLayer.allCases[Int(reader.octet()) % LinkLayer.allCases.count]
            var decoder = PacketDecoder()
            var number = 0
            while !reader.isAtEnd {
                number += 1
                let (length, cut) = (Int(reader.short()), Int(reader.octet()))
                let packet = reader.piece(length)
                let stamp = PacketStamp(time: Timestamp(nanoseconds: Int64(number) * 1_000_000), number: Int64(number))
                var found: [(captured: Int, wire: Int, payload: Int)] = []
                decoder.decode(
                    packet.span.bytes, linkType: link.rawValue, wireLength: packet.count + cut, at: stamp
                ) { segment, payload in
                    found.append((segment.capturedLength, segment.wireLength, payload.byteCount))
                }
                try expect(found.count <= 1, "\(found.count) segments in a packet")
                for segment in found {
                    try expect(segment.captured == segment.payload, "\(segment) is not what was captured")
                    try expect(
                        (segment.captured...65_535).contains(segment.wire), "\(segment) is longer than IP allows")
                }
            }
            let counts = decoder.statistics
            let outcomes =
                counts.segments + counts.notIP + counts.notTCP + counts.cut + counts.malformed + counts.nestedTooDeep
                + counts.fragments + counts.unknownLinkType
            try expect(counts.packets == number && outcomes == number, "\(number) packets are counted as \(counts)")
        })

    private static func packetInput(_ packets: [ArraySlice<UInt8>], link: Int) -> [UInt8] {
        var input = [UInt8(truncatingIfNeeded: link)]
        for packet in packets {
            input.append(short: UInt16(packet.count))
            input.append(0)
            input += packet
        }
        return input
    }
}
