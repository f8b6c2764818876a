import Testing

@testable import LocalMachine

@Suite struct `Addresses of this machine` {
    @Test func `are loopback, all of it, and the interfaces' addresses`() {
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
