import Capture
import Foundation
import TestSupport
import Testing
import Trace

/// A packet as it was read.
private struct Read: Equatable {
    var source: Int
    var number: Int64
    var time: Timestamp
    var bytes: [UInt8]
    var wireLength: Int
    var linkType: Int32 = 1
}

private func readAll(_ files: CaptureFiles) throws -> [Read] {
    var packets: [Read] = []
    while try files.nextPacket({ header, bytes in
        packets.append(
            Read(
                source: Int(header.stamp.source), number: header.stamp.number, time: header.stamp.time,
                bytes: bytes.withUnsafeBytes { [UInt8]($0) }, wireLength: header.wireLength,
                linkType: header.linkType.rawValue))
    }) {}
    return packets
}

private func error(_ path: String) -> CaptureError? {
    do throws(CaptureError) {
        _ = try CaptureFiles(paths: [path])
        return nil
    } catch {
        return error
    }
}

private func packet(_ seconds: Int64, _ nanoseconds: Int64 = 0, _ bytes: [UInt8] = [1, 2, 3, 4, 5]) -> RecordedPacket {
    RecordedPacket(Timestamp(seconds: seconds, nanoseconds: nanoseconds), bytes)
}

@Suite struct `Capture files` {
    private let scratch: Scratch
    private let packets = [packet(1_700_000_000, 123_456_000), packet(1_700_000_001, 5_000, [9])]

    init() throws {
        scratch = try Scratch()
    }

    private var expected: [Read] {
        packets.enumerated().map {
            Read(
                source: 0, number: Int64($0 + 1), time: $1.time, bytes: $1.bytes, wireLength: $1.wireLength)
        }
    }

    // MARK: Formats

    @Test(arguments: CaptureFileBuilder.ByteOrder.allCases)
    func `pcap and pcapng are read in both byte orders`(order: CaptureFileBuilder.ByteOrder) throws {
        let files = [
            CaptureFileBuilder.pcap(packets, order: order),
            CaptureFileBuilder.pcap(packets, order: order, nanoseconds: true),
            CaptureFileBuilder.pcapng(packets, order: order),
            CaptureFileBuilder.pcapng(packets, interfaces: [.init(decimals: 9)], order: order),
        ]
        for (index, bytes) in files.enumerated() {
            let read = try readAll(CaptureFiles(paths: [scratch.write("\(index)", bytes)]))
            #expect(read == expected, "file \(index)")
        }
    }

    @Test func `what a file is, it says itself, whatever its name says`() throws {
        for (name, bytes) in [
            ("ng.pcap", CaptureFileBuilder.pcapng(packets)), ("old.pcapng", CaptureFileBuilder.pcap(packets)),
            ("plain.pcap.gz", CaptureFileBuilder.pcap(packets)), ("none.txt", CaptureFileBuilder.pcapng(packets)),
        ] {
            #expect(try readAll(CaptureFiles(paths: [scratch.write(name, bytes)])) == expected, "\(name)")
        }
        _ = try scratch.write("packed", CaptureFileBuilder.pcapng(packets))
        try scratch.run("gzip", on: "packed")
        let packed = try scratch.write("packed.pcap", scratch.bytes("packed.gz"))
        #expect(try readAll(CaptureFiles(paths: [packed])) == expected)
    }

    @Test func `nanoseconds are kept`() throws {
        let exact = [packet(1_700_000_000, 123_456_789)]
        for bytes in [
            CaptureFileBuilder.pcap(exact, nanoseconds: true),
            CaptureFileBuilder.pcapng(exact, interfaces: [.init(decimals: 9)]),
        ] {
            #expect(try readAll(CaptureFiles(paths: [scratch.write("nano", bytes)])).first?.time == exact[0].time)
        }
    }

