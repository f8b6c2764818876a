import Capture
import Foundation
import TestSupport
import Testing
import Trace

/// Captures of raw IP as several hosts would have made them, each of what passes there and for as long as it ran.
@Suite struct `Files that begin and end at different times` {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func packets(_ incident: String) throws -> [RecordedPacket] {
        let files = try CaptureFiles(paths: [IncidentCase.path(of: incident)])
        var packets: [RecordedPacket] = []
        while try files.nextPacket({ header, bytes in
            packets.append(
                RecordedPacket(
                    header.stamp.time, bytes.withUnsafeBytes { Array($0) }, wireLength: header.wireLength))
        }) {}
        return packets
    }

    private func write(
        _ name: String, _ packets: [RecordedPacket], linkType: UInt32 = 101, shift: Nanoseconds = 0
    ) throws -> String {
        let packets = packets.map { RecordedPacket($0.time + shift, $0.bytes) }
        return try scratch.write(name, CaptureFileBuilder.pcap(packets, linkType: linkType, nanoseconds: true))
    }

    /// Whether a packet is of a connection with one of those ports, behind IP's header at that place.
    private func isOf(_ ports: Set<UInt16>, _ packet: RecordedPacket, behind start: Int = 0) -> Bool {
        [start + 20, start + 22].contains { place in
            ports.contains(UInt16(packet.bytes[place]) << 8 | UInt16(packet.bytes[place + 1]))
        }
    }

    /// Whether a packet is of that host.
    private func isOf(_ host: [UInt8], _ packet: RecordedPacket) -> Bool {
        Array(packet.bytes[12..<16]) == host || Array(packet.bytes[16..<20]) == host
    }

    private func isBefore(_ seconds: Int64, _ packet: RecordedPacket, of packets: [RecordedPacket]) -> Bool {
        guard let first = packets.first else { return false }
        return packet.time - first.time < .seconds(seconds)
    }

