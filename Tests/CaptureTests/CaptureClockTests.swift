import Capture
import TestSupport
import Testing
import Trace

@Suite struct `Clocks of capture files` {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// Times in milliseconds.
    private func read(_ milliseconds: [Int64]) throws -> (times: [Int64], source: CaptureSource) {
        let packets = milliseconds.map { RecordedPacket(Timestamp(nanoseconds: $0 * 1_000_000), [1, 2, 3]) }
        return try read(CaptureFileBuilder.pcap(packets))
    }

    private func read(_ file: [UInt8]) throws -> (times: [Int64], source: CaptureSource) {
        let files = try CaptureFiles(paths: [try scratch.write("file", file)])
        var times: [Int64] = []
        var numbers: [Int64] = []
        while try files.nextPacket({ header, bytes in
            times.append(header.stamp.time.nanoseconds / 1_000_000)
            numbers.append(header.stamp.number)
            #expect(bytes.byteCount > 0)
        }) {}
        #expect(numbers == (0..<times.count).map { Int64($0 + 1) })
        return (times, files.sources[0])
    }

    private static let day: Int64 = 86_400_000

    /// `count` times, of which each comes so much after the one before.
    private func times(_ count: Int64, from start: Int64, every step: Int64) -> [Int64] {
        (0..<count).map { start + $0 * step }
    }

    @Test(arguments: [-3_600_000, -12_000, -500] as [Int64])
    func `where a clock is set back, time goes on from the packet before, and the step is told`(size: Int64) throws {
        let before = self.times(400, from: Self.day, every: 10)
        let after = self.times(400, from: Self.day + 4000 + size, every: 10)
        let (times, source) = try read(before + after)
        #expect(Array(times[..<400]) == before)
        #expect(times[400] == times[399])
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(times[799] - times[400] == 3990)
        #expect(source.clock.steps == [ClockStep(packet: 401, size: .milliseconds(size + 10))])
        #expect(source.last == Timestamp(nanoseconds: times[799] * 1_000_000))
    }

    @Test func `a clock may be set back again and again`() throws {
        var runs: [Int64] = []
        for run: Int64 in 0..<4 { runs += self.times(300, from: Self.day - run * 60_000, every: 1) }
        let (times, source) = try read(runs)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(source.clock.steps.map(\.packet) == [301, 601, 901])
    }

    @Test(arguments: [8, 32, 64])
    func `packets out of order are no step: their times are believed`(window: Int) throws {
        let shuffled = self.times(2000, from: Self.day, every: 20).shuffled(within: window, seed: 3)
        let (times, source) = try read(shuffled)
        #expect(times == shuffled)
        #expect(source.clock.steps.isEmpty)
        #expect(source.clock.packetsOutOfOrder > 0)
        #expect(source.clock.farthestOutOfOrder < .milliseconds(Int64(window) * 20))
    }

    @Test func `packets of two clocks in turn are no steps`() throws {
        let turns = self.times(1000, from: Self.day, every: 10).flatMap { [$0, $0 - 5000] }
        let (times, source) = try read(turns)
        #expect(times == turns)
        #expect(source.clock.steps.isEmpty)
        #expect(source.clock.farthestOutOfOrder == .milliseconds(5000))
    }

    @Test func `what was written of one interface after another is no step, a clock set back on both is one`() throws {
        func file(_ times: [[Int64]]) -> [UInt8] {
            let packets = times.enumerated().flatMap { place, times in
                times.map { time in
                    RecordedPacket(
                        Timestamp(nanoseconds: time * 1_000_000), [1, 2, 3], interface: UInt32(place % 2))
                }
            }
            return CaptureFileBuilder.pcapng(packets, interfaces: [.init(), .init()])
        }
        // A capture writes down hundreds of packets of one interface before it looks at the other.
        let batches = [0, 0, 300, 300].map { self.times(300, from: Self.day + $0, every: 1) }
        let (times, source) = try read(file(batches))
        #expect(times == batches.flatMap(\.self))
        #expect(source.clock.steps.isEmpty)
        #expect(source.clock.farthestOutOfOrder == .milliseconds(299))
        let set = batches + [-500, -500].map { self.times(300, from: Self.day + $0, every: 1) }
        #expect(try read(file(set)).source.clock.steps.map(\.packet) == [1201])
    }

