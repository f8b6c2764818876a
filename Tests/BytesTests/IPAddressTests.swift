import Bytes
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

    @Test(arguments: [
        ("192.0.2.1:5672", SocketAddress(address: IPAddress(v4: 0xC000_0201), port: 5672)),
        ("0.0.0.0:0", SocketAddress(address: IPAddress(v4: 0), port: 0)),
        ("[2001:db8::1]:65535", SocketAddress(address: IPAddress(high: 0x2001_0DB8_0000_0000, low: 1), port: 65535)),
        ("[::]:1", SocketAddress(address: IPAddress(high: 0, low: 0), port: 1)),
    ])
    func `ends of connections are read as a trace writes them`(text: String, end: SocketAddress) {
        #expect(SocketAddress(text) == end)
    }

    @Test func `an IPv4 address is the same when an IPv6 socket has it`() {
        #expect(SocketAddress("[::ffff:192.0.2.1]:5672") == SocketAddress("192.0.2.1:5672"))
    }

    @Test(arguments: [
        "", ":", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:+1", "192.0.2.1: 1",
        "192.0.2.1:000001", "192.0.2:1", "[192.0.2.1]:1", "::1:5672", "[::1]", "[::1:5672", "::1]:5672", "[]:1",
        "[fe80::1%eth0]:1", "localhost:1", "192.0.2.1\u{0}:1", "192.0.2.1\n:1", "192.0.2.1:٣", "[:]:1",
        "[" + String(repeating: "0", count: 100) + "::1]:1",
    ])
    func `an end of a connection is nothing else`(text: String) {
        #expect(SocketAddress(text) == nil)
    }
}
