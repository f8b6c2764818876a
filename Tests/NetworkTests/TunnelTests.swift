import Network
import TestSupport
import Testing
import Trace

@Suite struct `Tunnels` {
    private struct Found: Equatable {
        var text: String
        var payload: [UInt8]
        var wireLength: Int
        var scope: String
    }

    private struct Run {
        var decoder = PacketDecoder()
        var found: [Found] = []

        mutating func decode(_ bytes: [UInt8], linkType: Int32 = 1, wireLength: Int? = nil) {
            let stamp = PacketStamp(time: Timestamp(seconds: 0, nanoseconds: 0), number: 1)
            var found: [Found] = []
            decoder.decode(bytes.span.bytes, linkType: linkType, wireLength: wireLength ?? bytes.count, at: stamp) {
                found.append(
                    Found(
                        text: "\($0.source) > \($0.destination) \($0.sequence.rawValue)",
                        payload: $1.withUnsafeBytes { [UInt8]($0) }, wireLength: $0.wireLength,
                        scope: $0.scope.description))
            }
            self.found += found
        }

        /// Whether every packet is in one count, and in one only.
        var isComplete: Bool {
            let counts = decoder.statistics
            return counts.packets
                == counts.segments + counts.notIP + counts.notTCP + counts.cut + counts.malformed + counts.fragments
                + counts.nestedTooDeep + counts.unknownLinkType
        }

        var tunnels: [String] {
            Tunnel.allCases.filter { decoder.statistics[$0] > 0 }.map(\.name).sorted()
        }

        var unread: [String: Int] {
            let counts = NetworkCounts(decoder, TCPConnectionTable())
            return Dictionary(uniqueKeysWithValues: counts.undecoded.map { ($0.name, $0.packets) })
        }
    }

    private static func frame(_ payload: [UInt8] = [1, 2, 3]) -> [UInt8] {
        PacketBuilder.ethernet(
            PacketBuilder.tcpOverIP(
                from: .v4(1, port: 40_000), to: .v4(2, port: 5672), sequence: 7, acknowledgment: 9, payload))
    }

    private static func frame6(_ payload: [UInt8] = [1, 2, 3]) -> [UInt8] {
        PacketBuilder.ethernet(
            PacketBuilder.tcpOverIP(
                from: .v6(1, port: 40_000), to: .v6(2, port: 5672), sequence: 7, acknowledgment: 9, payload))
    }

    private static let texts = [
        "10.0.0.1:40000 > 10.0.0.2:5672 7", "[2001:db8::1]:40000 > [2001:db8::2]:5672 7",
    ]

    // MARK: What is opened

    @Test(arguments: Encapsulation.all)
    func `are opened and counted by name`(encapsulation: Encapsulation) {
        var run = Run()
        for frame in [Self.frame(), Self.frame6()] {
            run.decode(encapsulation.wrap(frame), linkType: encapsulation.linkType)
        }
        #expect(run.found.map(\.text) == Self.texts)
        #expect(run.found.allSatisfy { $0.payload == [1, 2, 3] && $0.wireLength == 3 })
        #expect(run.tunnels == encapsulation.tunnels.sorted())
        #expect(run.unread.isEmpty)
    }

    @Test func `every tunnel has a test of its bytes`() {
        let tested = Set(Encapsulation.all.flatMap(\.tunnels))
        #expect(Set(Tunnel.allCases.map(\.name)).subtracting(tested).isEmpty)
    }

