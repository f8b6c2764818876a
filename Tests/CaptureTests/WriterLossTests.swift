import Capture
import Foundation
import TestSupport
import Testing
import Trace

@Suite struct `Without room on the disk` {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// Whether a small file system can be mounted: root in its own machine or container.
    private static let canMount: Bool = {
        guard geteuid() == 0, let scratch = try? Scratch() else { return false }
        guard mount("tmpfs", scratch.directory.path, "tmpfs", 0, "size=16k") == 0 else { return false }
        umount2(scratch.directory.path, Int32(MNT_DETACH))
        return true
    }()

    @Test(
        .enabled(if: canMount || ExternalProgram.mustBeInstalled, "no file system can be mounted by this user"),
        arguments: ["a.pcap", "a.pcapng"])
    func `a full disk loses packets, and when there is room writing goes on`(name: String) throws {
        let folder = scratch.directory.path
        try #require(mount("tmpfs", folder, "tmpfs", 0, "size=200k") == 0)
        defer { umount2(folder, Int32(MNT_DETACH)) }
        var writer = try PacketWriter(path: scratch.path(name), interfaces: [ethernet])
        for packet in numbered(400, bytes: 1001) { writer.write(packet) }
        let loss = writer.loss
        let lost = try #require(loss)
        let before = try WrittenFile(scratch.path(name))
        #expect(before.isWhole)
        #expect(before.numbers == Array(0..<before.numbers.count))
        #expect(before.numbers.count + lost.packets == 400)
        #expect(
            lost.cause == "the disk that holds \(scratch.path(name)) is full (No space left on device)")
        // More room, and not a file less: one that is deleted lasts as long as any process of another test has it open.
        try #require(mount("tmpfs", folder, "tmpfs", UInt(MS_REMOUNT), "size=400k") == 0)
        for packet in numbered(50, bytes: 1001, from: 400) { writer.write(packet) }
        writer.finish(dropped: [(received: 450, dropped: 0)])
        let after = try WrittenFile(scratch.path(name))
        #expect(after.isWhole)
        #expect(after.numbers == before.numbers + Array(400..<450))
        #expect(writer.loss == lost)
    }

    @Test(
        .enabled(if: canMount || ExternalProgram.mustBeInstalled, "no file system can be mounted by this user"))
    func `a ring keeps to the disk that it has`() throws {
        let folder = scratch.directory.path
        // Room for a few deleted files that a process of another test still has open.
        try #require(mount("tmpfs", folder, "tmpfs", 0, "size=200k") == 0)
        defer { umount2(folder, Int32(MNT_DETACH)) }
        let (files, loss) = try write(
            numbered(1000, bytes: 1000), to: scratch.path("a"), ring: RingOptions(bytesPerFile: 25_000, files: 3))
        #expect(loss == nil)
        let numbers = try files.flatMap { try WrittenFile($0).numbers }
        #expect(numbers == Array(1000 - numbers.count..<1000))
        #expect(numbers.count > 48)
    }

    @Test(
        .enabled(if: canMount || ExternalProgram.mustBeInstalled, "no file system can be mounted by this user"))
    func `a disk that cannot be written is told in one sentence`() throws {
        let folder = scratch.directory.path
        try #require(mount("tmpfs", folder, "tmpfs", UInt(MS_RDONLY), "size=16k") == 0)
        defer { umount2(folder, Int32(MNT_DETACH)) }
        #expect(refusal("\(folder)/a") == "\(folder)/a is on a disk that cannot be written")
    }

    @Test(arguments: ["a.pcap", "a.pcapng"])
    func `whatever the size that a file may have, it ends after a whole packet`(name: String) async throws {
        let path = scratch.path(name)
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            let header = try headerLength(path)
            for limit in header..<header + 300 {
                try FileManager.default.removeItem(atPath: path)
                limitFileSize(limit)
                var writer = try PacketWriter(path: path, interfaces: [ethernet])
                for packet in numbered(9, bytes: 37, interval: 1) { writer.write(packet) }
                writer.flush()
                let file = try WrittenFile(path)
                #expect(file.isWhole, "\(limit)")
                #expect(file.numbers == Array(0..<file.numbers.count), "\(limit)")
                #expect(file.numbers.count + (writer.loss?.packets ?? 0) == 9, "\(limit)")
                limitFileSize(nil)
                writer.write(numbered(1, bytes: 37, from: 9, interval: 1)[0])
                writer.write(numbered(1, bytes: 37, from: 10)[0])
                writer.finish()
                let last = writer.loss == nil ? [9, 10] : [10]
                #expect(try WrittenFile(path).numbers == file.numbers + last, "\(limit)")
            }
        }
    }

    @Test func `a file without room for its header is not begun`() async throws {
        let path = scratch.path("a.pcap")
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            limitFileSize(23)
            #expect(refusal(path) == "\(path) has the largest size that a file may have here")
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func `after a failure it is tried once a second of packet time, whichever way the clock goes`() async throws {
        let path = scratch.path("a.pcap")
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            var writer = try PacketWriter(path: path, interfaces: [ethernet])
            limitFileSize(24)
            func write(_ seconds: Double) {
                writer.write(RecordedPacket(Timestamp(nanoseconds: Int64((1000 + seconds) * 1e9)), [1, 2]))
            }
            write(0)
            writer.flush()
            limitFileSize(nil)
            write(0.5)
            write(-0.5)
            #expect(writer.loss?.packets == 3)
            write(-3600)
            #expect(try WrittenFile(path).packets.count == 1)
            write(0.6)
            writer.finish()
            #expect(writer.loss?.packets == 3)
            #expect(try WrittenFile(path).packets.count == 2)
        }
    }
}

