import Glibc
import TestSupport
import Testing
import Trace

@testable import Capture

/// What nearly all pcap files are is read here and not by libpcap: it must come to the same.
@Suite struct `pcap files are read as libpcap reads them` {
    /// A value: a packet as it was read.
    private struct Read: Equatable {
        var time: Timestamp
        var wireLength: Int
        var bytes: [UInt8]
    }

    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func ours(_ path: String) throws -> ([Read], PacketFile.Next, LinkType) {
        var file = try PacketFile(path)
        var packets: [Read] = []
        while true {
            let next = file.read()
            guard next == .packet else { return (packets, next, file.packet.linkType) }
            let packet = file.packet
            packets.append(Read(time: packet.time, wireLength: packet.wireLength, bytes: [UInt8](packet.bytes)))
        }
    }

    private func libpcaps(_ path: String) throws -> ([Read], PacketFile.Next, LinkType) {
        var error = ""
        let file = try #require(fopen(path, "rb"))
        let handle = try #require(PcapHandle(file, error: &error), "\(error)")
        var packets: [Read] = []
        while true {
            let next = handle.read()
            guard next == .packet else { return (packets, next, handle.linkType) }
            packets.append(Read(time: handle.time, wireLength: handle.wireLength, bytes: [UInt8](handle.packet)))
        }
    }

    private func compare(_ bytes: [UInt8], _ what: Comment) throws {
        let path = try scratch.write("a.pcap", bytes)
        let (ours, libpcaps) = (try ours(path), try libpcaps(path))
        #expect(ours.0 == libpcaps.0, what)
        #expect(ours.1 == libpcaps.1, what)
        #expect(ours.2 == libpcaps.2, what)
    }

    @Test(arguments: [false, true]) func `with bytes changed, cut out and put in`(nanoseconds: Bool) throws {
        var random = SeededGenerator(seed: nanoseconds ? 1 : 2)
        let packets = (0..<40).map { number in
            RecordedPacket(
                Timestamp(seconds: 1_700_000_000 + Int64(number), nanoseconds: 5000),
                (0..<Int.random(in: 0..<300, using: &random)).map { _ in .random(in: 0...255, using: &random) })
        }
        let whole = CaptureFileBuilder.pcap(packets, order: .little, nanoseconds: nanoseconds)
        try compare(whole, "whole")
        for round in 0..<2000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 24..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = .random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                case 2: bytes.insert(contentsOf: [0, 1, 2, 3, 0, 0, 0, 0], at: place)
                default: bytes.removeLast(bytes.count - place)
                }
                if bytes.count <= 24 { break }
            }
            try compare(bytes, "round \(round)")
        }
    }

    @Test func `with every snapshot length, and packets beyond it`() throws {
        let packets = [0, 1, 99, 100, 101, 5000, 262_144, 262_145].map {
            RecordedPacket(Timestamp(seconds: 7, nanoseconds: 0), [UInt8](repeating: 9, count: $0))
        }
        let whole = CaptureFileBuilder.pcap(packets, order: .little)
        for length: UInt32 in [0, 1, 100, 4096, 262_144, 262_145, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF] {
            var bytes = whole
            withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(16..<20, with: $0) }
            try compare(bytes, "\(length)")
        }
    }

    @Test func `with every link type`() throws {
        let whole = CaptureFileBuilder.pcap(
            [RecordedPacket(Timestamp(seconds: 7, nanoseconds: 0), [UInt8](repeating: 9, count: 60))], order: .little)
        for type: UInt32 in Array(0...300) {
            var bytes = whole
            withUnsafeBytes(of: type.littleEndian) { bytes.replaceSubrange(20..<24, with: $0) }
            try compare(bytes, "\(type)")
        }
    }
}
