import Bytes
import Testing

@testable import Network

@Suite struct `Keys of flows` {
    private static let seeds = HashSeeds()

    private func key(_ low: IPAddress, _ high: IPAddress, ports: (UInt16, UInt16) = (5672, 40_000)) -> FlowKey {
        FlowKey(
            low: SocketAddress(address: low, port: ports.0), high: SocketAddress(address: high, port: ports.1),
            scope: .none)
    }

    private func expectDistinct(_ keys: [FlowKey]) {
        #expect(Set(keys.map { $0.hash(Self.seeds) }).count == keys.count)
        #expect(Set(keys.map(\.hashValue)).count == keys.count)
    }

    @Test func `neighbours have hashes of their own`() {
        expectDistinct(
            (0..<10_000).map { key(IPAddress(v4: 0x0A00_0001), IPAddress(v4: 0x0A00_0002 + $0)) })
        expectDistinct(
            (1..<10_000).map {
                key(IPAddress(v4: 0x0A00_0001), IPAddress(v4: 0x0A00_0002), ports: (5672, UInt16($0)))
            })
    }

    @Test func `addresses whose first halves cancel each other out have hashes of their own`() {
        expectDistinct(
            (0..<10_000).map { half in
                let half = UInt64(half)
                return key(IPAddress(high: half << 1, low: 1), IPAddress(high: half, low: 2))
            })
    }
}
