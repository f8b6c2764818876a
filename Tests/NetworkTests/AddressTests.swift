import Network
import Testing

@Suite struct `Addresses` {
    @Test(
        arguments: [
            (0x2001_0db8_0000_0000, 0x0000_0000_0000_0001, "2001:db8::1"),
            (0, 1, "::1"),
            (0, 0, "::"),
            (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
            (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
            (0x2001_0db8_0000_0000, 0x0001_0000_0000_0001, "2001:db8::1:0:0:1"),
            (0xfe80_0000_0000_0000, 0, "fe80::"),
            (0x0001_0002_0003_0004, 0x0005_0006_0007_abcd, "1:2:3:4:5:6:7:abcd"),
        ] as [(UInt64, UInt64, String)])
    func `an IPv6 address has one text, the canonical one`(high: UInt64, low: UInt64, text: String) {
        #expect(IPAddress(high: high, low: low).description == text)
    }

    @Test func `an IPv4 address is dotted`() {
        #expect(IPAddress(v4: 0xC000_0201).description == "192.0.2.1")
        #expect(IPAddress(v4: 0).description == "0.0.0.0")
        #expect(IPAddress(v4: 0xFFFF_FFFF).isIPv4)
        #expect(!IPAddress(high: 0, low: 1).isIPv4)
    }

    @Test func `a socket address puts IPv6 into brackets`() {
        #expect(SocketAddress(address: IPAddress(v4: 0x0102_0304), port: 5672).description == "1.2.3.4:5672")
        #expect(SocketAddress(address: IPAddress(high: 0, low: 1), port: 5672).description == "[::1]:5672")
    }
}

@Suite struct `Sequence numbers` {
    @Test func `the number behind the wrap follows the one before it`() {
        let before = SequenceNumber(0xFFFF_FFF0)
        #expect(SequenceNumber(0x10).distance(from: before) == 0x20)
        #expect(before.distance(from: SequenceNumber(0x10)) == -0x20)
        #expect(SequenceNumber(0x10).follows(before))
        #expect(!before.follows(SequenceNumber(0x10)))
        #expect(!before.follows(before))
        #expect(before.advanced(by: 0x20) == SequenceNumber(0x10))
        #expect(SequenceNumber(5).advanced(by: -6) == SequenceNumber(0xFFFF_FFFF))
    }
}
