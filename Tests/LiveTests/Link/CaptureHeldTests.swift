import Foundation
import Glibc
import Subprocess
import TestSupport
import Testing

extension `A capture on a link` {
    /// Plays a recording of which novatrace says more than a pipe or terminal takes, until all of it is in `file`.
    private func fill(_ link: VirtualLink, _ file: String) async throws -> Int {
        let sent = try await link.play("lifecycle")
        var count = 0
        let isWritten = try await eventually(within: .seconds(10)) {
            try await Task.sleep(for: .milliseconds(100))
            count = try await link.run(["tcpdump", "-nn", "-r", file]).output.split(separator: "\n").count
            return count == sent
        }
        #expect(isWritten, "\(count) of \(sent) packets are written while nobody reads lines")
        return sent
    }

    @Test func `goes on while its reader does not read`() async throws {
        try await VirtualLink.run { link in
            let (fifo, file) = (link.path("lines"), link.path("bus.pcap"))
            #expect(mkfifo(fifo, 0o600) == 0)
            let reader = open(fifo, O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            let capture = try await LinkCapture.start(
                on: link, ["-w", file, "--all"], prefix: ["/bin/sh", "-c", #"exec "$@" >"$0""#, fifo])
            let sent = try await fill(link, file)
            await capture.program.send(.interrupt)
            // It waits for its reader with what it has to say at the end.
            try await Task.sleep(for: .milliseconds(500))
            #expect(await capture.program.status == nil)
            _ = fcntl(reader, F_SETFL, 0)
            let text = try await Task.detached { try FileHandle(fileDescriptor: reader).readToEnd() ?? Data() }.value
            let result = try await capture.result()
            #expect(result.status == 0)
            #expect(String(decoding: text, as: UTF8.self).contains("\nbus0 · EN10MB · \(sent) packets"))
            #expect(!result.errors.contains("lines were not shown"), "there was room for all of them")
            #expect(result.errors.contains("\n\(sent) packets written to \(file)\n"), "\(result.errors)")
            #expect(try await link.read(file).packets == sent)
        }
    }

    @Test func `leaves at once at the second signal, with a whole file, while its reader does not read`() async throws {
        try await VirtualLink.run { link in
            let (fifo, file) = (link.path("lines"), link.path("bus.pcap"))
            #expect(mkfifo(fifo, 0o600) == 0)
            let reader = open(fifo, O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            let capture = try await LinkCapture.start(
                on: link, ["-w", file, "--all"], prefix: ["/bin/sh", "-c", #"exec "$@" >"$0""#, fifo])
            let sent = try await fill(link, file)
            await capture.program.send(.interrupt)
            try await Task.sleep(for: .milliseconds(500))
            #expect(await capture.program.status == nil)
            let pressed = ContinuousClock.now
            await capture.program.send(.interrupt)
            #expect(try await capture.result().status == 130)
            #expect(ContinuousClock.now - pressed < .seconds(1))
            #expect(try await link.read(file).packets == sent)
        }
    }

    @Test func `ends without an error when its reader goes away`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("bus.pcap")
            let capture = try await LinkCapture.start(
                on: link, ["-w", file],
                prefix: ["/bin/bash", "-c", #"exec "$@" > >(head -1)"#, "bash"])
            try await link.play("boot-ok", speed: 20)
            let result = try await capture.result()
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.split(separator: "\n").count == 1)
            #expect(result.errors.contains("capture ended: "), "\(result.errors)")
            #expect(try await link.read(file).packets > 0)
        }
    }

    // MARK: A terminal

    @Test func `goes on while its terminal is held with Ctrl-S`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("bus.pcap")
            let terminal = try await LinkTerminal.start(on: link, ["-w", file, "--all"])
            await terminal.press(.controlS)
            let sent = try await fill(link, file)
            let held = await terminal.screen.utf8.count
            try await Task.sleep(for: .milliseconds(300))
            #expect(await terminal.screen.utf8.count == held, "nothing is shown")
            await terminal.press(.controlQ)
            #expect(try await eventually(within: .seconds(5)) { await terminal.screen.contains("messages, ") })
            await terminal.press(.controlC)
            #expect(try await terminal.waitForEnd() == 0)
            #expect(await terminal.screen.contains("\(sent) packets written to \(file)"))
            #expect(try await link.read(file).packets == sent)
        }
    }

    @Test func `leaves at once at the second Ctrl-C on a terminal that hangs, with a whole file`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("bus.pcap")
            let terminal = try await LinkTerminal.start(on: link, ["-w", file, "--all"])
            await terminal.lookAway()
            let sent = try await fill(link, file)
            await terminal.press(.controlC)
            try await Task.sleep(for: .milliseconds(500))
            await terminal.press(.controlC)
            #expect(try await terminal.waitForEnd(within: .seconds(2)) == 130)
            #expect(try await link.read(file).packets == sent)
        }
    }
}