    @Test(arguments: [-86_400_000, -61_000, 61_000, 3_600_000] as [Int64], [1, 3])
    func `a time far from those before and behind is damaged, that of the packet before is taken`(
        distance: Int64, count: Int
    ) throws {
        let whole = self.times(800, from: Self.day, every: 10)
        var damaged = whole
        for place in 400..<400 + count { damaged[place] += distance }
        let (times, source) = try read(damaged)
        #expect(Array(times[..<400]) == Array(whole[..<400]))
        #expect(times[400..<400 + count].allSatisfy { $0 == whole[399] })
        #expect(Array(times[(400 + count)...]) == Array(whole[(400 + count)...]))
        #expect(source.clock.steps.isEmpty)
        #expect(source.clock.packetsAstray == count)
        #expect(source.last == Timestamp(nanoseconds: whole[799] * 1_000_000))
    }

    @Test(arguments: [-86_400_000, 3_600_000, 86_400_000] as [Int64])
    func `a damaged time is known where packets of later times stand in front`(distance: Int64) throws {
        var whole = self.times(800, from: Self.day, every: 10)
        whole[397] += 9_000
        var damaged = whole
        damaged[400] += distance
        let (times, source) = try read(damaged)
        #expect(times[400] == whole[399])
        #expect(Array(times[401...]) == Array(whole[401...]))
        #expect(source.clock.steps.isEmpty)
        #expect(source.clock.packetsAstray == 1)
    }

    @Test func `where a clock is set forward, the time that passed is what the judge says`() throws {
        let set = self.times(400, from: Self.day, every: 10) + self.times(400, from: Self.day + 904_000, every: 10)
        let packets = set.map { RecordedPacket(Timestamp(nanoseconds: $0 * 1_000_000), [1, 2, 3]) }
        let path = try scratch.write("set", CaptureFileBuilder.pcap(packets))
        let judge = ClockJudge(sizeOfLeap: { $0.packet == 401 ? .seconds(900) : 0 })
        let files = try CaptureFiles(paths: [path], judge: judge)
        var times: [Int64] = []
        while try files.nextPacket({ header, _ in times.append(header.stamp.time.nanoseconds / 1_000_000) }) {}
        #expect(times == self.times(800, from: Self.day, every: 10))
        #expect(files.sources[0].clock.steps == [ClockStep(packet: 401, size: .seconds(900))])
    }

    @Test func `a pause is a pause`() throws {
        let both = self.times(50, from: 0, every: 1) + self.times(50, from: Self.day, every: 1)
        let (times, source) = try read(both)
        #expect(times == both)
        #expect(source.clock == SourceClock())
    }

    @Test func `a step in one file does not throw the merge of several off`() throws {
        let first =
            self.times(300, from: Self.day, every: 10) + self.times(300, from: Self.day + 3000 - 3_600_000, every: 10)
        let second = self.times(600, from: Self.day + 5, every: 10)
        let paths = try [first, second].enumerated().map { index, times in
            try scratch.write(
                "\(index)",
                CaptureFileBuilder.pcap(times.map { RecordedPacket(Timestamp(nanoseconds: $0 * 1_000_000), [1]) }))
        }
        let files = try CaptureFiles(paths: paths)
        var order: [Int32] = []
        while try files.nextPacket({ header, _ in order.append(header.stamp.source) }) {}
        // In turn before and after: the step itself is taken for no time.
        let turns: [Int32] = (0..<598).map { $0 % 2 }
        #expect(Array(order[..<598]) == turns)
        #expect(Array(order[610..<1150]).filter { $0 == 0 }.count == 270)
    }

    @Test func `what is added to a clock is added to its packets, by stretches`() throws {
        let packets = (0..<4).map { RecordedPacket(Timestamp(seconds: 100 + Int64($0), nanoseconds: 0), [1]) }
        let path = try scratch.write("file", CaptureFileBuilder.pcap(packets))
        var correction = ClockCorrection()
        correction.stretches = [
            .init(from: Timestamp(seconds: 101, nanoseconds: 0), shift: .seconds(-2)),
            .init(from: Timestamp(seconds: 103, nanoseconds: 0), shift: .seconds(-1)),
        ]
        let files = try CaptureFiles(paths: [path], corrections: [correction])
        var times: [Int64] = []
        while try files.nextPacket({ header, _ in times.append(header.stamp.time.nanoseconds / 1_000_000_000) }) {}
        #expect(times == [98, 99, 100, 102])
        #expect(files.sources[0].clock.correction == correction)
    }

    // MARK: Cut packets

