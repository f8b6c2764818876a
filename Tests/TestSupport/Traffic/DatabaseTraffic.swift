/// A machine that makes packets of connections to a database, which real captures of a controller are full of.
///
/// They begin with the greeting of MySQL, go back and forth in packets of MySQL's form, and hold no AMQP.
struct DatabaseTraffic {
    private var flows: [TCPFlow] = []
    private let query: [UInt8]
    private let rows: [UInt8]
    /// How many packets were made.
    private(set) var packets = 0

    init(_ numbers: inout SeededGenerator) {
        for port in 52_000..<52_008 as Range<UInt16> {
            flows.append(TCPFlow(client: (0x0A00_0015, port), server: (0x0A00_000C, 3306), &numbers))
        }
        query = Self.packet(
            0, [3] + Array("SELECT instances.uuid, instances.vm_state FROM instances WHERE id = 51".utf8))
        rows = (1...12).flatMap { Self.packet($0, Array("\u{24}2672332b-b870-49a9-bbeb-902381dffe38building".utf8)) }
    }

    /// The handshakes, with the server's greeting.
    mutating func open(_ writer: inout PcapWriter, _ clock: inout TrafficClock) {
        let greeting = Self.packet(0, [10] + Array("5.5.5-10.11.6-MariaDB\0".utf8) + [UInt8](repeating: 7, count: 60))
        let before = writer.packets
        for index in flows.indices {
            flows[index].open(&writer, &clock)
            _ = flows[index].send(greeting[...], fromClient: false, &writer, &clock)
        }
        packets += writer.packets - before
    }

    /// A query and its answer on one of the connections.
    mutating func send(_ numbers: inout SeededGenerator, _ writer: inout PcapWriter, _ clock: inout TrafficClock) {
        let index = numbers.below(flows.count)
        let before = writer.packets
        _ = flows[index].send(query[...], fromClient: true, &writer, &clock)
        _ = flows[index].send(rows[...], fromClient: false, &writer, &clock)
        packets += writer.packets - before
    }

    /// Length in three bytes, little-endian, and a number within the exchange (MySQL client/server protocol, packets).
    private static func packet(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [UInt8(payload.count & 0xFF), UInt8(payload.count >> 8 & 0xFF), 0, number] + payload
    }
}