    @Test(arguments: Encapsulation.all)
    func `that the capture cut anywhere are opened or counted, and never more`(encapsulation: Encapsulation) {
        for frame in [Self.frame(), Self.frame6()] {
            let bytes = encapsulation.wrap(frame)
            for length in 0..<bytes.count {
                var run = Run()
                run.decode(Array(bytes[..<length]), linkType: encapsulation.linkType, wireLength: bytes.count)
                #expect(run.isComplete, "cut at \(length)")
                #expect(run.found.count == (length >= bytes.count - 3 ? 1 : 0), "cut at \(length)")
                if let found = run.found.first { #expect(found.wireLength == 3) }
            }
        }
    }

    @Test(arguments: Encapsulation.all)
    func `that end inside a header on the wire are counted, and never more`(encapsulation: Encapsulation) {
        for frame in [Self.frame(), Self.frame6()] {
            let bytes = encapsulation.wrap(frame)
            for length in 0..<bytes.count {
                var run = Run()
                run.decode(Array(bytes[..<length]), linkType: encapsulation.linkType)
                #expect(run.isComplete, "ends at \(length)")
                #expect(run.decoder.statistics.cut == 0)
            }
        }
    }

    @Test func `of any bytes at all are survived`() {
        var generator = SeededGenerator(seed: 6)
        var run = Run()
        for round in 0..<40_000 {
            let encapsulation = Encapsulation.all[round % Encapsulation.all.count]
            let other = Encapsulation.all.randomElement(using: &generator) ?? encapsulation
            var bytes = encapsulation.wrap(round % 3 == 0 ? other.wrap(Self.frame()) : Self.frame6())
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            if round % 5 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            run.decode(
                bytes, linkType: encapsulation.linkType, wireLength: Int.random(in: 0...(1 << 33), using: &generator))
        }
        #expect(run.isComplete)
        #expect(run.decoder.statistics.segments > 1000)
        #expect(run.decoder.statistics.malformed > 1000)
    }

    // MARK: One in the other

    private static let nestable = [
        Encapsulation.vxlan(1), Encapsulation.greKey(2),
        Encapsulation(description: "IP in IP", tunnels: []) { Encapsulation.outer(4, Array($0.dropFirst(14))) },
        Encapsulation(description: "gretap", tunnels: []) { Encapsulation.outer(47, [0, 0, 0x65, 0x58] + $0) },
    ]

    @Test(arguments: nestable)
    func `are opened one in the other up to the limit, and counted beyond it`(encapsulation: Encapsulation) {
        var frame = Self.frame()
        for depth in 1...200 {
            frame = encapsulation.wrap(frame)
            guard [1, 8, 200].contains(depth) else { continue }
            var run = Run()
            run.decode(frame)
            #expect(run.found.count == (depth <= 8 ? 1 : 0), "\(depth) deep")
            #expect(run.decoder.statistics.nestedTooDeep == (depth <= 8 ? 0 : 1), "\(depth) deep")
            #expect(run.isComplete)
        }
    }

    @Test func `of frames that announce frames without end are counted`() {
        let step = [UInt8](repeating: 2, count: 12) + [0x65, 0x58]
        var run = Run()
        run.decode([UInt8]((0..<4000).flatMap { _ in step }))
        run.decode([UInt8](repeating: 0, count: 60_000), linkType: 219)
        #expect(run.decoder.statistics.nestedTooDeep == 1)
        #expect(run.isComplete)
    }

    // MARK: As captures have them

    @Test func `whose outer datagram is in fragments are put together`() {
        let datagram = Encapsulation.udp(to: 4789, [8, 0, 0, 0, 0, 0, 42, 0] + Self.frame([UInt8](0..<100)))
        var run = Run()
        run.decode(Encapsulation.outer(17, Array(datagram[64...]), fragment: 8))
        run.decode(Encapsulation.outer(17, Array(datagram[..<64]), fragment: 0x2000))
        #expect(run.found.map(\.payload) == [[UInt8](0..<100)])
        #expect(run.decoder.fragmentsInVain == 0)
    }

    @Test func `of which a fragment is missing are counted`() {
        var run = Run()
        run.decode(Encapsulation.outer(17, [UInt8](repeating: 0, count: 64), fragment: 0x2000))
        #expect(run.decoder.fragmentsInVain == 1)
    }

    @Test func `around a segment that the network card was to split reach to the packet's end`() {
        let tcp = PacketBuilder.tcp(from: .v4(1, port: 40_000), to: .v4(2, port: 5672), sequence: 7, [1, 2, 3])
        let inner = PacketBuilder.ethernet(
            PacketBuilder.ipv4(from: [10, 0, 0, 1], to: [10, 0, 0, 2], totalLength: 0, tcp))
        var outer = Encapsulation.vxlan(42).wrap(inner)
        (outer[16], outer[17]) = (0, 0)
        var run = Run()
        run.decode(outer)
        #expect(run.found.map(\.payload) == [[1, 2, 3]])
    }

    @Test func `in frames that a mirror cut keep their length on the wire`() {
        let frame = Self.frame([UInt8](0..<200))
        var run = Run()
        run.decode(
            Encapsulation.outer(47, [0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x10, 5, 0x0C, 0x11, 0, 0, 0, 3] + frame[..<80]))
        #expect(run.found.map(\.payload) == [[UInt8](0..<26)])
        #expect(run.found.map(\.wireLength) == [200])
    }

    @Test func `are not seen in datagrams that only go to such a port`() {
        var run = Run()
        for port in [65330, 8472, 5000] as [UInt16] {
            run.decode(Encapsulation.outer(17, Encapsulation.udp(to: port, from: 53, [UInt8](repeating: 8, count: 90))))
        }
        #expect(run.decoder.statistics.notTCP == 3)
        #expect(run.unread == ["UDP": 3])
    }

    // MARK: Networks

    @Test func `that number networks tell them apart`() {
        var run = Run()
        for encapsulation in [Encapsulation.vxlan(1), .vxlan(2), .greKey(1)] {
            run.decode(encapsulation.wrap(Self.frame()))
        }
        run.decode(Encapsulation.outer(47, [0x20, 0, 0x65, 0x58, 0, 0x13, 0x89, 1] + Self.frame()))
        run.decode(Encapsulation.outer(47, [0x20, 0, 0x65, 0x58, 0, 0x13, 0x89, 2] + Self.frame()))
        run.decode(Self.frame())
        #expect(run.found.map(\.scope) == ["VXLAN 1", "VXLAN 2", "GRE key 1", "NVGRE 5001", "NVGRE 5001", ""])
    }

    // MARK: What is not opened

    @Test func `that are not read are counted by name`() {
        var run = Run()
        run.decode(Encapsulation.outer(17, Encapsulation.udp(to: 4789, [0, 0, 0, 0, 0, 0, 42, 0] + Self.frame())))
        run.decode(Encapsulation.outer(50, [UInt8](repeating: 7, count: 60)))
        run.decode(Encapsulation.outer(17, Encapsulation.udp(to: 51820, [4, 0, 0, 0])))
        run.decode(Encapsulation.outer(17, Encapsulation.udp(to: 1701, [0, 2, 0, 1])))
        run.decode(Encapsulation.outer(17, Encapsulation.udp(to: 2152, [0x30, 0xFF, 0, 1])))
        run.decode(PacketBuilder.ethernet([0x2C, 0, 0, 0, 0, 1], type: 0x88E5))
        run.decode(PacketBuilder.ethernet([1, 2], type: 0x1234 + 0x1000))
        run.decode(Encapsulation.outer(253, [1]))
        #expect(
            run.unread == [
                "VXLAN": 1, "IPsec ESP": 1, "WireGuard": 1, "L2TP": 1, "GTP-U": 1, "MACsec": 1, "EtherType 0x2234": 1,
                "IP protocol 253": 1,
            ])
        #expect(run.isComplete)
    }

