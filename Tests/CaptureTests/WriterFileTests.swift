import Capture
import Foundation
import TestSupport
import Testing
import Trace

@Suite struct `Where it is written` {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test func `a file that exists is refused and stays as it is`() throws {
        let path = try scratch.write("a.pcap", [1, 2, 3])
        #expect(refusal(path) == "\(path) exists already; --force replaces it")
        #expect(try scratch.bytes("a.pcap") == [1, 2, 3])
    }

    @Test func `a file that exists is replaced where that is wanted`() throws {
        let path = try scratch.write("a.pcap", [UInt8](repeating: 1, count: 5000))
        var writer = try PacketWriter(path: path, interfaces: [ethernet], overwrites: true)
        writer.write(numbered(1, bytes: 9)[0])
        writer.finish()
        #expect(try WrittenFile(path).packets == numbered(1, bytes: 9))
    }

    @Test(arguments: [false, true])
    func `a link to nothing and a link to a file are refused with leave to replace as well, and lead nowhere`(
        overwrites: Bool
    ) throws {
        let (link, target) = (scratch.path("link"), scratch.path("target"))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        let sentence = "\(link) is a link, and what links lead to is not written over"
        #expect(refusal(link, overwrites: overwrites) == sentence)
        #expect(!FileManager.default.fileExists(atPath: target))
        _ = try scratch.write("target", [1])
        #expect(refusal(link, overwrites: overwrites) == sentence)
        #expect(try scratch.bytes("target") == [1])
    }

    @Test(.enabled("this is not root") { ExternalProgram.mustBeInstalled || getuid() == 0 })
    func `what a stranger has put where everybody may write is neither replaced nor written to`() throws {
        let (file, pipe) = (try scratch.write("file", [1]), scratch.path("pipe"))
        #expect(mkfifo(pipe, 0o666) == 0)
        for path in [file, pipe] { #expect(chown(path, 1234, 1234) == 0) }
        #expect(chmod(scratch.directory.path, 0o1777) == 0)
        let reason = "is not replaced: it lies in a folder that everybody may write, and is or may be another user's"
        for path in [file, pipe] { #expect(refusal(path, overwrites: true) == "\(path) \(reason)") }
        #expect(refusal(pipe) == "\(pipe) \(reason)")
        // One's own file with a second name may be another's plan.
        #expect(chown(file, 0, 0) == 0)
        #expect(link(file, scratch.path("second")) == 0)
        #expect(refusal(file, overwrites: true) == "\(file) \(reason)")
        #expect(unlink(scratch.path("second")) == 0)
        #expect(try scratch.bytes("file") == [1])
        #expect(refusal(file, overwrites: true) == nil)
    }

    @Test(.enabled("this is not root") { ExternalProgram.mustBeInstalled || getuid() == 0 })
    func `a folder that is a stranger's link, where everybody may write, is not gone through`() throws {
        let place = scratch.directory.path
        #expect(mkdir(scratch.path("public"), 0o777) == 0 && chmod(scratch.path("public"), 0o1777) == 0)
        #expect(mkdir(scratch.path("elsewhere"), 0o755) == 0)
        let link = scratch.path("public/traces")
        #expect(symlink("\(place)/elsewhere", link) == 0 && lchown(link, 1234, 1234) == 0)
        let file = "\(link)/a.pcap"
        let reason = "a folder of it is another user's link in a folder that everybody may write"
        for overwrites in [false, true] {
            #expect(refusal(file, overwrites: overwrites) == "cannot write \(file): \(reason)")
        }
        // One's own link, or a stranger's where nobody else may write.
        #expect(lchown(link, 0, 0) == 0 && refusal(file) == nil)
        #expect(lchown(link, 1234, 1234) == 0 && chmod(scratch.path("public"), 0o755) == 0)
        #expect(refusal("\(link)/b.pcap") == nil)
    }

    @Test(arguments: [false, true])
    func `what cannot be written is told in one sentence`(overwrites: Bool) throws {
        let folder = scratch.directory.path
        #expect(refusal(folder, overwrites: overwrites) == "\(folder) is a directory")
        let missing = scratch.path("no/a.pcap")
        #expect(
            refusal(missing, overwrites: overwrites) == "\(missing) cannot be created: its folder does not exist")
        let inFile = try scratch.write("file", [1]) + "/a.pcap"
        #expect(
            refusal(inFile, overwrites: overwrites)
                == "\(inFile) cannot be created: what should be its folder is none")
        #expect(refusal("/dev/full", overwrites: overwrites) == "the disk that holds /dev/full is full")
        #expect(refusal(scratch.path("a"), interfaces: []) != nil)
        #expect(try scratch.names == ["file"])
    }

    @Test func `a folder that this user may not write is told in one sentence`() async throws {
        let folder = scratch.directory.path
        chmod(folder, 0o555)
        await #expect(processExitsWith: .success) { [folder = folder as String] in
            if geteuid() == 0 { #expect(seteuid(65_534) == 0) }
            #expect(refusal("\(folder)/a.pcap") == "\(folder)/a.pcap may not be written by this user")
        }
        chmod(folder, 0o755)
    }

