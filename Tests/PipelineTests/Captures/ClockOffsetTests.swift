import Capture
import Pipeline
import TestSupport
import Testing
import Trace

/// A capture as several hosts would have taken it, each with a clock of its own.
@Suite struct `Files of hosts whose clocks differ` {
    private let scratch: Scratch
    private let bus: WireBus

    init() throws {
        scratch = try Scratch()
        var bus = WireBus()
        bus.wait(.seconds(2))
        bus.bootUntilCompute1()
        for state in ["networking", "block_device_mapping", "spawning"] as [WireJSON] {
            bus.save("building", state, by: WireBus.compute1)
            bus.wait(.milliseconds(300))
        }
        bus.save("active", .null, by: WireBus.compute1)
        self.bus = bus
    }

    /// Whether a packet is of a connection of the compute, whose address ends in 13.
    private static func isOfCompute(_ packet: RecordedPacket) -> Bool {
        Array(packet.bytes[26..<30]) == [10, 0, 0, 13] || Array(packet.bytes[30..<34]) == [10, 0, 0, 13]
    }

    private func write(_ name: String, _ packets: [RecordedPacket], shift: Nanoseconds = 0) throws -> String {
        try scratch.write(
            name,
            CaptureFileBuilder.pcap(
                packets.map { RecordedPacket($0.time + shift, $0.bytes) }, nanoseconds: true))
    }

    private func whole() throws -> BusTrace {
        try TracePipeline.trace(of: [write("whole.pcap", bus.packets)])
    }

    /// The controller's file with everything but the compute's connections, the compute's with those alone, shifted.
    private func split(_ shift: Nanoseconds) throws -> [String] {
        [
            try write("controller.pcap", bus.packets.filter { !Self.isOfCompute($0) }),
            try write("compute1.pcap", bus.packets.filter(Self.isOfCompute), shift: shift),
        ]
    }

    private func expectEqual(_ trace: BusTrace, _ whole: BusTrace, within tolerance: Nanoseconds) {
        #expect(TraceDigest(trace) == TraceDigest(whole))
        let known = Dictionary(whole.messages.map { ($0.uniqueID, $0) }, uniquingKeysWith: { first, _ in first })
        for message in trace.messages {
            guard let other = known[message.uniqueID], let at = message.at, let expected = other.at else { continue }
            #expect((at - expected).magnitude <= tolerance, "\(message.title)")
            #expect(message.deliveries.count == other.deliveries.count)
            #expect(message.amqp?.republished == other.amqp?.republished)
        }
        expectCausal(trace)
    }

    private func expectCausal(_ trace: BusTrace) {
        for message in trace.messages {
            for delivery in message.deliveries {
                #expect(delivery.at >= message.publishedAt ?? delivery.at)
                #expect(delivery.acknowledgedAt ?? delivery.at >= delivery.at)
            }
        }
        for call in trace.calls {
            guard let request = call.request.map({ trace.messages[$0] }),
                let reply = call.reply.map({ trace.messages[$0] }), let asked = request.at, let answered = reply.at
            else { continue }
            #expect(asked <= answered)
            #expect(call.latency ?? 0 >= 0)
        }
    }

    @Test func `what the bounds leave open is not said, whatever the file that another was compared with`() throws {
        let recording = try #require(Recording.all.first { $0.name == "boot-conductor-down" })
        let player = try PacketPlayer(recording).amqpOnly()
        let own = player.readdressed(Readdressing(player.trace(), .perHost))
        // The broker keeps the loopback's address.
        let hosts = Dictionary(grouping: own.packets) { packet in
            Array(packet.bytes[26] == 10 ? packet.bytes[26..<30] : packet.bytes[30..<34])
        }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let controller = try #require(hosts.max { $0.value.count < $1.value.count }).key
        let paths = try hosts.map { address, packets in
            try write(
                "host \(address)", packets.map { RecordedPacket($0.stamp.time, $0.bytes) },
                shift: address == controller ? .milliseconds(-100) : 0)
        }
        for ((address, _), source) in zip(hosts, try TracePipeline.trace(of: paths).capture.sources) {
            let offset = source.clock.correction.offset
            guard address == controller else {
                #expect(offset == nil, "\(address)")
                continue
            }
            #expect((try #require(offset).offset + .milliseconds(100)).magnitude < .milliseconds(5))
        }
    }

    @Test(arguments: [2_300_000_000, -40_000_000, 3_600_000_000_000, -3_600_000_000_000] as [Nanoseconds])
    func `two files split by connection are as one: the offset is found from what was published and delivered`(
        shift: Nanoseconds
    ) throws {
        let trace = try TracePipeline.trace(of: split(shift))
        let offset = try #require(trace.capture.sources[1].clock.correction.offset)
        #expect(offset.reference == 0 && offset.isCorrected)
        #expect((offset.offset - shift).magnitude <= .milliseconds(2))
        #expect(trace.capture.sources[0].clock.correction.offset == nil)
        expectEqual(trace, try whole(), within: .milliseconds(2))
    }

