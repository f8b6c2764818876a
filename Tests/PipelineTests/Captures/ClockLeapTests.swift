import Capture
import Pipeline
import TestSupport
import Testing
import Trace

/// Whether time passed while nothing was captured, the timestamps of TCP tell.
@Suite struct `A time that leaps forward` {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// Three connections that are in use, hundreds of packets, and then again after `pause`.
    private func packets(pause: Nanoseconds, timestamps: Bool = true) -> (packets: [RecordedPacket], middle: Int) {
        var sessions = (0..<3 as Range<UInt16>).map { index in
            var session = TCPSessionBuilder(client: .v4(1, port: 40_000 + index))
            session.interval = .milliseconds(10)
            session.timestampsFrom = timestamps ? UInt32(index) * 1_000_000 : nil
            session.handshake()
            return session
        }
        func talk() -> [RecordedPacket] {
            for index in sessions.indices {
                for _ in 0..<50 {
                    sessions[index].send(.client, Array("question".utf8))
                    sessions[index].send(.server, Array("answer".utf8))
                }
            }
            return sessions.indices.flatMap { sessions[$0].takePackets() }.sorted { $0.time < $1.time }
        }
        let before = talk()
        for index in sessions.indices { sessions[index].time = sessions[index].time + pause }
        return (before + talk(), before.count)
    }

    private func source(_ packets: [RecordedPacket]) throws -> CaptureSource {
        let path = try scratch.write("file.pcap", CaptureFileBuilder.pcap(packets, nanoseconds: true))
        return try TracePipeline.trace(of: [path]).capture.sources[0]
    }

    @Test(arguments: [90, 3600, 26_000_000] as [Int64])
    func `while the senders' clocks go on as before is that of a clock which was set`(seconds: Int64) throws {
        let (packets, middle) = self.packets(pause: .seconds(1))
        let set = packets.enumerated().map { place, packet in
            RecordedPacket(packet.time + (place < middle ? 0 : .seconds(seconds)), packet.bytes)
        }
        let source = try source(set)
        let step = try #require(source.clock.steps.first)
        #expect(source.clock.steps.count == 1 && step.packet == middle + 1)
        #expect((step.size - .seconds(seconds)).magnitude < .milliseconds(200))
        // What did pass stays.
        let last = try #require(source.last)
        #expect((last - packets[packets.count - 1].time).magnitude < .milliseconds(200))
    }

    @Test(arguments: [true, false])
    func `as the senders' clocks do, or where nothing tells, is a pause`(timestamps: Bool) throws {
        let (packets, _) = self.packets(pause: .seconds(3600), timestamps: timestamps)
        let source = try source(packets)
        #expect(source.clock == SourceClock())
        #expect(source.last == packets.last?.time)
    }
}