    private func say(_ saying: Saying, of paths: [String]) async throws {
        let result = try await ExternalProgram.novatrace.run(saying.command + ["--width", "240"] + paths)
        let faults = saying.faults(in: result.output + "\n" + result.errors)
        #expect(faults.isEmpty, "\(faults)")
        if let status = saying.status { #expect(result.status == status) }
    }

    private static let compute1: [UInt8] = [10, 0, 1, 10]

    @Test func `an answer is not lost since the file ended in which its delivery would stand`() async throws {
        let all = try packets("nova-05-multi-3-one-hangs-spawning.pcap")
        let controller = try write("ctl.pcap", all.filter { !isOf(Self.compute1, $0) })
        let start = try #require(all.first).time
        let compute = try write(
            "cmp1.pcap", all.filter { isOf(Self.compute1, $0) && $0.time - start < .milliseconds(4500) })
        try await say(
            Saying("explain", "--instance", "vm0", never: ["stuck", "did not reach", "nobody took"]),
            of: [controller, compute])
        let excerpt = scratch.path("excerpt.pcapng")
        let export = try await ExternalProgram.novatrace.run([
            "export", controller, compute, "--instance", "vm0", "-o", excerpt,
        ])
        #expect(export.status == 0, "\(export.errors)")
        try await say(Saying("explain", never: ["stuck", "did not reach", "nobody took"]), of: [excerpt])
    }

    @Test func `a service whose file ended has not fallen silent`() async throws {
        let all = try packets("op-18-compute-silent-after-60s.pcap")
        let compute = try write(
            "cmp1.pcap", all.filter { isOf(Self.compute1, $0) && isBefore(100, $0, of: all) })
        let others = try write("others.pcap", all.filter { !isOf(Self.compute1, $0) })
        try await say(
            Saying(
                "list", says: ["nova-compute@cmp2 fell silent at 22:14:24"], never: ["nova-compute@cmp1 fell silent"]),
            of: [compute, others])
        try await say(Saying("connections", never: ["nova-compute@cmp1 fell silent"]), of: [compute, others])
    }

    @Test func `a service whose reports pass in one file alone is silent at most until that one ended`() async throws {
        let all = try packets("op-18-compute-silent-after-60s.pcap")
        let reporting: Set<UInt16> = [40421, 40461]
        let one = try write("one.pcap", all.filter { isOf(reporting, $0) })
        let other = try write("other.pcap", all.filter { !isOf(reporting, $0) }, shift: .seconds(60))
        try await say(
            Saying(
                "connections", says: ["nova-compute@cmp2 fell silent at 22:15:24"],
                never: ["nova-compute@cmp3 fell silent", "nova-compute@cmp1 fell silent"]),
            of: [one, other])
    }

    @Test func `time between files is no silence`() async throws {
        let all = try packets("op-18-compute-silent-after-60s.pcap")
        let start = try #require(all.first).time
        let before = try write("1.pcap", all.filter { $0.time - start < .seconds(30) })
        let after = try write("2.pcap", all.filter { (.seconds(120) ..< .seconds(146)) ~= $0.time - start })
        try await say(Saying("list", never: ["fell silent"]), of: [before, after])
        // A file that is written on in the next one is as one file.
        let rest = try write("rest.pcap", all.filter { $0.time - start >= .seconds(30) })
        try await say(Saying("list", says: ["nova-compute@cmp2 fell silent at 22:14:24"]), of: [before, rest])
    }

    @Test(arguments: [
        "late-1-reply-15s-after-timeout.pcap", "vain-2-save-answered-after-70s.pcap",
        "compute-killed-and-restarted.pcap",
        "gone-5-source-of-a-live-migration.pcap",
    ])
    func `what one capture wrote to several files is told as of one`(incident: String) async throws {
        let files = try CaptureFiles(paths: [IncidentCase.path(of: incident)])
        let linkType = try #require(files.linkTypes.first).rawValue
        let all = try packets(incident)
        let whole = try write("whole.pcap", all, linkType: UInt32(linkType))
        func told(_ paths: [String]) async throws -> [String] {
            let result = try await ExternalProgram.novatrace.run(["list", "--problems", "--width", "300"] + paths)
            let explained = try await ExternalProgram.novatrace.run(
                ["export", "--format", "json", "--all"] + paths)
            let verdicts = explained.output.split(separator: "\n").filter {
                $0.contains("\"verdict\"") || $0.contains("\"text\"")
            }
            return [result.output] + verdicts.map(String.init)
        }
        let expected = try await told([whole])
        #expect(expected.count > 1)
        for part in [3, 5, 8] {
            let cut = all.count * part / 10
            let parts = [
                try write("1.pcap", Array(all[..<cut]), linkType: UInt32(linkType)),
                try write("2.pcap", Array(all[cut...]), linkType: UInt32(linkType)),
            ]
            #expect(try await told(parts) == expected)
        }
    }

    @Test func `a cast is not untaken for as long as another broker's file goes on`() async throws {
        let all = try packets("op-14-consumer-cancelled-by-broker.pcap")
        let start = try #require(all.first).time
        let short = try write("short.pcap", all.filter { $0.time - start < .seconds(3) })
        let other = try write(
            "other.pcap",
            try packets("op-18-compute-silent-after-60s.pcap").map { packet in
                var packet = packet
                (packet.bytes[13], packet.bytes[17]) = (9, 9)
                return packet
            })
        try await say(Saying("list", says: ["running"], never: ["taken by nobody in 2"]), of: [short, other])
        try await say(
            Saying("explain", "--instance", "vm1", says: ["running", "short.pcap"], never: ["stuck"]),
            of: [short, other])
    }

    @Test func `who was refused is not named after a host of another capture`() async throws {
        let paths = ["op-04-login-refused-403.pcap", "net-01-broker-refuses-tcp-rst.pcap"].map(IncidentCase.path)
        try await say(
            Saying("list", says: ["refused (TCP reset)"], never: ["nova-compute 10.0.1.10, 10.0.1.11"]), of: paths)
    }

    @Test func `captures of other events give no offset of clocks that no clock has`() async throws {
        let paths = [
            "cells-5-cell-conductor-down-one-broker.pcap", "nova-05-multi-3-one-hangs-spawning.pcap",
            "op-01-reply-queue-gone-312.pcap", "op-03-queue-404-timeout.pcap", "op-18-compute-silent-after-60s.pcap",
        ].map(IncidentCase.path)
        try await say(Saying("list", never: ["drifts by", "clock is 0"]), of: paths)
    }

    @Test func `a service that stops in order is no trouble either when its connections go on from another file`()
        async throws
    {
        let folder = ExternalProgram.projectFolder.appending(path: "captures")
        let paths = ["boot-ok.pcap", "boot-conductor-down.pcap"].map {
            folder.appending(path: $0).path(percentEncoded: false)
        }
        try await say(Saying("list", never: ["cancelled 1 consumer"]), of: paths)
    }
}