    @Test func `packets that were cut are counted with the length that they were cut at`() throws {
        let packets = (0..<5).map {
            RecordedPacket(Timestamp(seconds: Int64($0), nanoseconds: 0), [1, 2, 3, 4], wireLength: $0 < 2 ? 4 : 100)
        }
        let (_, source) = try read(CaptureFileBuilder.pcap(packets))
        #expect(source.cutPackets == 3 && source.snapLength == 4)
        var mixed = packets
        mixed[4].bytes = [1]
        let (_, other) = try read(CaptureFileBuilder.pcap(mixed))
        #expect(other.cutPackets == 3 && other.snapLength == nil)
        #expect(try read([1, 2, 3] as [Int64]).source.cutPackets == 0)
    }

    // MARK: pcapng

    private static func options(_ options: [(UInt16, UInt64)], _ order: CaptureFileBuilder.ByteOrder) -> [UInt8] {
        options.flatMap { code, value in
            CaptureFileBuilder.half(code, order) + CaptureFileBuilder.half(8, order)
                + CaptureFileBuilder.double(value, order)
        } + [0, 0, 0, 0]
    }

    private static func statistics(
        of interface: UInt32, _ counts: [(UInt16, UInt64)], _ order: CaptureFileBuilder.ByteOrder = .little
    ) -> [UInt8] {
        CaptureFileBuilder.block(
            5,
            CaptureFileBuilder.word(interface, order) + [UInt8](repeating: 0, count: 8) + options(counts, order), order)
    }

    @Test(arguments: CaptureFileBuilder.ByteOrder.allCases)
    func `the latest statistics of each interface say what was dropped`(order: CaptureFileBuilder.ByteOrder) throws {
        let packets = [RecordedPacket(Timestamp(seconds: 1, nanoseconds: 0), [1])]
        let file =
            CaptureFileBuilder.pcapng(packets, interfaces: [.init(), .init()], order: order)
            + Self.statistics(of: 0, [(4, 100), (5, 3)], order) + Self.statistics(of: 1, [(7, 2)], order)
            + Self.statistics(of: 0, [(4, 200), (5, 10), (7, 1)], order) + Self.statistics(of: 9, [(5, 1000)], order)
        #expect(try read(file).source.kernelDropped == 13)
        #expect(try read(file + file).source.kernelDropped == 26)
        #expect(try read(CaptureFileBuilder.pcapng(packets, order: order)).source.kernelDropped == nil)
    }

    @Test func `counts of drops beyond all bounds are survived`() throws {
        let packets = [RecordedPacket(Timestamp(seconds: 1, nanoseconds: 0), [1])]
        let file = CaptureFileBuilder.pcapng(packets) + Self.statistics(of: 0, [(5, .max), (7, .max)])
        #expect(try read(file + file).source.kernelDropped == .max)
    }

    @Test func `sections of differing byte order and resolution are one file`() throws {
        let first = [RecordedPacket(Timestamp(seconds: 5, nanoseconds: 1_000_000), [1, 2])]
        let second = [RecordedPacket(Timestamp(seconds: 6, nanoseconds: 2_000_000), [3, 4, 5])]
        let file =
            CaptureFileBuilder.pcapng(first, order: .little)
            + CaptureFileBuilder.pcapng(second, interfaces: [.init(decimals: 9)], order: .big)
        let (times, source) = try read(file)
        #expect(times == [5001, 6002])
        #expect(source.linkType == "EN10MB" && source.packets == 2)
    }

    @Test func `a section of an earlier time is another file put behind, no step`() throws {
        let packets = (0..<300).map { RecordedPacket(Timestamp(seconds: 1000 + Int64($0), nanoseconds: 0), [1]) }
        let file = CaptureFileBuilder.pcapng(packets)
        let (times, source) = try read(file + file)
        let once = self.times(300, from: 1_000_000, every: 1000)
        #expect(times == once + once)
        #expect(source.clock.steps.isEmpty)
    }

    @Test func `simple packets have the time of the packet before, and unknown blocks are stepped over`() throws {
        let packets = [RecordedPacket(Timestamp(seconds: 5, nanoseconds: 0), [1, 2, 3, 4])]
        let simple = CaptureFileBuilder.block(3, CaptureFileBuilder.word(4, .little) + [9, 9, 9, 9])
        let unknown = CaptureFileBuilder.block(0x0BAD, [1, 2, 3, 4]) + CaptureFileBuilder.block(0x7FFF_1234, [])
        #expect(try read(CaptureFileBuilder.pcapng(packets) + unknown + simple).times == [5000, 5000])
    }
}
