import Testing
import Trace

@testable import NovatraceCommands

@Suite struct `A time as a person gives it` {
    private let first = Timestamp(seconds: 1_700_000_000, nanoseconds: 0)  // 2023-11-14T22:13:20Z

    private func resolved(_ text: String, lasting seconds: Int64) -> String? {
        TimeBound(argument: text)?.resolved(firstPacket: first, lastPacket: first + .seconds(seconds))?.description
    }

    @Test func `of the clock is of the first day that the capture holds it`() {
        #expect(resolved("22:15", lasting: 600) == "2023-11-14T22:15:00.000000Z")
        #expect(resolved("22:00", lasting: 600) == "2023-11-14T22:00:00.000000Z")
        #expect(resolved("00:05:30.5", lasting: 7200) == "2023-11-15T00:05:30.500000Z")
        #expect(resolved("02:00", lasting: 7200) == "2023-11-15T02:00:00.000000Z")
        #expect(resolved("00:05", lasting: 600) == "2023-11-14T00:05:00.000000Z")
    }

    @Test func `after the first packet, and absolute`() {
        #expect(resolved("+1.5s", lasting: 600) == "2023-11-14T22:13:21.500000Z")
        #expect(resolved("2m", lasting: 600) == "2023-11-14T22:15:20.000000Z")
        #expect(resolved("2023-11-14T23:00:00+01:00", lasting: 600) == "2023-11-14T22:00:00.000000Z")
    }

    @Test(arguments: ["yesterday", "", "25:00", "12:60", "-5s", "nans", "infs", "1e300h", "+", ":"])
    func `what is none of these is refused`(text: String) {
        #expect(TimeBound(argument: text) == nil)
    }
}
