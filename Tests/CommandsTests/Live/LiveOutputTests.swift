import Capture
import Glibc
import Synchronization
import Testing

@testable import NovatraceCommands

@Suite struct `Lines of a live capture` {
    /// A pipe whose reader does as the test says.
    private struct Pipe {
        let reader: Int32
        let writer: Int32

        init() {
            var ends: [Int32] = [-1, -1]
            #expect(pipe(&ends) == 0)
            (reader, writer) = (ends[0], ends[1])
        }

        /// Reads on a thread of its own what comes until `body` has returned.
        ///
        /// - Returns: how many bytes.
        func readAll(_ body: () throws -> Void) throws -> Int {
            let count = Atomic<Int>(0)
            let thread = try WorkerThread { [reader] in
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                while case let step = read(reader, &buffer, buffer.count), step > 0 {
                    count.add(step, ordering: .relaxed)
                }
            }
            defer { close(reader) }
            do {
                defer { close(writer) }
                try body()
            }
            thread.join()
            return count.load(ordering: .relaxed)
        }

        var output: ResultOutput { ResultOutput(descriptor: writer, name: "the pipe") }
    }

    private static let line = [UInt8](repeating: UInt8(ascii: "x"), count: (1 << 20) - 1) + [UInt8(ascii: "\n")]

    @Test func `wait for a reader that does not read up to a bound, and are counted beyond it`() throws {
        let pipe = Pipe()
        let output = LiveOutput(pipe.output) {}
        try output.start()
        for _ in 0..<40 { output.write(Self.line, count: 10) }
        let room = Limits.bytesWaiting / Self.line.count
        #expect(output.lostLines == (40 - room) * 10)
        output.say("what is said waits as well")
        #expect(try pipe.readAll { try output.finish() } == room * Self.line.count)
        #expect(output.lostLines == (40 - room) * 10)
    }

    @Test func `of any length are taken when nothing waits`() throws {
        let pipe = Pipe()
        let output = LiveOutput(pipe.output) {}
        try output.start()
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: Limits.bytesWaiting + 1)
        output.write(long, count: 1)
        output.write(Self.line, count: 1)
        #expect(output.lostLines == 1)
        #expect(try pipe.readAll { try output.finish() } == long.count)
    }

    @Test func `end the capture when their reader is gone`() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        close(pipe.reader)
        let calls = Mutex(0)
        let output = LiveOutput(pipe.output) { calls.withLock { $0 += 1 } }
        try output.start()
        for _ in 0..<3 { output.write(Self.line, count: 1) }
        #expect(throws: ClosedPipe.self) { try output.finish() }
        #expect(calls.withLock { $0 } == 1)
        close(pipe.writer)
    }
}