    @Test func `what is in a tunnel and not read is counted with the tunnel's name`() throws {
        var run = Run()
        let vxlan: [UInt8] = [8, 0, 0, 0, 0, 0, 42, 0]
        func carried(_ frame: [UInt8]) -> [UInt8] {
            Encapsulation.outer(17, Encapsulation.udp(to: 4789, vxlan + frame))
        }
        run.decode(carried(PacketBuilder.ethernet([1, 2, 3], type: 0x8888)))
        run.decode(carried(PacketBuilder.ethernet([UInt8](repeating: 0, count: 28), type: 0x0806)))
        run.decode(carried([1, 2, 3]))
        let counts = NetworkCounts(run.decoder, TCPConnectionTable())
        #expect(run.unread == ["EtherType 0x8888 in VXLAN": 1, "ARP in VXLAN": 1, "VXLAN": 1])
        #expect(Set(counts.carriers.map(\.name)) == ["EtherType 0x8888 in VXLAN", "VXLAN"])
        let cut = try #require(counts.carriers.first { $0.name == "VXLAN" })
        #expect(cut.packets == 1 && cut.defects == 1 && counts.malformed + counts.cut == 1)
        #expect(run.isComplete)
    }

    @Test func `of many kinds take a bounded place`() {
        var run = Run()
        for type in 0x9400..<0x9800 as Range<UInt16> { run.decode(PacketBuilder.ethernet([1], type: type)) }
        #expect(run.unread.count == NetworkLimits().unreadKinds + 1)
        #expect(run.unread.values.reduce(0, +) == 1024)
    }
}