    @Test func `a device is written as it is, with and without leave to replace`() throws {
        for overwrites in [false, true] {
            var writer = try PacketWriter(path: "/dev/null", interfaces: [ethernet], overwrites: overwrites)
            for packet in numbered(1000, bytes: 1000) { writer.write(packet) }
            writer.finish()
            #expect(writer.loss == nil)
        }
    }

    @Test func `a named pipe is written as it is, and its reader sees whole packets at each flush`() async throws {
        let (pipe, packets) = (scratch.path("pipe"), numbered(50, bytes: 4000))
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = Process()
        reader.executableURL = URL(filePath: "/bin/cat")
        reader.arguments = [pipe]
        reader.standardOutput = try FileHandle(forWritingTo: URL(filePath: scratch.write("copy.pcap", [])))
        try reader.run()
        #expect(try write(packets, to: pipe).loss == nil)
        reader.waitUntilExit()
        #expect(try WrittenFile(scratch.path("copy.pcap")).packets == packets)
    }

    @Test func `only its owner can read a file, since packets hold secrets`() throws {
        _ = try write([], to: scratch.path("a.pcap"))
        let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path("a.pcap"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test(arguments: ["a.pcap", "a.pcapng"])
    func `a capture without a packet is a file that can be read`(name: String) throws {
        var writer = try PacketWriter(path: scratch.path(name), interfaces: [ethernet])
        #expect(try WrittenFile(scratch.path(name)).packets.isEmpty)
        writer.finish(dropped: [(0, 0)])
        #expect(try WrittenFile(scratch.path(name)).isWhole)
    }

    @Test(arguments: ["a.pcap", "a.pcapng"])
    func `after each flush the file holds all packets so far, and between them whole ones`(name: String) throws {
        var writer = try PacketWriter(path: scratch.path(name), interfaces: [ethernet])
        for (index, packet) in numbered(600, bytes: 1500).enumerated() {
            writer.write(packet)
            if index % 100 == 99 {
                writer.flush()
                #expect(try WrittenFile(scratch.path(name)).packets.count == index + 1)
            } else if index % 10 == 0 {
                #expect(try WrittenFile(scratch.path(name)).isWhole)
            }
        }
        writer.finish()
        #expect(try WrittenFile(scratch.path(name)).numbers == Array(0..<600))
    }

    @Test func `what is written after the end is counted as lost`() throws {
        var writer = try PacketWriter(path: scratch.path("a.pcap"), interfaces: [ethernet])
        writer.finish()
        writer.write(numbered(1, bytes: 9)[0])
        #expect(writer.isOver == true)
        #expect(writer.loss?.description == "1 packet was not written: \(scratch.path("a.pcap")) is closed")
        writer.flush()
        writer.finish()
    }
}

@Suite struct `A ring of files` {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// Ten packets of a pcap file.
    private static let size = 24 + 10 * (16 + 100)

    private func ring(_ count: Int, bytes: Int = size, files: Int?, name: String = "a.pcap") throws -> [String] {
        let written = try write(
            numbered(count, bytes: 100), to: scratch.path(name), ring: RingOptions(bytesPerFile: bytes, files: files))
        #expect(written.loss == nil)
        return written.files
    }

    private func numbers(_ names: [String]) throws -> [[Int]] {
        try names.map { try WrittenFile(scratch.path($0)).numbers }
    }

    @Test func `without a limit the files after the first are numbered from 1`() throws {
        let files = try ring(35, files: nil)
        let names = ["a.pcap", "a.pcap1", "a.pcap2", "a.pcap3"]
        #expect(files == names.map(scratch.path))
        #expect(try scratch.names == names)
        #expect(try numbers(names) == [Array(0..<10), Array(10..<20), Array(20..<30), Array(30..<35)])
    }

    @Test func `with a limit the oldest is replaced, and names have as many digits as the last`() throws {
        let files = try ring(115, files: 10)
        #expect(try scratch.names == (0..<10).map { "a.pcap\($0)" })
        #expect(files == ([2, 3, 4, 5, 6, 7, 8, 9, 0, 1]).map { scratch.path("a.pcap\($0)") })
        #expect(
            try numbers(["a.pcap1", "a.pcap2", "a.pcap0"]) == [Array(110..<115), Array(20..<30), Array(100..<110)])
        _ = try ring(15, files: 11, name: "b")
        #expect(try scratch.names.suffix(2) == ["b00", "b01"])
        _ = try ring(1, files: 1000, name: "c")
        #expect(try scratch.names.last == "c000")
    }

    @Test func `a ring of one file keeps its name`() throws {
        #expect(try ring(25, files: 1) == [scratch.path("a.pcap")])
        #expect(try numbers(["a.pcap"]) == [Array(20..<25)])
    }

    @Test(arguments: [1, 500, 1184, 5000, 70_000])
    func `a file holds a packet at least, and is not larger than wanted`(bytes: Int) throws {
        for name in try ring(300, bytes: bytes, files: nil) {
            let file = try WrittenFile(name)
            let size = 24 + file.packets.count * 116
            #expect(file.isWhole)
            #expect(file.packets.count == 1 || size <= bytes)
        }
    }

    @Test func `each file of a pcapng ring describes the interfaces`() throws {
        let files = try ring(50, bytes: 2000, files: nil, name: "a.pcapng")
        #expect(files.count > 2)
        #expect(try files.flatMap { try WrittenFile($0).numbers } == Array(0..<50))
    }

    @Test func `without a limit a name that is taken is stepped over, and its file stays`() throws {
        _ = try scratch.write("a.pcap1", [1])
        _ = try scratch.write("a.pcap2", [2])
        #expect(try ring(25, files: nil) == ["a.pcap", "a.pcap3", "a.pcap4"].map(scratch.path))
        #expect(try scratch.bytes("a.pcap1") == [1])
        #expect(try scratch.bytes("a.pcap2") == [2])
    }

    @Test func `with a limit every name must be free at the start`() throws {
        let taken = try scratch.write("a.pcap2", [1])
        let options = RingOptions(bytesPerFile: Self.size, files: 3)
        #expect(refusal(scratch.path("a.pcap"), ring: options) == "\(taken) exists already; --force replaces it")
        #expect(try scratch.names == ["a.pcap2"])
        #expect(refusal(scratch.path("a.pcap"), ring: options, overwrites: true) == nil)
    }

    @Test func `a file that somebody else puts in the way is never replaced`() throws {
        var writer = try PacketWriter(
            path: scratch.path("a"), interfaces: [ethernet], ring: RingOptions(bytesPerFile: Self.size, files: 3))
        _ = try scratch.write("a1", [1])
        for packet in numbered(75, bytes: 100) { writer.write(packet) }
        writer.finish()
        #expect(try scratch.bytes("a1") == [1])
        #expect(writer.loss == nil)
        #expect(try numbers(["a0", "a2"]) == [Array(60..<70), Array(70..<75)])
    }

    @Test func `one stream is not divided`() {
        let options = RingOptions(bytesPerFile: 1000)
        #expect(
            refusal("/dev/null", ring: options) == "/dev/null is one stream, which cannot be divided into several files"
        )
    }

