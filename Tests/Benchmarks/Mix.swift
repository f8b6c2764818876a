import Foundation
import TestSupport
import Trace

/// A kind of traffic that is measured: what is cheap in one is dear in another.
enum Mix: String, CaseIterable {
    /// Copies of real recordings: the bus alone, and everything on the wire.
    case bus, everything
    /// Calls and casts with bodies of one size.
    case calls, small, large
    /// Many connections that stay open.
    case connections
    /// Many builds.
    case operations

    var title: String {
        switch self {
        case .bus: "real bus"
        case .everything: "real, everything"
        case .calls: "4 kB bodies"
        case .small: "smallest bodies"
        case .large: "52 kB bodies"
        case .connections: "60,000 connections"
        case .operations: "15,000 operations"
        }
    }

    /// Whether the cost budget has a bar for it (DESIGN, "Cost budget").
    var hasBar: Bool { [.bus, .everything, .calls].contains(self) }
    /// Whether commands other than `stats` are measured with it.
    var isForCommands: Bool { [.connections, .operations].contains(self) }

    private static let openConnections = 60_000
    private static let builds = 15_000

    /// Writes a capture of that kind, of some 200 MB, or a fifth of it.
    func write(to path: String, isQuick: Bool) throws -> TrafficGenerator.Tally {
        let bytes = isQuick ? 40_000_000 : 200_000_000
        switch self {
        case .bus, .everything:
            var copies = try RecordingCopies(of: Self.recordings(), self == .bus ? .bus : .everything)
            return try copies.write(bytes: bytes, to: path)
        case .calls: return try TrafficGenerator.writeEven(bodies: 4096, bytes: bytes, to: path)
        case .small: return try TrafficGenerator.writeEven(bodies: nil, bytes: bytes / 4, to: path)
        case .large: return try TrafficGenerator.writeEven(bodies: 52_000, bytes: bytes, to: path)
        case .connections: return try Self.writeConnections(Self.openConnections / (isQuick ? 5 : 1), to: path)
        case .operations: return try TrafficGenerator.writeBuilds(Self.builds / (isQuick ? 5 : 1), to: path)
        }
    }

    private static func recordings() throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "captures").path(percentEncoded: false)
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".pcap") }.sorted()
            .map { folder + "/" + $0 }
    }

    private static func writeConnections(_ count: Int, to path: String) throws -> TrafficGenerator.Tally {
        var writer = try PcapWriter(path: path)
        var traffic = ReconnectTraffic(processes: 500, callsPerConnection: 1, closes: false)
        for _ in 0..<count {
            for packet in traffic.nextConnection() {
                writer.write(at: UInt64(packet.time.nanoseconds / 1000), packet.bytes, [])
            }
        }
        try writer.finish()
        var tally = TrafficGenerator.Tally()
        (tally.bytes, tally.packets, tally.calls) = (writer.bytes, writer.packets, count)
        return tally
    }
}
