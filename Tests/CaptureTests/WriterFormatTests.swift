import Capture
import Foundation
import TestSupport
import Testing
import Trace

@Suite struct `What is written` {
    private let scratch: Scratch
    private let packets = [
        RecordedPacket(Timestamp(nanoseconds: 1_700_000_000_123_456_789), [1, 2, 3, 4, 5], wireLength: 1500),
        RecordedPacket(Timestamp(nanoseconds: 1_700_000_001_999_999_999), [6, 7, 8, 9]),
        RecordedPacket(Timestamp(nanoseconds: 1_700_000_001_000_000_000), []),
    ]

    init() throws {
        scratch = try Scratch()
    }

    private static let order: CaptureFileBuilder.ByteOrder = 1.littleEndian == 1 ? .little : .big

    // MARK: Byte for byte

    @Test func `a pcap file is that of the draft, with nanoseconds and in native byte order`() throws {
        _ = try write(packets, to: scratch.path("a.pcap"))
        #expect(
            try scratch.bytes("a.pcap") == CaptureFileBuilder.pcap(packets, order: Self.order, nanoseconds: true))
    }

    @Test(.enabled(if: 1.littleEndian == 1, "the expected bytes are little-endian"))
    func `a pcapng file is that of the draft, block by block`() throws {
        let interface = WrittenInterface(
            name: "eth0", linkType: ethernet.linkType, snapLength: 65_535, filter: "tcp port 5672")
        _ = try write(
            Array(packets.prefix(1)), to: scratch.path("a.pcapng"), interfaces: [interface], dropped: [(9, 2)])
        let section: [UInt8] =
            [0x0A, 0x0D, 0x0D, 0x0A, 48, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0]
            + [UInt8](repeating: 0xFF, count: 8) + [4, 0, 9, 0] + Array("novatrace\0\0\0".utf8) + [0, 0, 0, 0]
            + [48, 0, 0, 0]
        let description: [UInt8] =
            [1, 0, 0, 0, 60, 0, 0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0, 0] + [2, 0, 4, 0] + Array("eth0".utf8)
            + [11, 0, 14, 0, 0] + Array("tcp port 5672".utf8) + [0, 0] + [9, 0, 1, 0, 9, 0, 0, 0] + [0, 0, 0, 0]
            + [60, 0, 0, 0]
        // 1,700,000,000,123,456,789 is 0x17979CFE_3D85CD15.
        let time: [UInt8] = [0xFE, 0x9C, 0x97, 0x17, 0x15, 0xCD, 0x85, 0x3D]
        let packet: [UInt8] =
            [6, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0] + time + [5, 0, 0, 0, 0xDC, 5, 0, 0] + [1, 2, 3, 4, 5, 0, 0, 0]
            + [40, 0, 0, 0]
        let statistics: [UInt8] =
            [5, 0, 0, 0, 52, 0, 0, 0, 0, 0, 0, 0] + time + [4, 0, 8, 0, 9, 0, 0, 0, 0, 0, 0, 0]
            + [5, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0] + [52, 0, 0, 0]
        let written = try scratch.bytes("a.pcapng")
        #expect(written == section + description + packet + statistics, "\(written)")
    }

    // MARK: Read back

    @Test(arguments: ["a.pcap", "a.pcapng"])
    func `our reader gives back every packet with its nanoseconds and its length on the wire`(name: String) throws {
        let (files, loss) = try write(packets, to: scratch.path(name))
        let file = try WrittenFile(scratch.path(name))
        #expect(file.packets == packets)
        #expect(file.isWhole)
        #expect(files == [scratch.path(name)])
        #expect(loss == nil)
    }

    @Test(arguments: [0, 1, 2, 3, 4, 1000, 65_536, 262_143, 262_144])
    func `a packet of any size keeps its neighbours where they are`(size: Int) throws {
        let packet = RecordedPacket(packets[0].time, [UInt8](repeating: 3, count: size))
        for name in ["a.pcap", "a.pcapng"] {
            _ = try write([packets[0], packet, packets[1]], to: scratch.path(name))
            #expect(try WrittenFile(scratch.path(name)).packets == [packets[0], packet, packets[1]])
        }
    }

    @Test(arguments: ["a.pcap", "a.pcapng"])
    func `no more of a packet is written than the snapshot length that the file announces`(name: String) throws {
        var interface = ethernet
        interface.snapLength = 100
        _ = try write(numbered(2, bytes: 300), to: scratch.path(name), interfaces: [interface])
        let file = try WrittenFile(scratch.path(name))
        #expect(file.packets.map(\.bytes.count) == [100, 100])
        #expect(file.packets.map(\.wireLength) == [300, 300])
    }

    @Test(arguments: ["a.pcap", "a.pcapng"])
    func `times that the format cannot hold become the nearest that it can`(name: String) throws {
        let times = [Timestamp(nanoseconds: -5), Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max)]
        _ = try write(times.map { RecordedPacket($0, [1]) }, to: scratch.path(name))
        let latest = Timestamp(seconds: Int64(UInt32.max), nanoseconds: 999_999_999)
        let epoch = Timestamp(nanoseconds: 0)
        let expected = name == "a.pcap" ? [epoch, epoch, latest] : [epoch, epoch, times[2]]
        #expect(try WrittenFile(scratch.path(name)).packets.map(\.time) == expected)
    }

    @Test func `raw IP has another number in files than in libpcap`() throws {
        let raw = WrittenInterface(name: "tun0", linkType: LinkType(rawValue: 12), snapLength: 0)
        for name in ["a.pcap", "a.pcapng"] {
            _ = try write(packets, to: scratch.path(name), interfaces: [raw])
            #expect(try WrittenFile(scratch.path(name)).linkTypes == [12, 12, 12])
        }
        #expect(try scratch.bytes("a.pcap")[20..<24].contains(101))
    }

    // MARK: The format

    @Test(arguments: [
        ("a.pcap", false), ("a.cap", false), ("a", false), ("a.PCAPNG", true), ("a.ntar", true), ("a.pcapng", true),
    ])
    func `one interface is pcap unless the name says pcapng`(name: String, isPcapng: Bool) throws {
        _ = try write(packets, to: scratch.path(name))
        #expect(try scratch.bytes(name).starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) == isPcapng)
    }

    @Test func `several interfaces are pcapng unless the name says pcap`() throws {
        let interfaces = [ethernet, WrittenInterface(name: "lo", linkType: ethernet.linkType, snapLength: 96)]
        var packets = packets
        packets[1].interface = 1
        for (name, isPcapng) in [("a", true), ("a.cap", true), ("a.pcapng", true), ("a.pcap", false)] {
            _ = try write(packets, to: scratch.path(name), interfaces: interfaces)
            #expect(try scratch.bytes(name).starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) == isPcapng, "\(name)")
            #expect(try WrittenFile(scratch.path(name)).packets == packets)
        }
    }

    @Test func `interfaces of different link types are refused for a name that says pcap`() throws {
        let interfaces = [ethernet, WrittenInterface(name: "any", linkType: LinkType(rawValue: 276), snapLength: 0)]
        let path = scratch.path("a.pcap")
        #expect(
            refusal(path, interfaces: interfaces)
                == "\(path) cannot hold packets of two link types, EN10MB of eth0 and LINUX_SLL2 of any: "
                + "give it a name that ends in .pcapng")
        #expect(try scratch.names.isEmpty)
        var packets = packets
        packets[1].interface = 1
        _ = try write(packets, to: scratch.path("a.pcapng"), interfaces: interfaces)
        let file = try WrittenFile(scratch.path("a.pcapng"))
        #expect(file.linkTypes == [1, 276, 1])
        #expect(file.packets == packets)
    }

    @Test func `a packet of an interface that the file does not describe is counted as lost`() throws {
        var packets = packets
        packets[1].interface = 1
        let (_, loss) = try write(packets, to: scratch.path("a.pcapng"))
        #expect(loss?.packets == 1)
        #expect(try WrittenFile(scratch.path("a.pcapng")).packets == [packets[0], packets[2]])
    }
}

