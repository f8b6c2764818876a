import Bytes
import Foundation
import Network
import TestSupport
import Testing
import Trace

/// Held against tshark, which follows sequence numbers by itself.
@Suite struct `TCP streams of real recordings` {
    /// Port 5672 in both places, so that a stream's name says its direction.
    private struct Direction: Hashable {
        let source: String
        let destination: String
    }

    @Test(.enabled("tshark is not installed") { Self.mustRun || Self.hasTshark }, arguments: Self.recordings)
    func `bytes and gaps of each direction are what tshark counts`(recording: String) throws {
        let path = Self.folder.appending(path: recording + ".pcap").path
        var collector = StreamCollector()
        for packet in try Self.packets(path) { collector.receive(packet) }
        collector.finish()
        #expect(collector.violations.isEmpty)
        var lengths: [Direction: Int] = [:]
        for flow in collector.flows {
            let (first, second) = (flow.endpoints.first, flow.endpoints.second)
            guard first.port == 5672 || second.port == 5672 else { continue }
            lengths[Direction(source: "\(first)", destination: "\(second)"), default: 0] += flow.forward.length
            lengths[Direction(source: "\(second)", destination: "\(first)"), default: 0] += flow.backward.length
        }
        let expected = try Self.tsharkLengths(path)
        #expect(expected.count > 10)
        #expect(lengths.filter { $0.value > 0 } == expected)
    }

    private static let recordings = [
        "boot-ok", "boot-midstream", "boot-novalidhost", "boot-conductor-down", "lifecycle",
    ]
    private static let mustRun = ProcessInfo.processInfo.environment["CI"] == "true"
    private static let hasTshark = (try? output(["tshark", "--version"]))?.isEmpty == false
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../captures")

    /// The packets of a pcap file in little-endian order with microseconds, as tcpdump writes it.
    private static func packets(_ path: String) throws -> [RecordedPacket] {
        let file = try [UInt8](Data(contentsOf: URL(filePath: path)))
        func word(_ offset: Int) -> Int {
            (0..<4).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
        }
        try #require(word(0) == 0xA1B2_C3D4 && word(20) == 1)
        var packets: [RecordedPacket] = []
        var offset = 24
        while offset + 16 <= file.count {
            let time = Timestamp(seconds: Int64(word(offset)), nanoseconds: Int64(word(offset + 4)) * 1000)
            let start = offset + 16
            offset = start + word(offset + 8)
            packets.append(RecordedPacket(time, Array(file[start..<offset]), wireLength: word(start - 4)))
        }
        return packets
    }

    /// From the first to the last byte of data in each direction, summed over connections with the same ends.
    private static func tsharkLengths(_ path: String) throws -> [Direction: Int] {
        let fields = ["tcp.stream", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "tcp.seq", "tcp.len"]
        let text = try output(
            ["tshark", "-r", path, "-Y", "tcp.port == 5672 && tcp.len > 0", "-T", "fields"]
                + fields.flatMap { ["-e", $0] })
        var ranges: [[String]: ClosedRange<Int>] = [:]
        for line in text.split(separator: "\n") {
            let values = line.split(separator: "\t").map(String.init)
            guard values.count == fields.count, let sequence = Int(values[5]), let length = Int(values[6]) else {
                continue
            }
            let key = Array(values[..<5])
            let range = sequence...(sequence + length)
            let known = ranges[key] ?? range
            ranges[key] = min(known.lowerBound, range.lowerBound)...max(known.upperBound, range.upperBound)
        }
        var lengths: [Direction: Int] = [:]
        for (key, range) in ranges {
            let direction = Direction(source: "\(key[1]):\(key[2])", destination: "\(key[3]):\(key[4])")
            lengths[direction, default: 0] += range.upperBound - range.lowerBound
        }
        return lengths
    }

    private static func output(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : ""
    }
}
