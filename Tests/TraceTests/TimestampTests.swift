import Testing

@testable import Trace

@Suite struct `Timestamps` {
    @Test(arguments: [
        (Int64(0), Int64(0), "1970-01-01T00:00:00.000000Z"),
        (1_795_453_704, 123_456_789, "2026-11-23T17:08:24.123456Z"),
        (951_782_400, 0, "2000-02-29T00:00:00.000000Z"),
        (4_294_967_295, 999_999_999, "2106-02-07T06:28:15.999999Z"),
        (-1, 999_000_000, "1969-12-31T23:59:59.999000Z"),
    ])
    func `are written as RFC 3339 in UTC with microseconds`(seconds: Int64, nanoseconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).description == text)
    }

    @Test func `saturate instead of overflowing`() {
        let end = Timestamp(seconds: .max, nanoseconds: 5)
        #expect(end.nanoseconds == .max)
        #expect(Timestamp(nanoseconds: .min) - end == .min)
        #expect(end + 1 == end)
    }
}
