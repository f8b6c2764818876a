package import Trace

/// A machine that writes the packets of one TCP connection as both ends would send them, in Ethernet frames.
///
/// Every packet comes `interval` after the one before it, and everything is acknowledged at once.
package struct TCPSessionBuilder {
    /// The two ends, by who sends.
    package enum Sender: Sendable {
        case client
        case server
    }

    package let client: Endpoint
    package let server: Endpoint
    package private(set) var packets: [RecordedPacket] = []
    package var time: Timestamp
    package var interval: Nanoseconds = .milliseconds(1)
    /// What the timestamps option counts from in milliseconds, at both ends; `nil` for none.
    package var timestampsFrom: UInt32?
    private var clientNext: UInt32
    private var serverNext: UInt32

    package init(
        client: Endpoint = .v4(1, port: 40_000), server: Endpoint = .v4(2, port: 5672),
        clientSequence: UInt32 = 1000, serverSequence: UInt32 = 9000,
        at time: Timestamp = Timestamp(seconds: 1_700_000_000, nanoseconds: 0)
    ) {
        (self.client, self.server) = (client, server)
        (clientNext, serverNext) = (clientSequence, serverSequence)
        self.time = time
    }

    /// Gives the packets written so far, and forgets them.
    package mutating func takePackets() -> [RecordedPacket] {
        defer { packets = [] }
        return packets
    }

    /// SYN, SYN and ACK, ACK.
    package mutating func handshake() {
        write(.client, PacketBuilder.syn)
        clientNext &+= 1
        write(.server, PacketBuilder.syn | PacketBuilder.ack)
        serverNext &+= 1
        write(.client, PacketBuilder.ack)
    }

    /// SYN, and RST for an answer.
    package mutating func refuse() {
        write(.client, PacketBuilder.syn)
        clientNext &+= 1
        reset(.server)
    }

    /// Bytes in segments of up to `segmentSize`, each acknowledged by the other end.
    package mutating func send(_ sender: Sender, _ bytes: [UInt8], segmentSize: Int = 1448) {
        for start in stride(from: 0, to: bytes.count, by: max(1, segmentSize)) {
            let payload = Array(bytes[start..<min(start + segmentSize, bytes.count)])
            write(sender, PacketBuilder.ack | PacketBuilder.psh, payload)
            advance(sender, payload.count)
            write(sender == .client ? .server : .client, PacketBuilder.ack)
        }
    }

    /// Bytes that are sent and acknowledged but not captured.
    package mutating func lose(_ sender: Sender, _ count: Int) {
        advance(sender, count)
    }

    /// FIN from the sender, FIN from the other end, ACK.
    package mutating func close(_ sender: Sender = .client) {
        let other: Sender = sender == .client ? .server : .client
        write(sender, PacketBuilder.fin | PacketBuilder.ack)
        advance(sender, 1)
        write(other, PacketBuilder.fin | PacketBuilder.ack)
        advance(other, 1)
        write(sender, PacketBuilder.ack)
    }

    /// RST from the sender.
    package mutating func reset(_ sender: Sender = .client) {
        write(sender, PacketBuilder.rst | PacketBuilder.ack)
    }

    private mutating func advance(_ sender: Sender, _ count: Int) {
        let count = UInt32(truncatingIfNeeded: count)
        if sender == .client { clientNext &+= count } else { serverNext &+= count }
    }

    private mutating func write(_ sender: Sender, _ flags: UInt8, _ payload: [UInt8] = []) {
        let isClient = sender == .client
        let packet = PacketBuilder.tcpOverIP(
            from: isClient ? client : server, to: isClient ? server : client,
            sequence: isClient ? clientNext : serverNext, acknowledgment: isClient ? serverNext : clientNext,
            flags: flags, options: timestamps, payload)
        packets.append(RecordedPacket(time, PacketBuilder.ethernet(packet)))
        time = time + interval
    }

    /// The timestamps option, padded as Linux does.
    private var timestamps: [UInt8] {
        guard let timestampsFrom else { return [] }
        let value = timestampsFrom &+ UInt32(truncatingIfNeeded: time.nanoseconds / 1_000_000)
        return [1, 1, 8, 10] + PacketBuilder.big(value) + PacketBuilder.big(value)
    }
}
