import Testing

@testable import LocalMachine

@Suite struct `Ends of connections` {
    @Test(arguments: [
        ("192.0.2.1:5672", Endpoint(address: Address(v4: 0xC000_0201), port: 5672)),
        ("0.0.0.0:0", Endpoint(address: Address(v4: 0), port: 0)),
        ("[2001:db8::1]:65535", Endpoint(address: Address(high: 0x2001_0DB8_0000_0000, low: 1), port: 65535)),
        ("[::]:1", Endpoint(address: Address(high: 0, low: 0), port: 1)),
    ])
    func `are read as a trace writes them`(text: String, endpoint: Endpoint) {
        #expect(Endpoint(text) == endpoint)
    }

    @Test func `of IPv4 are the same when an IPv6 socket has them`() {
        #expect(Endpoint("[::ffff:192.0.2.1]:5672") == Endpoint("192.0.2.1:5672"))
    }

    @Test(arguments: [
        "", ":", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:+1", "192.0.2.1: 1",
        "192.0.2.1:000001", "192.0.2:1", "[192.0.2.1]:1", "::1:5672", "[::1]", "[::1:5672", "::1]:5672", "[]:1",
        "[fe80::1%eth0]:1", "localhost:1", "192.0.2.1\u{0}:1", "192.0.2.1\n:1", "192.0.2.1:٣", "[:]:1",
        "[" + String(repeating: "0", count: 100) + "::1]:1",
    ])
    func `are nothing else`(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test func `on this machine are loopback, all of it, and the interfaces' addresses`() {
        let addresses = LocalAddresses()
        #expect(addresses.contains(address: "127.0.0.1"))
        #expect(addresses.contains(address: "127.0.1.1"))
        #expect(addresses.contains(address: "::1"))
        #expect(addresses.contains(endpoint: "127.0.0.1:5672"))
        #expect(addresses.contains(endpoint: "[::1]:5672"))
        // RFC 5737 and RFC 3849 keep these for documentation.
        #expect(!addresses.contains(address: "192.0.2.1"))
        #expect(!addresses.contains(endpoint: "[2001:db8::1]:5672"))
        #expect(!addresses.contains(address: "126.255.255.255"))
        #expect(!addresses.contains(endpoint: "localhost"))
    }
}
