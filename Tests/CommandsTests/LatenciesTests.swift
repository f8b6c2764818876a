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
        #expect([50, 95, 99].map(one.percentile) == [4_010_123_456, 4_010_123_456, 4_010_123_456])
        #expect(one.longest == 4_010_123_456)
        #expect(latencies([]).percentile(50) == nil && latencies([]).longest == nil)
    }

    @Test func `of few calls percentiles are those calls' own figures`() {
        let few = latencies([30_000_007, 10_000_003, 20_000_005, 40_000_009].shuffled())
        #expect(few.percentile(50) == 20_000_005 && few.percentile(75) == 30_000_007)
        #expect(few.percentile(95) == 40_000_009 && few.longest == 40_000_009)
        let most = latencies((1...Int64(Latencies.exactAtMost)).map { Nanoseconds($0) * 1_000_001 }.shuffled())
        #expect(most.percentile(50) == 32_000_032 && most.percentile(99) == 64_000_064)
    }

    @Test func `of many the longest is exact, and percentiles are near and within what was seen`() throws {
        let many = latencies((1...1000).map { Nanoseconds($0) * 4_010_001 }.shuffled())
        #expect(many.longest == 4_010_001_000)
        let median = try #require(many.percentile(50))
        #expect((median - 500 * 4_010_001).magnitude <= 500 * 4_010_001 / 500)
        #expect(many.percentile(100) == many.longest || many.percentile(100) ?? .max < 4_010_001_000)
        let alike = latencies([Nanoseconds](repeating: 4_010_123_456, count: 100))
        #expect(alike.percentile(50) == 4_010_123_456 && alike.percentile(99) == alike.longest)
        #expect(latencies([Nanoseconds](repeating: .seconds(7200), count: 100)).longest == .seconds(7200))
    }
}