    @Test func `gzip is read, whatever is in it, in several members and with padding`() throws {
        for (name, bytes) in [
            ("a.pcap", CaptureFileBuilder.pcap(packets)), ("b.pcapng", CaptureFileBuilder.pcapng(packets)),
        ] {
            _ = try scratch.write(name, bytes)
            try scratch.run("gzip", on: name)
            #expect(try readAll(CaptureFiles(paths: [scratch.path(name + ".gz")])) == expected)
        }
        let whole = CaptureFileBuilder.pcap(packets)
        var members: [UInt8] = []
        for (index, part) in [whole[..<30], whole[30...]].enumerated() {
            _ = try scratch.write("part\(index)", Array(part))
            try scratch.run("gzip", on: "part\(index)")
            members += try [UInt8](Data(contentsOf: URL(filePath: scratch.path("part\(index).gz"))))
        }
        let padded = members + [UInt8](repeating: 0, count: 100)
        for bytes in [members, padded] {
            let files = try CaptureFiles(paths: [scratch.write("members.gz", bytes)])
            #expect(try readAll(files) == expected)
            #expect(files.damages.isEmpty)
        }
    }

    @Test func `a packet that was cut keeps its length on the wire`() throws {
        let cut = [RecordedPacket(packets[0].time, [1, 2, 3], wireLength: 1500)]
        for bytes in [CaptureFileBuilder.pcap(cut), CaptureFileBuilder.pcapng(cut)] {
            let read = try readAll(CaptureFiles(paths: [scratch.write("cut", bytes)]))
            #expect(read.first?.wireLength == 1500 && read.first?.bytes == [1, 2, 3])
        }
    }

    @Test func `the years 1970 and 2106 are read as they are`() throws {
        let ends = [packet(0), packet(Int64(UInt32.max))]
        for bytes in [CaptureFileBuilder.pcap(ends), CaptureFileBuilder.pcapng(ends)] {
            let read = try readAll(CaptureFiles(paths: [scratch.write("ends", bytes)]))
            #expect(read.map(\.time.calendarDate) == ["1970-01-01", "2106-02-07"])
        }
    }

    @Test func `the link type is libpcap's, by number and by name`() throws {
        for (written, number, name) in [(101, 12, "RAW"), (113, 113, "LINUX_SLL"), (276, 276, "LINUX_SLL2")]
            as [(UInt32, Int32, String)]
        {
            let path = try scratch.write("link", CaptureFileBuilder.pcap(packets, linkType: written))
            let files = try CaptureFiles(paths: [path])
            #expect(files.sources[0].linkType == name)
            #expect(try readAll(files).first?.linkType == number)
        }
        #expect(LinkType(rawValue: 4711).name == "DLT 4711")
    }

