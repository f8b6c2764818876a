import Testing
import Trace

@Suite struct `When something was watched` {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1000 + seconds, nanoseconds: 0) }

    private func stretch(_ from: Int64, _ until: Int64) -> WatchedTime.Stretch {
        WatchedTime.Stretch(from: at(from), until: at(until))
    }

    @Test func `stretches that overlap or follow on one another are one, others leave a gap`() {
        let watched = WatchedTime([stretch(60, 90), stretch(0, 30), stretch(20, 40), stretch(41, 50)])
        #expect(watched.stretches == [stretch(0, 50), stretch(60, 90)])
        #expect(watched.gap(after: at(10)) == stretch(50, 60))
        #expect(watched.gap(after: at(70)) == nil)
        #expect(watched.length(since: at(45)) == .seconds(35))
        #expect(watched.stretch(at: at(55)) == stretch(0, 50))
        #expect(watched.end == at(90))
    }

    @Test func `what one of several was not asked for is watched for the whole capture`() {
        #expect(WatchedTime.union([WatchedTime([stretch(0, 1)]), WatchedTime()]).isWhole)
        #expect(WatchedTime.union([WatchedTime([stretch(0, 1)]), WatchedTime([stretch(5, 9)])]).end == at(9))
    }

    private func source(_ from: Int64, _ until: Int64) -> CaptureSource {
        var source = CaptureSource(path: "\(from)", linkType: "EN10MB")
        (source.first, source.last) = (at(from), at(until))
        return source
    }

    @Test func `a connection is watched by the files that show it`() {
        var table = WatchTable()
        table.saw(1, between: "10.0.0.1", and: "10.0.0.9", in: 0)
        table.saw(2, between: "10.0.0.2", and: "10.0.0.9", in: 1)
        table.extend([source(0, 100), source(0, 300)])
        #expect(table.time(of: 1).end == at(100))
        #expect(table.time(of: 2).end == at(300))
        #expect(table.time(of: 3).isWhole, "nothing is known of it")
        #expect(table.end(of: 1, 2, since: at(50), in: at(300)) == at(300))
        #expect(table.end(of: 1, since: at(50), in: at(300)) == at(100))
    }

    @Test func `by others of the same place, too`() {
        var table = WatchTable()
        // Both are made on the way of the first connection; the second file begins where the first ends.
        for source in [0, 1] {
            table.saw(1, between: "10.0.0.1", and: "10.0.0.9", in: source)
            table.saw(2, between: "10.0.0.2", and: "10.0.0.9", in: source)
        }
        table.saw(3, between: "10.0.0.1", and: "10.0.0.9", in: 0)
        table.saw(4, between: "10.0.0.3", and: "10.0.0.9", in: 0)
        table.extend([source(0, 100), source(101, 300)])
        #expect(table.time(of: 3).stretches == [stretch(0, 300)], "its hosts are seen in both")
        #expect(table.time(of: 4).stretches == [stretch(0, 300)], "the second file shows most of what the first does")
    }

    @Test func `a live capture and a single file watch everything`() {
        var table = WatchTable()
        table.saw(1, between: "10.0.0.1", and: "10.0.0.9", in: 0)
        table.extend([source(0, 100)])
        #expect(table.time(of: 1).isWhole)
        var interfaces = [source(0, 100), source(0, 300)]
        interfaces[0].isLive = true
        table.extend(interfaces)
        #expect(table.time(of: 1).isWhole)
    }
}
