import Testing
import Trace

@testable import NovatraceCommands

@Suite struct `How long calls took` {
    private func latencies(_ values: some Sequence<Nanoseconds>) -> Latencies {
        var latencies = Latencies()
        for value in values { latencies.record(value) }
        return latencies
    }

    @Test func `one call has one latency`() {
        let one = latencies([4_010_123_456])
        #expect(one.percentiles([50, 95, 99]) == [4_010_123_456, 4_010_123_456, 4_010_123_456])
        #expect(one.longest == 4_010_123_456)
        #expect(latencies([]).percentiles([50])[0] == nil && latencies([]).longest == nil)
    }

    @Test func `of few calls percentiles are those calls' own figures`() {
        let few = latencies([30_000_007, 10_000_003, 20_000_005, 40_000_009].shuffled())
        #expect(few.percentiles([50])[0] == 20_000_005 && few.percentiles([75])[0] == 30_000_007)
        #expect(few.percentiles([95])[0] == 40_000_009 && few.longest == 40_000_009)
        let most = latencies((1...Int64(Latencies.exactAtMost)).map { Nanoseconds($0) * 1_000_001 }.shuffled())
        #expect(most.percentiles([50, 99]) == [512_000_512, 1_014_001_014])
    }

    @Test func `of many the longest is exact, and percentiles are near and within what was seen`() throws {
        let many = latencies((1...5000).map { Nanoseconds($0) * 4_010_001 }.shuffled())
        #expect(many.longest == 20_050_005_000)
        let median = try #require(many.percentiles([50])[0])
        #expect((median - 2500 * 4_010_001).magnitude <= 2500 * 4_010_001 / 500)
        #expect(many.percentiles([100])[0] == many.longest || many.percentiles([100])[0] ?? .max < 20_050_005_000)
        let alike = latencies([Nanoseconds](repeating: 4_010_123_456, count: 2000))
        #expect(alike.percentiles([50])[0] == 4_010_123_456 && alike.percentiles([99])[0] == alike.longest)
        #expect(latencies([Nanoseconds](repeating: .seconds(7200), count: 2000)).longest == .seconds(7200))
    }
}