/// The sentence that the writer refuses `path` with.
func refusal(
    _ path: String, interfaces: [WrittenInterface] = [ethernet], ring: RingOptions? = nil, overwrites: Bool = false
) -> String? {
    do throws(CaptureError) {
        _ = try PacketWriter(path: path, interfaces: interfaces, ring: ring, overwrites: overwrites)
        return nil
    } catch {
        return error.kind == .unwritable ? error.sentence : "not unwritable: \(error)"
    }
}

@Suite struct `What other programs read of it` {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private static func tool(_ name: String) -> ExternalProgram? { ExternalProgram.installed(name) }
    private static let recording = ExternalProgram.projectFolder.appending(path: "captures/boot-novalidhost.pcap").path

    /// Copies the recording, its packets alternating between the interfaces.
    private func copy(to name: String, interfaces: Int) throws -> String {
        let files = try CaptureFiles(paths: [Self.recording])
        let linkType = files.linkTypes[0]
        let described = (0..<interfaces).map {
            WrittenInterface(name: "eth\($0)", linkType: linkType, snapLength: 262_144, filter: "tcp port 5672")
        }
        var writer = try PacketWriter(path: scratch.path(name), interfaces: described)
        while try files.nextPacket({ header, bytes in
            let stamp = PacketStamp(
                time: header.stamp.time, source: Int32(Int(header.stamp.number) % interfaces), number: 0)
            writer.write(PacketHeader(stamp: stamp, linkType: linkType, wireLength: header.wireLength), bytes)
        }) {}
        writer.finish(dropped: (0..<interfaces).map { (received: 1000 + $0, dropped: 17 + $0) })
        #expect(writer.loss == nil)
        return scratch.path(name)
    }

