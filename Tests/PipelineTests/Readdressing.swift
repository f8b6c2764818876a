import Network
import TestSupport
import Trace

@testable import Capture

/// Gives the clients of a recording addresses of their own: the recordings were made on one machine, where all have the
/// loopback's.
///
/// Which process a client's port belongs to is known from the untouched recording. A client that nothing tells of keeps
/// to itself, under an address that no other has.
struct Readdressing {
    enum Scheme: String, CaseIterable {
        /// As in a small cloud: one address a host.
        case perHost
        /// As with containers: one address a process.
        case perProcess
        /// As behind an address translator.
        case one
    }

    /// Client's port → the last three bytes of its address in 10.0.0.0/8.
    private var addresses: [UInt16: [UInt8]] = [:]
    private static let broker: UInt16 = 5672

    init(_ trace: BusTrace, _ scheme: Scheme) {
        var numbers: [String: Int] = [:]
        for connection in trace.capture.connections {
            guard let port = connection.client.split(separator: ":").last.flatMap({ UInt16($0) }) else { continue }
            let who = connection.participant.map { trace.participants[$0] }
            let name: String
            switch scheme {
            case .one: name = "all"
            case _ where who?.service == nil: name = "unknown \(port)"
            case .perProcess: name = "process \(who?.id ?? -1)"
            case .perHost: name = "host \(Self.machine(of: who))"
            }
            let number = numbers[name] ?? numbers.count + 1
            numbers[name] = number
            addresses[port] = [0, UInt8(number / 250), UInt8(number % 250 + 1)]
        }
    }

    /// The computes and their agents have hosts of their own, all else runs on the controller.
    private static func machine(of participant: Participant?) -> String {
        guard let host = participant?.host, host.hasPrefix("compute") else { return "controller" }
        return host
    }

    /// The packet with the client's address in place of the loopback's; the broker keeps the latter.
    func rewrite(_ bytes: [UInt8]) -> [UInt8] {
        // Ethernet II, IPv4, TCP: what the recordings hold.
        guard bytes.count >= 34, bytes[12] == 8, bytes[13] == 0, bytes[23] == 6 else { return bytes }
        let tcp = 14 + Int(bytes[14] & 0x0F) * 4
        guard bytes.count >= tcp + 4 else { return bytes }
        let source = UInt16(bytes[tcp]) << 8 | UInt16(bytes[tcp + 1])
        let destination = UInt16(bytes[tcp + 2]) << 8 | UInt16(bytes[tcp + 3])
        var bytes = bytes
        if destination == Self.broker, let address = addresses[source] {
            bytes.replaceSubrange(26..<30, with: [10] + address)
        } else if source == Self.broker, let address = addresses[destination] {
            bytes.replaceSubrange(30..<34, with: [10] + address)
        }
        return bytes
    }
}

extension PacketPlayer {
    /// The same with addresses of their own for hosts or processes.
    func readdressed(_ readdressing: Readdressing) -> PacketPlayer {
        PacketPlayer(
            packets: packets.map { packet in
                var packet = packet
                packet.bytes = readdressing.rewrite(packet.bytes)
                return packet
            })
    }

    /// The same with one process number in all names of connections, as containers give them.
    func renumbered() -> PacketPlayer {
        PacketPlayer(
            packets: packets.map { packet in
                var packet = packet
                packet.bytes = Self.renumbered(packet.bytes)
                return packet
            })
    }

    /// `nova-compute:605:<uuid>` becomes `nova-compute:007:<uuid>`.
    private static func renumbered(_ bytes: [UInt8]) -> [UInt8] {
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let (colon, dash) = (UInt8(ascii: ":"), UInt8(ascii: "-"))
        var bytes = bytes
        for end in bytes.indices where bytes[end] == colon && end + 9 < bytes.count && bytes[end + 9] == dash {
            guard let last = bytes[..<end].lastIndex(where: { !isDigit($0) }), bytes[last] == colon, last + 1 < end
            else { continue }
            for place in last + 1..<end { bytes[place] = UInt8(ascii: place == end - 1 ? "7" : "0") }
        }
        return bytes
    }

    /// The same begun in mid-stream.
    func withoutFirst(_ count: Int) -> PacketPlayer {
        PacketPlayer(packets: Array(packets.dropFirst(count)))
    }
}
