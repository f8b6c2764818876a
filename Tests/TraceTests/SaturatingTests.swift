import Testing

@testable import Trace

@Suite struct `Numbers that a file tells` {
    @Test func `add up to the end of the range at most`() {
        #expect([Int.max, 1, 5].total { $0 } == .max)
        #expect([Int.min, -1].total { $0 } == .min)
        #expect([1, 2, 3].total { $0 } == 6 && [Int]().total { $0 } == 0)
        #expect(Int.max.saturatingPlus(1) == .max && Int.min.saturatingPlus(-1) == .min && 1.saturatingPlus(2) == 3)
        #expect(Int.min.saturatingMinus(1) == .min && Int.max.saturatingMinus(-1) == .max && 5.saturatingMinus(2) == 3)
        #expect(0.saturatingMinus(.min) == .max)
    }

    @Test func `become whole ones whatever they are`() {
        #expect(Int(saturating: 2.5) == 3 && Int(saturating: -2.4) == -2)
        #expect(Int(saturating: .infinity) == .max && Int(saturating: -.infinity) == .min && Int(saturating: .nan) == 0)
        #expect(Int(saturating: 9.3e18) == .max && Int(saturating: -1e300) == .min)
        #expect(UInt8(saturating: 300) == .max && UInt8(saturating: -1) == 0)
    }

    @Test func `are seconds that end with the range`() {
        #expect(Nanoseconds.seconds(10_000_000_000) == .max && Nanoseconds.seconds(-10_000_000_000) == .min)
        #expect(Nanoseconds.milliseconds(.max) == .max && Nanoseconds.milliseconds(2) == 2_000_000)
        #expect(Nanoseconds.seconds(saturating: 1e300) == .max && Nanoseconds.seconds(saturating: -0.5) == -500_000_000)
        #expect(Nanoseconds.seconds(exactly: 1e300) == nil && Nanoseconds.seconds(exactly: 0.5) == 500_000_000)
    }

    @Test func `are times that no sum, product or part of them leads beyond the range`() {
        let (least, most) = (Nanoseconds.min, Nanoseconds.max)
        #expect(most + 1 == .max && least + -1 == .min && most + least == -1)
        #expect(least - 1 == .min && most - least == .max && -least == .max && least.magnitude == .max)
        #expect(most * 2 == .max && most * -2 == .min && least * 2 == .min && least * -1 == .max)
        #expect(least / -1 == .max && (7 as Nanoseconds) / -2 == -3 && most / 0 == .max && least / 0 == .min)
        let end = Timestamp(nanoseconds: .max)
        #expect(end + 1 == end && end - Timestamp(nanoseconds: .min) == .max && end - (-1 as Nanoseconds) == end)
    }

    @Test func `are texts of so many bytes at most`() {
        #expect("abc".bounded(toBytes: 3) == "abc" && "abcd".bounded(toBytes: 3) == "abc")
        #expect(("e" + String(repeating: "\u{301}", count: 1000)).bounded(toBytes: 5).utf8.count == 5)
    }
}
