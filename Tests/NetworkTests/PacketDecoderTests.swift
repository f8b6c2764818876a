import Network
import TestSupport
import Testing
import Trace

@Suite struct `Packet decoder` {
    private let client = Endpoint.v4(1, port: 40_000)
    private let server = Endpoint.v4(2, port: 5672)
    private let client6 = Endpoint.v6(1, port: 40_000)
    private let server6 = Endpoint.v6(2, port: 5672)

    private struct Decoded: Equatable {
        var text: String
        var payload: [UInt8]
        var wireLength: Int
    }

    private struct Run {
        var decoder = PacketDecoder()
        var decoded: [Decoded] = []
        var seconds: Int64 = 0

        mutating func decode(_ bytes: [UInt8], linkType: Int32 = 1, wireLength: Int? = nil) {
            let stamp = PacketStamp(time: Timestamp(seconds: seconds, nanoseconds: 0), number: 1)
            var found: [Decoded] = []
            decoder.decode(bytes.span.bytes, linkType: linkType, wireLength: wireLength ?? bytes.count, at: stamp) {
                found.append(
                    Decoded(
                        text: "\($0.source) > \($0.destination) \($0.sequence.rawValue)",
                        payload: $1.withUnsafeBytes { [UInt8]($0) }, wireLength: $0.wireLength))
            }
            decoded += found
        }
    }

    private func segment(_ payload: [UInt8] = [1, 2, 3]) -> [UInt8] {
        PacketBuilder.tcp(from: client, to: server, sequence: 7, payload)
    }

    private func packet(_ payload: [UInt8] = [1, 2, 3]) -> [UInt8] {
        PacketBuilder.ipv4(from: client.address, to: server.address, segment(payload))
    }

    private func packet6(_ payload: [UInt8] = [1, 2, 3]) -> [UInt8] {
        PacketBuilder.ipv6(
            from: client6.address, to: server6.address,
            PacketBuilder.tcp(from: client6, to: server6, sequence: 7, payload))
    }

    private let expected = Decoded(text: "10.0.0.1:40000 > 10.0.0.2:5672 7", payload: [1, 2, 3], wireLength: 3)
    private let expected6 = Decoded(
        text: "[2001:db8::1]:40000 > [2001:db8::2]:5672 7", payload: [1, 2, 3], wireLength: 3)

    // MARK: Link types