    @Test(arguments: [2_300_000_000, -40_000_000, 3_600_000_000_000] as [Nanoseconds])
    func `the same connections in both files give it from TCP, and count once`(shift: Nanoseconds) throws {
        let paths = [
            try write("controller.pcap", bus.packets),
            try write("compute1.pcap", bus.packets.filter(Self.isOfCompute), shift: shift + 80_000),
        ]
        let trace = try TracePipeline.trace(of: paths)
        let offset = try #require(trace.capture.sources[1].clock.correction.offset)
        #expect((offset.offset - shift).magnitude <= .milliseconds(1))
        let whole = try whole()
        expectEqual(trace, whole, within: .milliseconds(2))
        #expect(trace.capture.connections.map(\.bytes).sorted() == whole.capture.connections.map(\.bytes).sorted())
        #expect(trace.capture.anomalies.map(\.kind) == [])
    }

    @Test(arguments: [0, 300_000, -300_000] as [Nanoseconds])
    func `what the way of a message explains is no offset`(shift: Nanoseconds) throws {
        let trace = try TracePipeline.trace(of: split(shift))
        #expect(trace.capture.sources.allSatisfy { $0.clock.correction.isNone })
        expectCausal(trace)
    }

    @Test func `without a correction the offset is told, and no effect stands before its cause`() throws {
        let paths = try split(.seconds(-5))
        let corrections = try ClockSurvey(of: paths).corrections(applied: false)
        #expect(corrections[1].isNone && corrections[1].offset?.isCorrected == false)
        let files = try CaptureFiles(paths: paths, corrections: corrections)
        var builder = TraceBuilder()
        let (capture, naming) = try TracePipeline.run(over: files) { builder.add($0) }
        let trace = builder.trace(capture: capture, naming: naming)
        #expect(TraceDigest(trace).messages.count == TraceDigest(try whole()).messages.count)
        expectCausal(trace)
    }

    @Test func `a clock that was set between is corrected on both sides of that`() throws {
        // Both halves hold messages that go both ways.
        let middle = try #require(bus.packets.map(\.time).max()) + .milliseconds(1)
        var bus = bus
        bus.wait(.seconds(1))
        for _ in 0..<6 {
            bus.save("active", .null, by: WireBus.compute1)
            bus.wait(.milliseconds(300))
        }
        let packets = bus.packets.filter(Self.isOfCompute).map {
            RecordedPacket($0.time + ($0.time < middle ? .seconds(10) : .seconds(100)), $0.bytes)
        }
        let paths = [
            try write("controller.pcap", bus.packets.filter { !Self.isOfCompute($0) }),
            try write("compute1.pcap", packets),
        ]
        let trace = try TracePipeline.trace(of: paths)
        let offset = try #require(trace.capture.sources[1].clock.correction.offset)
        #expect((offset.offset - .seconds(10)).magnitude < .milliseconds(5))
        #expect((offset.lastOffset - .seconds(100)).magnitude < .milliseconds(5))
        expectCausal(trace)
    }

    @Test func `files that saw nothing in common are left as they are`() throws {
        let paths = [
            try write("a.pcap", bus.packets.filter(Self.isOfCompute)),
            try write("b.pcap", [bus.packets[0]], shift: .seconds(7)),
        ]
        #expect(try ClockSurvey(of: paths).corrections(applied: true).allSatisfy { $0 == ClockCorrection() })
    }
}

/// A clock set back, and a file put behind another, look alike by their times.
@Suite struct `Files whose times begin anew` {
    private let scratch: Scratch
    private let bus: WireBus

    init() throws {
        scratch = try Scratch()
        var bus = WireBus()
        bus.bootUntilCompute1()
        for state in ["networking", "spawning"] as [WireJSON] { bus.save("building", state, by: WireBus.compute1) }
        bus.save("active", .null, by: WireBus.compute1)
        self.bus = bus
    }

    private func trace(_ packets: [RecordedPacket]) throws -> BusTrace {
        try TracePipeline.trace(of: [scratch.write("file.pcap", CaptureFileBuilder.pcap(packets))])
    }

    @Test func `connections that go on tell that the clock was set`() throws {
        let middle = bus.packets.count * 3 / 4
        let packets = bus.packets.enumerated().map { place, packet in
            RecordedPacket(packet.time + (place < middle ? 0 : .seconds(-900)), packet.bytes)
        }
        let trace = try trace(packets)
        #expect(trace.capture.sources[0].clock.steps.map(\.packet) == [middle + 1])
        #expect(TraceDigest(trace) == TraceDigest(try self.trace(bus.packets)))
    }

    @Test func `other connections tell that another file was put behind, whose times are right`() throws {
        func isOfCompute(_ packet: RecordedPacket) -> Bool {
            Array(packet.bytes[26..<30]) == [10, 0, 0, 13] || Array(packet.bytes[30..<34]) == [10, 0, 0, 13]
        }
        // Spread over some minutes, so that the second half begins long before the first half's end.
        let start = bus.packets[0].time
        let slow = bus.packets.map { RecordedPacket(start + ($0.time - start) * 100, $0.bytes) }
        let trace = try trace(slow.filter { !isOfCompute($0) } + slow.filter(isOfCompute))
        let whole = try self.trace(slow)
        #expect(trace.capture.sources[0].clock.steps.isEmpty)
        #expect(TraceDigest(trace) == TraceDigest(whole))
        #expect(trace.messages.map(\.at) == whole.messages.map(\.at))
    }
}