    @Test(
        .enabled(if: tool("tcpdump") != nil || ExternalProgram.mustBeInstalled, "tcpdump is not installed"),
        arguments: ["a.pcap", "a.pcapng", "b.pcapng"])
    func `tcpdump prints the same packets as of the original`(name: String) async throws {
        let tcpdump = try #require(Self.tool("tcpdump"))
        let copy = try copy(to: name, interfaces: name == "b.pcapng" ? 3 : 1)
        let (original, written) = try await (
            tcpdump.run(["-r", Self.recording, "-nn", "-tt", "--nano", "-xx"]),
            tcpdump.run(["-r", copy, "-nn", "-tt", "--nano", "-xx"])
        )
        #expect(written.status == 0)
        #expect(original.output.count > 10_000)
        #expect(written.output == original.output)
    }

    @Test(
        .enabled(if: tool("tshark") != nil || ExternalProgram.mustBeInstalled, "tshark is not installed"),
        arguments: ["a.pcap", "a.pcapng", "b.pcapng"])
    func `tshark prints the same packets as of the original`(name: String) async throws {
        let tshark = try #require(Self.tool("tshark"))
        let copy = try copy(to: name, interfaces: name == "b.pcapng" ? 3 : 1)
        let fields = ["frame.time_epoch", "frame.len", "frame.cap_len", "_ws.col.Info", "tcp.payload"]
        let arguments = ["-T", "fields"] + fields.flatMap { ["-e", $0] }
        let (original, written) = try await (
            tshark.run(["-r", Self.recording] + arguments), tshark.run(["-r", copy] + arguments)
        )
        #expect(written.status == 0)
        #expect(written.errors.contains("cut short") == false)
        #expect(original.output.count > 10_000)
        #expect(written.output == original.output)
    }

    @Test(.enabled(if: tool("tshark") != nil || ExternalProgram.mustBeInstalled, "tshark is not installed"))
    func `tshark knows the interfaces, their filters and what they dropped`() async throws {
        let tshark = try #require(Self.tool("tshark"))
        let copy = try copy(to: "a.pcapng", interfaces: 2)
        let names = try await tshark.run(["-r", copy, "-c", "2", "-T", "fields", "-e", "frame.interface_name"])
        #expect(names.output == "eth1\neth0\n")
        let blocks = try await tshark.run(["-r", copy, "-X", "read_format:MIME Files Format", "-V"]).output
        for text in ["eth0", "eth1", "tcp port 5672", "novatrace", "1000", "1001"] {
            #expect(blocks.contains(text), "\(text)")
        }
        #expect(blocks.components(separatedBy: "Block: Interface Statistics Block").count == 3)
        #expect(!blocks.contains("Malformed"))
    }
}