@Suite struct `However it ends` {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test(arguments: ["a.pcap", "a.pcapng"])
    func `a kill leaves a file that can be read, with all that was flushed`(name: String) async throws {
        let path = scratch.path(name)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            var writer = try PacketWriter(path: path, interfaces: [ethernet])
            for (index, packet) in numbered(2000, bytes: 999).enumerated() {
                writer.write(packet)
                if index == 1500 { writer.flush() }
            }
            kill(getpid(), SIGKILL)
        }
        let file = try WrittenFile(path)
        #expect(file.isWhole)
        #expect(file.numbers == Array(0..<file.numbers.count))
        #expect(file.numbers.count > 1500)
    }

    @Test func `a reader that goes away ends the writing, and that is said`() async throws {
        let pipe = scratch.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        await #expect(processExitsWith: .success) { [pipe = pipe as String] in
            signal(SIGPIPE, SIG_IGN)
            let reader = open(pipe, O_RDONLY | O_NONBLOCK)
            var writer = try PacketWriter(path: pipe, interfaces: [ethernet])
            for packet in numbered(3, bytes: 100) { writer.write(packet) }
            writer.flush()
            #expect(writer.isOver == false)
            close(reader)
            for packet in numbered(5, bytes: 100, from: 3) { writer.write(packet) }
            writer.flush()
            #expect(writer.isOver == true)
            for packet in numbered(20, bytes: 100, from: 10) { writer.write(packet) }
            writer.finish()
            #expect(
                writer.loss?.description == "25 packets were not written: nobody reads \(pipe) any more (Broken pipe)")
        }
    }

    @Test func `standard output is a pipe for other programs`() async throws {
        let path = scratch.path("out.pcapng")
        await #expect(processExitsWith: .success) { [path = path as String] in
            let file = open(path, O_WRONLY | O_CREAT, 0o600)
            #expect(dup2(file, STDOUT_FILENO) == STDOUT_FILENO)
            #expect(
                refusal("-", ring: RingOptions(bytesPerFile: 1000))
                    == "standard output is one stream, which cannot be divided into several files")
            var writer = try PacketWriter(
                path: "-", interfaces: [ethernet, ethernet].map { $0 })
            for packet in numbered(5, bytes: 100) { writer.write(packet) }
            writer.finish()
            #expect(writer.loss == nil)
        }
        #expect(try WrittenFile(path).numbers == Array(0..<5))
    }

    @Test func `packets are not written to a terminal`() async {
        await #expect(processExitsWith: .success) {
            let standardOutput = dup(STDOUT_FILENO)
            dup2(open("/dev/ptmx", O_RDWR | O_NOCTTY), STDOUT_FILENO)
            let sentence = refusal("-")
            dup2(standardOutput, STDOUT_FILENO)
            #expect(sentence == "standard output is a terminal: packets are written to a file or a pipe")
        }
    }
}

/// Bytes before the first packet.
private func headerLength(_ path: String) throws -> Int {
    _ = try write([], to: path)
    return try Data(contentsOf: URL(filePath: path)).count
}

/// Limits the size of the files of this process.
private func limitFileSize(_ size: Int?) {
    let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    var limit = rlimit()
    #expect(getrlimit(fileSize, &limit) == 0)
    limit.rlim_cur = size.map { rlim_t($0) } ?? limit.rlim_max
    #expect(setrlimit(fileSize, &limit) == 0)
}
