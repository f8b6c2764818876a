import Foundation
import TestSupport
import Testing

extension `A capture on a link` {
    @Test func `goes on when the disk is full, says so once at that time and in its report`() async throws {
        try await VirtualLink.run { link in
            let file = link.pathOnSmallDisk("bus.pcap")
            let capture = try await LinkCapture.start(on: link, ["-w", file])
            let sent = try await link.play("boot-ok")
            let sentence =
                "novatrace: the disk that holds \(file) is full (No space left on device): "
                + "packets are lost to the file, capturing goes on"
            try await capture.program.waitFor(sentence, within: .seconds(5))
            #expect(await capture.program.status == nil)
            let result = try await capture.stop()
            #expect(result.status == 74)
            #expect(result.errors.split(separator: "\n").count { $0.contains("capturing goes on") } == 1)
            #expect(result.errors.contains("bus0: \(sent) packets received · 0 dropped"))
            #expect(result.diagrams.contains("completed: active on compute1"))
            let whole = try await link.read(file).packets
            #expect(whole > 50 && whole < sent)
            #expect(result.errors.contains("\n\(whole) packets written to \(file)\n"), "\(result.errors)")
            #expect(result.errors.contains("\n\(sent - whole) packets were not written: the disk that holds"))
            #expect(result.errors.hasSuffix("\nnovatrace: not all packets were written\n"))
        }
    }

    @Test func `replaces no file without --force, and says so before anything is captured`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("bus.pcap")
            try Data("kept".utf8).write(to: URL(filePath: file))
            let novatrace = ExternalProgram.novatrace.location
            let refused = try await link.run([novatrace, "capture", "-i", "bus0", "-w", file, "--for", "5s"])
            #expect(refused.status == 74)
            #expect(refused.errors == "novatrace: \(file) exists already; --force replaces it (File exists)\n")
            #expect(refused.output.isEmpty)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
            let capture = try await LinkCapture.start(on: link, ["-w", file, "--force"])
            let sent = try await link.play("boot-novalidhost")
            #expect(try await capture.stop().status == 0)
            #expect(try await link.read(file).packets == sent)
        }
    }

    @Test func `writes a ring of files as large and as many as asked for`() async throws {
        try await VirtualLink.run { link in
            let capture = try await LinkCapture.start(on: link, ["-w", link.path("ring"), "-C", "1", "-W", "3"])
            var sent = 0
            for _ in 0..<2 { sent += try await link.play("lifecycle") }
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            let names = try FileManager.default.contentsOfDirectory(atPath: link.folder.path(percentEncoded: false))
            #expect(names.filter { $0.hasPrefix("ring") }.sorted() == ["ring0", "ring1", "ring2"])
            var kept = 0
            for name in ["ring0", "ring1", "ring2"] {
                let size = try FileManager.default.attributesOfItem(atPath: link.path(name))[.size] as? Int
                #expect(size.map { (1...1_000_000).contains($0) } == true)
                kept += try await link.read(link.path(name)).packets
            }
            #expect(kept > 1000 && kept < sent)
            #expect(result.errors.contains(#/\n\d+ packets written to 3 files, the last /#))
        }
    }

    @Test func `writes packets to standard output, and then text to standard error`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("piped.pcap")
            func into(_ file: String) -> [String] { ["/bin/sh", "-c", #"exec "$@" >"$0""#, file] }
            let capture = try await LinkCapture.start(on: link, ["-w", "-"], prefix: into(file))
            let sent = try await link.play("boot-ok")
            let result = try await capture.stop()
            #expect(result.status == 0)
            #expect(result.errors.contains("cast    schedule_and_build_instances  vm-ok"))
            #expect(result.errors.contains("completed: active on compute1"))
            #expect(result.errors.contains("\n\(sent) packets written to "))
            #expect(try await link.read(file).packets == sent)
            // The same through a pipe, to a reader that reads as it comes: a program of its own, which outlives the writer.
            let pipe = link.path("pipe")
            #expect(mkfifo(pipe, 0o600) == 0)
            let reader = await link.start(["tcpdump", "-nn", "-r", pipe])
            let writer = try await LinkCapture.start(on: link, ["-w", "-"], prefix: into(pipe))
            let second = try await link.play("boot-novalidhost")
            try await reader.waitFor(".5672", count: 1, within: .seconds(5))
            #expect(try await writer.stop().status == 0)
            #expect(try await reader.waitForEnd() == 0)
            #expect(String(decoding: await reader.output, as: UTF8.self).split(separator: "\n").count == second)
        }
    }
}