    @Test func `every link type finds IPv4 and IPv6 behind its header`() {
        let cooked: [UInt8] = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]
        let cooked2: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]
        let frames: [(Int32, [UInt8], [UInt8])] = [
            (0, [2, 0, 0, 0] + packet(), [30, 0, 0, 0] + packet6()),
            (0, [0, 0, 0, 2] + packet(), [0, 0, 0, 10] + packet6()),
            (1, PacketBuilder.ethernet(packet()), PacketBuilder.ethernet(packet6())),
            (12, packet(), packet6()),
            (108, [0, 0, 0, 2] + packet(), [0, 0, 0, 24] + packet6()),
            (113, cooked + [8, 0] + packet(), cooked + [0x86, 0xDD] + packet6()),
            (276, [8, 0] + cooked2 + packet(), [0x86, 0xDD] + cooked2 + packet6()),
        ]
        for (linkType, four, six) in frames {
            var run = Run()
            run.decode(four, linkType: linkType)
            run.decode(six, linkType: linkType)
            #expect(run.decoded == [expected, expected6], "link type \(linkType)")
        }
        var run = Run()
        run.decode(packet(), linkType: 228)
        run.decode(packet6(), linkType: 229)
        run.decode(packet(), linkType: 229)
        #expect(run.decoded == [expected, expected6])
        #expect(run.decoder.statistics.malformed == 1)
    }

    @Test func `VLAN tags are stepped over, however many`() {
        var run = Run()
        run.decode(PacketBuilder.ethernet(packet(), tags: [(0x8100, 5)]))
        run.decode(PacketBuilder.ethernet(packet(), tags: [(0x88A8, 5), (0x8100, 6), (0x9100, 7)]))
        #expect(run.decoded == [expected, expected])
    }

    @Test func `a link type that is not known is counted and said`() {
        var run = Run()
        run.decode(packet(), linkType: 105)
        #expect(run.decoded.isEmpty)
        #expect(run.decoder.statistics.unknownLinkType == 1)
        #expect(!PacketDecoder.decodes(linkType: 105))
        #expect(PacketDecoder.decodes(linkType: 276))
    }

    @Test func `other protocols are counted by layer`() {
        var run = Run()
        run.decode(PacketBuilder.ethernet([0, 1, 8, 0], type: 0x0806))
        run.decode(
            PacketBuilder.ethernet(PacketBuilder.ipv4(from: [1, 1, 1, 1], to: [2, 2, 2, 2], protocolNumber: 17, [])))
        run.decode(
            PacketBuilder.ethernet(PacketBuilder.ipv6(from: client6.address, to: server6.address, nextHeader: 58, [])))
        #expect(run.decoder.statistics.notIP == 1)
        #expect(run.decoder.statistics.notTCP == 2)
        #expect(run.decoded.isEmpty)
    }

    // MARK: Lengths

    @Test func `Ethernet's padding is no payload`() {
        var run = Run()
        run.decode(PacketBuilder.ethernet(packet([])) + [UInt8](repeating: 0xEE, count: 6))
        #expect(run.decoded == [Decoded(text: expected.text, payload: [], wireLength: 0)])
    }

    @Test func `a total length of 0 reaches to the end of the packet`() {
        var run = Run()
        run.decode(
            PacketBuilder.ethernet(
                PacketBuilder.ipv4(from: client.address, to: server.address, totalLength: 0, segment())))
        run.decode(
            PacketBuilder.ethernet(
                PacketBuilder.ipv6(
                    from: client6.address, to: server6.address, payloadLength: 0,
                    PacketBuilder.tcp(from: client6, to: server6, sequence: 7, [1, 2, 3]))))
        #expect(run.decoded == [expected, expected6])
    }

    @Test func `a super-segment larger than a total length can say is one segment`() {
        let payload = [UInt8](repeating: 0x2E, count: 65_536 + 1000)
        let four = PacketBuilder.ipv4(from: client.address, to: server.address, totalLength: 0, segment(payload))
        let six = PacketBuilder.ipv6(
            from: client6.address, to: server6.address, payloadLength: 0,
            PacketBuilder.tcp(from: client6, to: server6, sequence: 7, payload))
        for packet in [four, six] {
            var run = Run()
            run.decode(PacketBuilder.ethernet(packet))
            #expect(run.decoded.map(\.payload) == [payload])
            #expect(run.decoded.map(\.wireLength) == [payload.count])
        }
    }

    @Test(arguments: [0, 0xDEAD, 0xFFFF] as [UInt16])
    func `wrong checksums are taken, since the sender's network card writes the right ones later`(checksum: UInt16) {
        var bytes = packet()
        bytes.replaceSubrange(10..<12, with: PacketBuilder.big(checksum))
        bytes.replaceSubrange(36..<38, with: PacketBuilder.big(checksum))
        var bytes6 = packet6()
        bytes6.replaceSubrange(56..<58, with: PacketBuilder.big(checksum))
        var run = Run()
        run.decode(PacketBuilder.ethernet(bytes))
        run.decode(PacketBuilder.ethernet(bytes6))
        #expect(run.decoded == [expected, expected6])
        #expect(run.decoder.statistics.malformed == 0)
    }

    @Test func `IPv4 and TCP options are stepped over`() {
        let tcp = PacketBuilder.tcp(
            from: client, to: server, sequence: 7, options: [1, 1, 1, 1, 1, 1, 1, 1], [1, 2, 3])
        var run = Run()
        run.decode(
            PacketBuilder.ethernet(
                PacketBuilder.ipv4(from: client.address, to: server.address, options: [1, 1, 1, 0], tcp)))
        #expect(run.decoded == [expected])
    }

    @Test func `a packet cut by the capture keeps its length on the wire`() {
        let frame = PacketBuilder.ethernet(packet([UInt8](0..<100)))
        var run = Run()
        run.decode(Array(frame[..<64]), wireLength: frame.count)
        #expect(run.decoded == [Decoded(text: expected.text, payload: [UInt8](0..<10), wireLength: 100)])
    }

    @Test func `a packet cut anywhere is decoded, counted as cut, and never more`() {
        let chain = PacketBuilder.ipv6(
            from: client6.address, to: server6.address, nextHeader: 0,
            [60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0]
                + PacketBuilder.tcp(from: client6, to: server6, sequence: 7, [1, 2, 3]))
        for frame in [PacketBuilder.ethernet(packet()), PacketBuilder.ethernet(chain, tags: [(0x8100, 1)])] {
            for length in 0..<frame.count {
                var run = Run()
                run.decode(Array(frame[..<length]), wireLength: frame.count)
                let headers = frame.count - 3
                #expect(run.decoded.count == (length >= headers ? 1 : 0))
                #expect(run.decoder.statistics.cut == (length >= headers ? 0 : 1), "cut at \(length)")
            }
        }
    }

    @Test func `any bytes at all are survived`() {
        var generator = SeededGenerator(seed: 1)
        var run = Run()
        let frames = [PacketBuilder.ethernet(packet()), PacketBuilder.ethernet(packet6())]
        for round in 0..<20_000 {
            var frame = frames[round % 2]
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 12..<frame.count, using: &generator)
                frame[index] = UInt8.random(in: 0...255, using: &generator)
            }
            let link = LinkLayer.allCases[round / 2 % LinkLayer.allCases.count].rawValue
            run.decode(
                frame, linkType: round % 3 == 0 ? link : 1, wireLength: Int.random(in: 0...(1 << 33), using: &generator)
            )
        }
        let statistics = run.decoder.statistics
        #expect(
            statistics.packets == statistics.segments + statistics.notIP + statistics.notTCP + statistics.cut
                + statistics.malformed + statistics.fragments + statistics.nestedTooDeep)
        #expect(statistics.malformed > 0 && statistics.segments > 0)
        #expect(run.decoded.allSatisfy { $0.wireLength <= 1 << 20 })
    }

    @Test func `headers that contradict themselves are malformed`() {
        var run = Run()
        var shortHeader = packet()
        shortHeader[0] = 0x44
        var shortTotal = packet()
        shortTotal[3] = 19
        var shortTCP = packet()
        shortTCP[32] = 0x40
        var longTCP = packet()
        longTCP[32] = 0xF0
        for bytes in [shortHeader, shortTotal, shortTCP, longTCP] { run.decode(bytes, linkType: 12) }
        run.decode([0x50] + packet(), linkType: 228)
        #expect(run.decoder.statistics.malformed == 5)
        #expect(run.decoded.isEmpty)
    }

    // MARK: IPv6 extension headers

    @Test func `IPv6 extension headers are stepped over`() {
        let tcp = PacketBuilder.tcp(from: client6, to: server6, sequence: 7, [1, 2, 3])
        let hopByHop: [UInt8] = [43, 0, 1, 4, 0, 0, 0, 0]
        let routing: [UInt8] = [60, 1, 0, 0] + [UInt8](repeating: 0, count: 12)
        let options: [UInt8] = [51, 0, 1, 4, 0, 0, 0, 0]
        let authentication: [UInt8] = [44, 4, 0, 0] + [UInt8](repeating: 0, count: 20)
        let atomicFragment: [UInt8] = [6, 0, 0, 0, 0, 0, 0, 9]
        var run = Run()
        run.decode(
            PacketBuilder.ethernet(
                PacketBuilder.ipv6(
                    from: client6.address, to: server6.address, nextHeader: 0,
                    hopByHop + routing + options + authentication + atomicFragment + tcp)))
        #expect(run.decoded == [expected6])
    }

    // MARK: Fragments

    private func fragments(of payload: [UInt8], sizes: [Int], identification: UInt16 = 9) -> [[UInt8]] {
        let whole = segment(payload)
        var start = 0
        return sizes.enumerated().map { index, size in
            let end = index == sizes.count - 1 ? whole.count : start + size
            let word = UInt16(start / 8) | (end == whole.count ? 0 : 0x2000)
            defer { start = end }
            return PacketBuilder.ethernet(
                PacketBuilder.ipv4(
                    from: client.address, to: server.address, identification: identification, fragment: word,
                    Array(whole[start..<end])))
        }
    }

    @Test func `fragments of IPv4 are put together in any order, doubles included`() {
        let payload = [UInt8](0..<200)
        let parts = fragments(of: payload, sizes: [80, 64, 80])
        for order in [[0, 1, 2], [2, 1, 0], [1, 1, 2, 0], [0, 2, 0, 2, 1]] {
            var run = Run()
            for index in order { run.decode(parts[index]) }
            #expect(run.decoded == [Decoded(text: expected.text, payload: payload, wireLength: 200)])
            #expect(run.decoder.statistics.fragments == order.count - 1)
        }
    }

    @Test func `fragments of IPv6 are put together`() {
        let whole = PacketBuilder.tcp(from: client6, to: server6, sequence: 7, [UInt8](0..<100))
        let parts = [(0, 64), (64, whole.count)].map { start, end -> [UInt8] in
            let header: [UInt8] =
                [6, 0] + PacketBuilder.big(UInt16(start) | (end < whole.count ? 1 : 0)) + [0xDE, 0xAD, 0xBE, 0xEF]
            return PacketBuilder.ethernet(
                PacketBuilder.ipv6(
                    from: client6.address, to: server6.address, nextHeader: 44, header + whole[start..<end]))
        }
        var run = Run()
        run.decode(parts[1])
        run.decode(parts[0])
        #expect(run.decoded == [Decoded(text: expected6.text, payload: [UInt8](0..<100), wireLength: 100)])
    }

    @Test func `overlapping fragments give up their datagram and no other`() {
        let other = fragments(of: [UInt8](0..<200), sizes: [80, 64, 80], identification: 10)
        let parts = fragments(of: [UInt8](0..<200), sizes: [80, 64, 80])
        let overlapping = fragments(of: [UInt8](0..<200), sizes: [72, 64, 80])
        var run = Run()
        run.decode(other[0])
        run.decode(parts[0])
        run.decode(overlapping[1])
        run.decode(parts[2])
        run.decode(other[1])
        run.decode(other[2])
        #expect(run.decoded.count == 1)
        #expect(run.decoder.statistics.malformed == 1)
    }

    @Test func `fragments expire in packet time`() {
        let parts = fragments(of: [UInt8](0..<100), sizes: [80, 40])
        var run = Run()
        run.decode(parts[0])
        run.seconds = 61
        run.decode(parts[1])
        #expect(run.decoded.isEmpty)
        run.decode(parts[0])
        #expect(run.decoded.count == 1)
    }

    @Test func `fragments beyond the limits push out the oldest`() {
        var limits = NetworkLimits()
        limits.fragmentedDatagrams = 2
        var run = Run(decoder: PacketDecoder(limits: limits))
        let parts = (1...3).map { fragments(of: [UInt8](0..<100), sizes: [80, 40], identification: $0) }
        for part in parts { run.decode(part[0]) }
        for part in parts.reversed() { run.decode(part[1]) }
        #expect(run.decoded.count == 2)
    }

    @Test func `a datagram longer than any is malformed`() {
        var run = Run()
        run.decode(
            PacketBuilder.ethernet(
                PacketBuilder.ipv4(
                    from: client.address, to: server.address, fragment: 0x1FFF, [UInt8](repeating: 0, count: 16))))
        #expect(run.decoder.statistics.malformed == 1)
    }
}
