/// A machine that makes the packets of one TCP connection: Ethernet, IPv4, TCP with timestamps; segments of an MTU of 1500,
/// or as large as they may be, as where the kernel joins them.
///
/// Both directions acknowledge each other as Linux does: on data that goes the other way, else after every second segment.
/// The TCP checksum is left out, as in captures on a sending host whose network card writes it.
struct TCPFlow {
    /// One end: the headers of its packets, of which only some fields change.
    private struct End {
        var headers: [UInt8]
        var sequence: UInt32
        var identification: UInt16
        /// Segments that it has received and not acknowledged.
        var unacknowledged = 0
    }

    private var client: End
    private var server: End
    /// Bytes of data in a segment at most.
    private let segmentSize: Int
    static let usualSegmentSize = 1448
    static let largestSegmentSize = 65_535 - ipLength - tcpLength

    init(
        client: (address: UInt32, port: UInt16), server: (address: UInt32, port: UInt16),
        segmentSize: Int = TCPFlow.usualSegmentSize, _ numbers: inout SeededGenerator
    ) {
        self.segmentSize = segmentSize
        self.client = End(
            headers: Self.headers(from: client, to: server), sequence: UInt32(truncatingIfNeeded: numbers.next()),
            identification: UInt16(truncatingIfNeeded: numbers.next()))
        self.server = End(
            headers: Self.headers(from: server, to: client), sequence: UInt32(truncatingIfNeeded: numbers.next()),
            identification: UInt16(truncatingIfNeeded: numbers.next()))
    }

    /// The three packets that open the connection.
    mutating func open(_ writer: inout PcapWriter, _ clock: inout TrafficClock) {
        packet(fromClient: true, flags: Self.syn, [], &writer, &clock)
        packet(fromClient: false, flags: Self.syn | Self.ack, [], &writer, &clock)
        packet(fromClient: true, flags: Self.ack, [], &writer, &clock)
    }

    /// Sends as much of `bytes` as fits into one segment, and what the other end acknowledges.
    ///
    /// - Returns: how many bytes were sent.
    mutating func send(
        _ bytes: ArraySlice<UInt8>, fromClient: Bool, _ writer: inout PcapWriter, _ clock: inout TrafficClock
    ) -> Int {
        let segment = bytes.prefix(segmentSize)
        let isLast = segment.count == bytes.count
        packet(fromClient: fromClient, flags: isLast ? Self.push | Self.ack : Self.ack, segment, &writer, &clock)
        let waiting = fromClient ? server.unacknowledged : client.unacknowledged
        if isLast || waiting >= 2 {
            packet(fromClient: !fromClient, flags: Self.ack, [], &writer, &clock)
        }
        return segment.count
    }

    private mutating func packet(
        fromClient: Bool, flags: UInt8, _ payload: ArraySlice<UInt8>, _ writer: inout PcapWriter,
        _ clock: inout TrafficClock
    ) {
        let now = clock.tick()
        if fromClient {
            Self.fill(&client, acknowledging: server.sequence, flags, payload.count, now)
            writer.write(at: now, client.headers, payload)
            Self.advance(&client, &server, flags, payload.count)
        } else {
            Self.fill(&server, acknowledging: client.sequence, flags, payload.count, now)
            writer.write(at: now, server.headers, payload)
            Self.advance(&server, &client, flags, payload.count)
        }
    }

    private static func advance(_ sender: inout End, _ receiver: inout End, _ flags: UInt8, _ count: Int) {
        sender.sequence &+= UInt32(count) &+ (flags & syn != 0 ? 1 : 0)
        sender.identification &+= 1
        sender.unacknowledged = 0
        if count > 0 { receiver.unacknowledged += 1 }
    }

    // MARK: Headers

    private static let syn: UInt8 = 0x02
    private static let push: UInt8 = 0x08
    private static let ack: UInt8 = 0x10
    private static let ethernetLength = 14
    private static let ipLength = 20
    private static let tcpLength = 32

    /// The headers with everything that stays the same.
    private static func headers(
        from source: (address: UInt32, port: UInt16), to destination: (address: UInt32, port: UInt16)
    ) -> [UInt8] {
        var bytes: [UInt8] = [0x52, 0x54, 0] + big(destination.address).suffix(3)
        bytes += [0x52, 0x54, 0] + big(source.address).suffix(3) + [0x08, 0x00]
        bytes += [0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0] + big(source.address) + big(destination.address)
        bytes += big(source.port) + big(destination.port) + big(UInt32(0)) + big(UInt32(0))
        bytes += [UInt8(tcpLength / 4) << 4, 0, 1, 0xF5, 0, 0, 0, 0]
        // NOP, NOP, timestamps (RFC 7323, 3.2).
        return bytes + [1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]
    }

    private static func fill(
        _ end: inout End, acknowledging: UInt32, _ flags: UInt8, _ payload: Int, _ microseconds: UInt64
    ) {
        put(UInt16(ipLength + tcpLength + payload), at: ethernetLength + 2, &end.headers)
        put(end.identification, at: ethernetLength + 4, &end.headers)
        put(UInt16(0), at: ethernetLength + 10, &end.headers)
        put(checksum(end.headers), at: ethernetLength + 10, &end.headers)
        let tcp = ethernetLength + ipLength
        put(end.sequence, at: tcp + 4, &end.headers)
        put(flags & ack != 0 ? acknowledging : 0, at: tcp + 8, &end.headers)
        end.headers[tcp + 13] = flags
        put(UInt32(truncatingIfNeeded: microseconds / 1000), at: tcp + 24, &end.headers)
        put(UInt32(truncatingIfNeeded: microseconds / 1000 &- 1), at: tcp + 28, &end.headers)
    }

    /// Of the IP header (RFC 1071).
    private static func checksum(_ headers: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: ethernetLength, to: ethernetLength + ipLength, by: 2) {
            sum += UInt32(headers[index]) << 8 | UInt32(headers[index + 1])
        }
        sum = sum & 0xFFFF + sum >> 16
        return ~UInt16(truncatingIfNeeded: sum & 0xFFFF + sum >> 16)
    }

    private static func big(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    private static func put(_ value: UInt16, at offset: Int, _ bytes: inout [UInt8]) {
        bytes[offset] = UInt8(value >> 8)
        bytes[offset + 1] = UInt8(value & 0xFF)
    }

    private static func put(_ value: UInt32, at offset: Int, _ bytes: inout [UInt8]) {
        put(UInt16(value >> 16), at: offset, &bytes)
        put(UInt16(value & 0xFFFF), at: offset + 2, &bytes)
    }
}

/// A machine that tells the time of the next packet, in microseconds since 1970; it never stands still.
struct TrafficClock {
    private var now: UInt64 = 1_795_000_000_000_000
    private var numbers: SeededGenerator

    init(seed: UInt64) {
        numbers = SeededGenerator(seed: seed)
    }

    mutating func tick() -> UInt64 {
        now += UInt64(20 + numbers.below(160))
        return now
    }
}