    @Test func `a ring that cannot go on loses packets, says why, and goes on when it can`() async throws {
        let folder = scratch.directory.path
        await #expect(processExitsWith: .success) { [folder = folder as String] in
            let path = "\(folder)/a.pcap"
            var writer = try PacketWriter(
                path: path, interfaces: [ethernet], ring: RingOptions(bytesPerFile: 1184, files: nil))
            chmod(folder, 0o555)
            if geteuid() == 0 { #expect(seteuid(65_534) == 0) }
            for packet in numbered(15, bytes: 100) { writer.write(packet) }
            #expect(writer.loss?.packets == 5)
            #expect(writer.loss?.cause.hasPrefix("\(path)") == true)
            if geteuid() != getuid() { #expect(seteuid(getuid()) == 0) }
            chmod(folder, 0o755)
            for packet in numbered(5, bytes: 100, from: 15) { writer.write(packet) }
            writer.finish()
            #expect(writer.loss?.packets == 5)
            #expect(try WrittenFile(path).numbers == Array(0..<10))
            #expect(try WrittenFile(path + "1").numbers == Array(15..<20))
        }
    }

    @Test func `a ring stays in its folder when that is given another name`() async throws {
        let folder = scratch.directory.appending(path: "folder").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        var writer = try PacketWriter(
            path: "\(folder)/a.pcap", interfaces: [ethernet], ring: RingOptions(bytesPerFile: 1184, files: nil))
        #expect(rename(folder, folder + "-away") == 0)
        for packet in numbered(15, bytes: 100) { writer.write(packet) }
        writer.finish()
        #expect(writer.loss == nil)
        #expect(try WrittenFile("\(folder)-away/a.pcap1").numbers == Array(10..<15))
    }

    @Test(
        .enabled(
            if: ExternalProgram.installed("tcpdump") != nil || ExternalProgram.mustBeInstalled,
            "tcpdump is not installed"),
        arguments: [nil, 1, 3, 12])
    func `the names are those that tcpdump gives`(limit: Int?) async throws {
        let tcpdump = try #require(ExternalProgram.installed("tcpdump"))
        let packets = numbered(3600, bytes: 1000)
        _ = try write(packets, to: scratch.path("all"))
        try FileManager.default.createDirectory(
            at: scratch.directory.appending(path: "theirs"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            at: scratch.directory.appending(path: "ours"), withIntermediateDirectories: true)
        let user = ["-Z", NSUserName()]
        let result = try await tcpdump.run(
            ["-r", scratch.path("all"), "-w", scratch.path("theirs/a"), "-C", "1"] + user
                + (limit.map { ["-W", String($0)] } ?? []))
        #expect(result.status == 0, "\(result.errors)")
        _ = try write(packets, to: scratch.path("ours/a"), ring: RingOptions(bytesPerFile: 1_000_000, files: limit))
        let names = try ["theirs", "ours"].map {
            try FileManager.default.contentsOfDirectory(atPath: scratch.path($0)).sorted()
        }
        #expect(names[0].count == min(limit ?? 4, 4))
        #expect(names[0] == names[1])
    }
}
