import Foundation
import TestSupport
import Testing

extension `What a capture on a link finds` {
    private static let encapsulations = Encapsulation.all.filter { encapsulation in
        // Of ports that VXLAN is not known by, only files are read.
        encapsulation.linkType == 1 && !encapsulation.description.contains("port 14789")
            && !encapsulation.description.contains("any port")
    }

    @Test(arguments: encapsulations)
    func `is the bus behind tags and in tunnels, too`(encapsulation: Encapsulation) async throws {
        let (packets, network) = try await capture(Self.boot(in: encapsulation))
        #expect(packets == Self.boot.packets.count)
        #expect(network["tcp_segments"] as? Int == packets)
    }

    @Test func `is nothing of what a tunnel carries of others, nor of tunnels that are not wanted`() async throws {
        let onOtherPort = Encapsulation(description: "VXLAN", tunnels: []) { frame in
            Encapsulation.vxlan(42).wrap(Self.onPort5673(frame))
        }
        #expect(try await capture(Self.boot(in: onOtherPort)).packets == 0)
        #expect(try await capture(Self.boot(in: .vxlan(42)), ["--no-tunnels"]).packets == 0)
        #expect(try await capture(Self.boot.packets, ["--no-tunnels"]).packets == Self.boot.packets.count)
    }

    private static let boot: WireBus = {
        var bus = WireBus()
        bus.bootUntilCompute1()
        return bus
    }()

    private static func boot(in encapsulation: Encapsulation) -> [RecordedPacket] {
        boot.packets.map { RecordedPacket($0.time, encapsulation.wrap($0.bytes)) }
    }

    /// The frame with the broker's port changed on whichever end it is.
    private static func onPort5673(_ frame: [UInt8]) -> [UInt8] {
        var frame = frame
        for place in [34, 36] where frame[place] == 0x16 && frame[place + 1] == 0x28 { frame[place + 1] = 0x29 }
        return frame
    }

    /// What a capture says of packets that are sent onto its link.
    private func capture(
        _ packets: [RecordedPacket], _ arguments: [String] = []
    ) async throws -> (packets: Int, network: [String: Any]) {
        var found: (Int, [String: Any]) = (-1, [:])
        try await VirtualLink.run { link in
            let file = link.path("sent.pcap")
            try Data(CaptureFileBuilder.pcap(packets)).write(to: URL(filePath: file))
            let capture = try await LinkCapture.start(on: link, ["--format", "json"] + arguments)
            let sent = try await link.run(["/usr/bin/python3", VirtualLink.program("play.py"), file, "tx0"])
            #expect(sent.status == 0, "\(sent.errors)")
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            let network = (document?["capture"] as? [String: Any])?["network"] as? [String: Any] ?? [:]
            found = (network["packets"] as? Int ?? -1, network)
        }
        return (found.0, found.1)
    }
}