    @Test func `a link type that is not decoded is named with those that are`() {
        let error = CaptureError.undecodable(
            LinkType(rawValue: 105), path: "wifi.pcap", decoded: [LinkType(rawValue: 1), LinkType(rawValue: 12)])
        #expect(
            error.description
                == "wifi.pcap holds packets of link type IEEE802_11 (802.11); decoded are EN10MB, RAW")
        #expect(error.kind == .notACapture)
    }

    @Test func `interfaces of one link type but different resolution are read together`() throws {
        var mixed = packets
        mixed[1].interface = 1
        let bytes = CaptureFileBuilder.pcapng(mixed, interfaces: [.init(), .init(decimals: 9)])
        #expect(try readAll(CaptureFiles(paths: [scratch.write("two", bytes)])) == expected)
    }

    @Test(arguments: CaptureFileBuilder.ByteOrder.allCases, [false, true])
    func `interfaces of different link types and snapshot lengths are read together`(
        order: CaptureFileBuilder.ByteOrder, compressed: Bool
    ) throws {
        var mixed = packets + packets
        for index in mixed.indices { mixed[index].interface = UInt32(index % 3) }
        let interfaces: [CaptureFileBuilder.Interface] = [
            .init(), .init(linkType: 113, decimals: 9), .init(linkType: 101, snapLength: 65_535, decimals: 3),
        ]
        let whole = CaptureFileBuilder.pcapng(mixed, interfaces: interfaces, order: order)
        var path = try scratch.write("mixed", whole)
        if compressed {
            try scratch.run("gzip", on: "mixed")
            path += ".gz"
        }
        let files = try CaptureFiles(paths: [path])
        let read = try readAll(files)
        #expect(read.map(\.linkType) == [1, 113, 12, 1])
        #expect(read.map(\.number) == [1, 2, 3, 4])
        #expect(read.map(\.bytes) == mixed.map(\.bytes))
        #expect(read[1].time == packets[1].time)
        #expect(read[2].time == Timestamp(seconds: 1_700_000_000, nanoseconds: 123_000_000))
        #expect(files.sources[0].linkType == "EN10MB and others" && files.sources[0].bytes == 12)
        #expect(files.damages.isEmpty)
    }

    @Test func `an interface of another link type may be described behind packets`() throws {
        let first = CaptureFileBuilder.pcapng(packets)
        let whole = CaptureFileBuilder.pcapng(packets, interfaces: [.init(linkType: 113)])
        let interface = CaptureFileBuilder.pcapng([], interfaces: [.init(linkType: 113)])[28...]
        var behind = packets[0]
        behind.interface = 1
        let two = CaptureFileBuilder.pcapng([behind], interfaces: [.init(), .init(linkType: 113)])
        let block = two[(two.count - 40)...]
        let read = try readAll(CaptureFiles(paths: [scratch.write("behind", first + interface + block)]))
        #expect(read.map(\.linkType) == [1, 1, 113])
        #expect(read.map(\.bytes) == [packets[0].bytes, packets[1].bytes, packets[0].bytes])
        let sections = try readAll(CaptureFiles(paths: [scratch.write("sections", first + whole)]))
        #expect(sections.map(\.linkType) == [1, 1, 113, 113])
    }

    @Test func `a file with mixed interfaces is survived, cut and damaged anywhere`() throws {
        var mixed = packets + packets
        for index in mixed.indices { mixed[index].interface = UInt32(index % 2) }
        let whole = CaptureFileBuilder.pcapng(mixed, interfaces: [.init(), .init(linkType: 113, decimals: 9)])
        for length in 100..<whole.count {
            let files = try CaptureFiles(paths: [scratch.write("cut", Array(whole[..<length]))])
            let read = try readAll(files)
            #expect(read.map(\.bytes) == mixed[..<read.count].map(\.bytes))
            #expect(read.count < 4 && (files.damages.count == 1 || whole[length...].count % 4 == 0))
        }
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[.random(in: 28..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            guard let files = try? CaptureFiles(paths: [scratch.write("fuzz", bytes)]) else { continue }
            #expect(try readAll(files).count <= 4)
        }
    }

    // MARK: Sources

    @Test func `the counts of a source grow with its packets`() throws {
        let path = try scratch.write("a", CaptureFileBuilder.pcap(packets))
        let files = try CaptureFiles(paths: [path])
        #expect(files.sources[0].packets == 0 && files.sources[0].first == nil)
        _ = try readAll(files)
        let source = files.sources[0]
        #expect(source.path == path && source.packets == 2 && source.bytes == 6)
        #expect(source.first == packets[0].time && source.last == packets[1].time)
        #expect(source.kernelDropped == nil)
    }

    @Test func `files are merged by time, equal times in the order of the files`() throws {
        let first = try scratch.write("a", CaptureFileBuilder.pcap([packet(1), packet(3), packet(5)]))
        let second = try scratch.write("b", CaptureFileBuilder.pcapng([packet(2), packet(3), packet(4)]))
        let empty = try scratch.write("c", CaptureFileBuilder.pcap([]))
        let read = try readAll(CaptureFiles(paths: [first, empty, second]))
        #expect(read.map { "\($0.source):\($0.number)" } == ["0:1", "2:1", "0:2", "2:2", "2:3", "0:3"])
    }

    @Test func `a file whose time goes backward keeps its order`() throws {
        let first = try scratch.write("a", CaptureFileBuilder.pcap([packet(10), packet(1), packet(11)]))
        let second = try scratch.write("b", CaptureFileBuilder.pcap([packet(9), packet(10), packet(12)]))
        let files = try CaptureFiles(paths: [first, second])
        let read = try readAll(files)
        #expect(read.map { "\($0.source):\($0.number)" } == ["1:1", "0:1", "0:2", "1:2", "0:3", "1:3"])
        #expect(files.sources[0].first == Timestamp(seconds: 1, nanoseconds: 0))
    }

    @Test func `many files are merged as their packets were recorded`() throws {
        let paths = try (0..<50).map { file in
            try scratch.write(
                "\(file)", CaptureFileBuilder.pcap((0..<20).map { packet(Int64($0 * 50 + (file * 7) % 50)) }))
        }
        let read = try readAll(CaptureFiles(paths: paths))
        #expect(read.map(\.time) == (0..<1000).map { Timestamp(seconds: $0, nanoseconds: 0) })
    }

    // MARK: Files that end badly

    @Test func `a file cut anywhere gives the packets before the cut and says where it was`() throws {
        for whole in [CaptureFileBuilder.pcap(packets), CaptureFileBuilder.pcap(packets, order: .big)] {
            for length in 24..<whole.count {
                let path = try scratch.write("cut", Array(whole[..<length]))
                let files = try CaptureFiles(paths: [path])
                let count = length >= 45 ? 1 : 0
                #expect(try readAll(files) == Array(expected[..<count]))
                let isWhole = length == 24 || length == 45
                #expect(files.damages.count == (isWhole ? 0 : 1), "cut at \(length)")
                if !isWhole, count == 1 {
                    #expect(files.damages[0].sentence == "\(path) is cut off inside packet 2, the 1 before it was read")
                }
            }
        }
    }

    @Test func `a pcapng file cut anywhere is survived`() throws {
        let whole = CaptureFileBuilder.pcapng(packets)
        for length in 1..<whole.count {
            let path = try scratch.write("cut", Array(whole[..<length]))
            guard let files = try? CaptureFiles(paths: [path]) else { continue }
            let read = try readAll(files)
            #expect(read == Array(expected[..<read.count]) && read.count < 2)
        }
    }

    @Test func `a gzip file that is cut or damaged gives the packets before that`() throws {
        var generator = SeededGenerator(seed: 1)
        let many = (0..<2000).map {
            packet(Int64($0), 0, (0..<50).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
        _ = try scratch.write("many", CaptureFileBuilder.pcap(many))
        try scratch.run("gzip", on: "many")
        let whole = try [UInt8](Data(contentsOf: URL(filePath: scratch.path("many.gz"))))
        var damaged = whole
        for index in whole.count / 2..<whole.count / 2 + 200 { damaged[index] = ~damaged[index] }
        for bytes in [Array(whole[..<(whole.count / 2)]), damaged] {
            let files = try CaptureFiles(paths: [scratch.write("bad.gz", bytes)])
            let read = try readAll(files)
            #expect(read.count > 100 && read.count < 2000)
            #expect(files.damages.count == 1)
        }
        let files = try CaptureFiles(paths: [scratch.write("tail.gz", Array(whole[..<(whole.count - 8)]))])
        #expect(try readAll(files).count == 2000)
        #expect(files.damages.first?.sentence.contains("cannot be decompressed to its end") == true)
    }

    @Test func `a record of 2 GiB ends the file with a sentence`() throws {
        for length: UInt32 in [1 << 31, .max, 300_000_000] {
            let bytes =
                CaptureFileBuilder.pcap(packets)
                + CaptureFileBuilder.pcapRecordHeader(packets[0], capturedLength: length)
                + packets[0].bytes
            let path = try scratch.write("big", bytes)
            let files = try CaptureFiles(paths: [path])
            #expect(try readAll(files) == expected)
            #expect(files.damages.map(\.sentence) == ["\(path) is damaged at packet 3, the 2 before it were read"])
        }
    }

    @Test func `one damaged file does not end the others`() throws {
        let cut = try scratch.write("a", Array(CaptureFileBuilder.pcap([packet(1), packet(2)]).dropLast()))
        let whole = try scratch.write("b", CaptureFileBuilder.pcap([packet(3), packet(4)]))
        let files = try CaptureFiles(paths: [cut, whole])
        #expect(try readAll(files).map(\.source) == [0, 1, 1])
        #expect(files.damages.map(\.source) == [0])
    }

    @Test func `any bytes behind a good header are survived`() throws {
        var generator = SeededGenerator(seed: 1)
        for whole in [CaptureFileBuilder.pcap(packets), CaptureFileBuilder.pcapng(packets)] {
            for _ in 0..<100 {
                var bytes = whole
                for _ in 0..<3 {
                    bytes[Int.random(in: 4..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
                }
                guard let files = try? CaptureFiles(paths: [scratch.write("fuzz", bytes)]) else { continue }
                #expect(try readAll(files).count <= 2)
            }
        }
    }

    // MARK: Files that are none

    @Test func `a header alone is a capture of no packets`() throws {
        for bytes in [CaptureFileBuilder.pcap([]), CaptureFileBuilder.pcapng([])] {
            let files = try CaptureFiles(paths: [scratch.write("none", bytes)])
            #expect(try readAll(files).isEmpty)
            #expect(files.damages.isEmpty && files.sources[0].packets == 0)
        }
    }

    @Test func `what is no capture is refused in one sentence`() throws {
        let cases: [([UInt8], String)] = [
            ([], " is empty"),
            (Array("PK\u{3}\u{4}....".utf8), " is a zip archive: unpack it with unzip"),
            ([0x28, 0xB5, 0x2F, 0xFD, 0], " is compressed with zstd: decompress it with zstd -d"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0], " is compressed with xz: decompress it with xz -d"),
            ([0x04, 0x22, 0x4D, 0x18, 0], " is compressed with lz4: decompress it with lz4 -d"),
            (Array("BZh9".utf8), " is compressed with bzip2: decompress it with bzip2 -d"),
            (Array("snoop\0\0\0\0".utf8), " is a snoop capture: convert it with editcap -F pcap"),
        ]
        for (bytes, sentence) in cases {
            let path = try scratch.write("file", bytes)
            #expect(error(path) == CaptureError(.notACapture, path: path, path + sentence))
        }
        let text = try scratch.write("text", Array("just some text, nothing else\n".utf8))
        #expect(error(text)?.kind == .notACapture)
        #expect(error(text)?.sentence == "\(text) is neither a pcap nor a pcapng file")
        #expect(error(text)?.cause == "unknown file format")
        let short = try scratch.write("short", Array(CaptureFileBuilder.pcap([])[..<20]))
        #expect(error(short)?.kind == .notACapture)
        #expect(error(short)?.sentence == "\(short) is a capture file without a whole header")
    }

    @Test func `what cannot be opened is said with its reason`() throws {
        let missing = scratch.path("missing")
        #expect(
            error(missing)
                == CaptureError(
                    .unreadable, path: missing, "\(missing) does not exist", cause: "No such file or directory"))
        let directory = scratch.directory.path
        #expect(error(directory)?.kind == .unreadable)
        #expect(error(directory)?.sentence == "\(directory) is a directory, not a capture file")
        #expect(error("/dev/null")?.kind == .notACapture)
        #expect(error("/dev/null")?.description == "/dev/null is empty")
    }

    @Test(.disabled(if: getuid() == 0, "root reads everything"))
    func `a file without read permission is said to have none`() throws {
        let path = try scratch.write("secret", CaptureFileBuilder.pcap(packets))
        chmod(path, 0)
        #expect(error(path)?.kind == .unreadable)
        #expect(error(path)?.sentence == "\(path) may not be read by this user")
    }

    // MARK: Streams

    @Test(arguments: [false, true])
    func `a FIFO is read, compressed or not`(compressed: Bool) throws {
        _ = try scratch.write("a.pcap", CaptureFileBuilder.pcap(packets))
        if compressed { try scratch.run("gzip", on: "a.pcap") }
        let fifo = scratch.path("fifo")
        mkfifo(fifo, 0o600)
        let writer = Process()
        writer.executableURL = URL(filePath: "/bin/sh")
        writer.arguments = ["-c", "cat \"$0\" > \"$1\"", scratch.path(compressed ? "a.pcap.gz" : "a.pcap"), fifo]
        try writer.run()
        #expect(try readAll(CaptureFiles(paths: [fifo])) == expected)
        writer.waitUntilExit()
    }
}
