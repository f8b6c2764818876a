import Bytes
import Network
import TestSupport
import Testing
import Trace

extension NetworkLimits {
    /// Waits for nothing that may have been overtaken, and briefly for what fills a hole: what a segment does shows at once.
    fileprivate static var prompt: NetworkLimits {
        var limits = NetworkLimits()
        limits.waitsForCauses = false
        limits.openingSegments = 0
        limits.segmentsBeforeGap = 16
        limits.timeBeforeGap = .seconds(1)
        return limits
    }
}

/// Segments by hand: A (port 1000, sequence numbers from 100) opens, B (port 5672, from 500) answers.
private struct Script {
    var collector: StreamCollector
    var time = Timestamp(seconds: 1000, nanoseconds: 0)
    private var number: Int64 = 0

    init(limits: NetworkLimits = NetworkLimits.prompt) {
        collector = StreamCollector(limits: limits)
    }

    static let a = SocketAddress(address: IPAddress(v4: 0x0A00_0001), port: 1000)
    static let b = SocketAddress(address: IPAddress(v4: 0x0A00_0002), port: 5672)

    mutating func fromA(
        _ sequence: UInt32, _ payload: String = "", ack: UInt32? = nil, _ flags: TCPFlags = [], wireLength: Int? = nil,
        port: UInt16 = 1000
    ) {
        let source = SocketAddress(address: Self.a.address, port: port)
        send(source, Self.b, sequence, payload, ack, flags, wireLength)
    }

    mutating func fromB(
        _ sequence: UInt32, _ payload: String = "", ack: UInt32? = nil, _ flags: TCPFlags = [], wireLength: Int? = nil
    ) {
        send(Self.b, Self.a, sequence, payload, ack, flags, wireLength)
    }

    private mutating func send(
        _ source: SocketAddress, _ destination: SocketAddress, _ sequence: UInt32, _ payload: String, _ ack: UInt32?,
        _ flags: TCPFlags, _ wireLength: Int?
    ) {
        number += 1
        let bytes = Array(payload.utf8)
        let segment = TCPSegment(
            source: source, destination: destination, sequence: SequenceNumber(sequence),
            acknowledgment: SequenceNumber(ack ?? 0), flags: ack == nil ? flags : flags.union(.ack),
            capturedLength: bytes.count, wireLength: wireLength ?? bytes.count)
        collector.receive(segment, bytes, at: PacketStamp(time: time, number: number))
        time = time + .milliseconds(1)
    }

    mutating func handshake() {
        fromA(99, .syn)
        fromB(499, ack: 100, .syn)
        fromA(100, ack: 500)
    }

    mutating func fromA(_ sequence: UInt32, _ flags: TCPFlags, port: UInt16 = 1000) {
        fromA(sequence, "", ack: nil, flags, port: port)
    }

    private mutating func fromA(_ sequence: UInt32, _ payload: String, _ flags: TCPFlags) {
        fromA(sequence, payload, ack: nil, flags)
    }

    var flows: [StreamCollector.Flow] { collector.flows }
    var forward: String { flows.last.map { String(decoding: $0.forward.bytes, as: UTF8.self) } ?? "" }
    var backward: String { flows.last.map { String(decoding: $0.backward.bytes, as: UTF8.self) } ?? "" }
    var gaps: [StreamCollector.Gap] { flows.last?.forward.gaps ?? [] }
}

@Suite struct `TCP connection table` {
    typealias Gap = StreamCollector.Gap

    // MARK: Opening

    @Test func `the end that sends the SYN is the first`() {
        var script = Script()
        script.handshake()
        script.fromB(500, "hello", ack: 100)
        script.fromA(100, "world", ack: 505)
        #expect(script.flows.count == 1)
        #expect(script.flows[0].endpoints == TCPEndpoints(first: Script.a, second: Script.b, sawHandshake: true))
        #expect(script.forward == "world" && script.backward == "hello")
        #expect(script.flows[0].forwardMidstream == false && script.flows[0].backwardMidstream == false)
        #expect(script.collector.violations.isEmpty)
    }

    @Test func `a SYN seen late, behind the answer, still tells who opened`() {
        var script = Script()
        script.fromB(499, ack: 100, .syn)
        script.fromA(99, .syn)
        script.fromA(100, "x", ack: 500)
        #expect(script.flows[0].endpoints == TCPEndpoints(first: Script.a, second: Script.b, sawHandshake: true))
        #expect(script.flows[0].forwardMidstream == false)
    }

    @Test func `a connection that is open already begins at its first bytes, its first sender first`() {
        var script = Script()
        script.fromB(7777, "tail", ack: 333)
        script.fromA(333, "next", ack: 7781)
        #expect(script.flows[0].endpoints == TCPEndpoints(first: Script.b, second: Script.a, sawHandshake: false))
        #expect(script.forward == "tail" && script.backward == "next")
        #expect(script.flows[0].forwardMidstream == true && script.flows[0].backwardMidstream == true)
        #expect(script.gaps.isEmpty)
    }

    @Test func `a SYN that comes after the first data is the connection's own`() {
        var script = Script()
        script.fromA(100, "abc", ack: 500)
        script.fromA(99, .syn)
        script.fromA(103, "def", ack: 500)
        #expect(script.flows.count == 1)
        #expect(script.forward == "abcdef")
    }

    @Test func `a connection without data is never reported`() {
        var script = Script()
        script.handshake()
        script.fromA(100, ack: 500, .fin)
        script.fromB(500, ack: 101, .fin)
        script.fromA(101, ack: 501)
        #expect(script.flows.isEmpty && script.collector.violations.isEmpty)
    }

    @Test func `data on a SYN is the start of the stream`() {
        var script = Script()
        script.fromA(99, "early", .syn)
        script.fromB(499, ack: 105, .syn)
        script.fromA(105, " bird", ack: 500)
        #expect(script.forward == "early bird")
        #expect(script.gaps.isEmpty)
    }

    // MARK: Order

    @Test func `a segment that comes late is put in its place, stamped with its own packet`() {
        var script = Script()
        script.handshake()
        script.fromA(103, "def", ack: 500)
        #expect(script.flows.last?.forward.length == 0)
        script.fromA(100, "abc", ack: 500)
        #expect(script.forward == "abcdef")
        #expect(script.collector.stamps == [5, 4])
        #expect(script.collector.table.bufferedBytes == 0)
    }

    @Test func `retransmissions and partial overlaps give every byte once`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abcdef", ack: 500)
        script.fromA(100, "abc", ack: 500)
        script.fromA(103, "defgh", ack: 500)
        script.fromA(110, "kl", ack: 500)
        script.fromA(107, "hijkl", ack: 500)
        #expect(script.forward == "abcdefghijkl")
        #expect(script.collector.table.statistics.retransmissions == 1)
        #expect(script.collector.table.statistics.conflictingOverlaps == 0)
    }

    @Test func `where segments differ the bytes that came first hold, and the conflict is counted`() {
        var script = Script()
        script.handshake()
        script.fromA(104, "EF", ack: 500)
        script.fromA(102, "cdefgh", ack: 500)
        script.fromA(100, "abXX", ack: 500)
        script.finish()
        #expect(script.forward == "abcdEFgh")
        #expect(script.collector.table.statistics.conflictingOverlaps == 2)
    }

    @Test func `sequence numbers wrap`() {
        var script = Script()
        script.fromA(0xFFFF_FFFD, .syn)
        script.fromA(0xFFFF_FFFE, "ab")
        script.fromA(2, "ef")
        script.fromA(0, "cd")
        #expect(script.forward == "abcdef")
    }

    @Test func `keep-alive and its byte of garbage are no data`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromB(500, ack: 103)
        script.fromA(102, "\0", ack: 500)
        script.fromA(102, "", ack: 500)
        script.fromA(103, "def", ack: 500)
        #expect(script.forward == "abcdef")
    }

    @Test func `a keep-alive behind a hole is no data either`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromB(500, ack: 200)
        script.fromA(199, "\0", ack: 500)
        script.fromA(200, "def", ack: 500)
        script.fromB(500, ack: 203)
        script.finish()
        #expect(script.forward == "abcdef")
        #expect(script.gaps == [Gap(at: 3, count: 97)])
    }

    @Test func `a zero window probe is a byte of data, given once`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromB(500, ack: 103)
        script.fromA(103, "d", ack: 500)
        script.fromB(500, ack: 103)
        script.fromA(103, "def", ack: 500)
        #expect(script.forward == "abcdef")
    }

    // MARK: Gaps

    @Test func `an acknowledged hole is a gap of its exact size after a few segments`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromA(110, "klm", ack: 500)
        script.fromB(500, ack: 113)
        #expect(script.gaps.isEmpty)
        for _ in 0..<20 { script.fromB(500, ack: 113) }
        #expect(script.gaps == [Gap(at: 3, count: 7)])
        #expect(script.forward == "abcklm")
    }

    @Test func `an acknowledged hole is a gap after some packet time`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromA(110, "klm", ack: 500)
        script.fromB(500, ack: 113)
        script.time = script.time + .seconds(2)
        script.fromB(500, ack: 113)
        #expect(script.gaps == [Gap(at: 3, count: 7)])
    }

    @Test func `a hole that nobody acknowledged is waited for, and filled`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromA(106, "ghi", ack: 500)
        for _ in 0..<100 { script.fromB(500, ack: 103) }
        #expect(script.gaps.isEmpty)
        script.fromA(103, "def", ack: 500)
        #expect(script.forward == "abcdefghi")
        #expect(script.gaps.isEmpty)
    }

    @Test func `a hole becomes a gap in the end when no acknowledgment is ever seen`() {
        var script = Script()
        script.fromA(100, "abc")
        script.fromA(110, "klm")
        script.time = script.time + .seconds(31)
        script.fromA(113, "nop")
        #expect(script.gaps == [Gap(at: 3, count: 7)])
        #expect(script.forward == "abcklmnop")
    }

    @Test func `a gap stands between its neighbours when several holes are given up`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "a", ack: 500)
        script.fromA(102, "c", ack: 500)
        script.fromA(105, "f", ack: 500)
        script.finish()
        #expect(script.forward == "acf")
        #expect(script.gaps == [Gap(at: 1, count: 1), Gap(at: 3, count: 2)])
    }

    @Test func `a hole is given up when more waits behind it than the limits allow`() {
        var limits = NetworkLimits.prompt
        limits.bufferedBytesPerDirection = 10
        var script = Script(limits: limits)
        script.handshake()
        script.fromA(100, "a", ack: 500)
        script.fromA(102, "cdefgh", ack: 500)
        #expect(script.gaps.isEmpty)
        script.fromA(108, "ijklmn", ack: 500)
        #expect(script.gaps == [Gap(at: 1, count: 1)])
        #expect(script.forward == "acdefghijklmn")
        #expect(script.collector.table.statistics.overflows == 1)
        #expect(script.collector.table.bufferedBytes == 0)
    }

    @Test func `a packet cut by the capture gives what it has and a gap`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "ab", ack: 500, wireLength: 10)
        script.fromA(110, "kl", ack: 500)
        #expect(script.forward == "abkl")
        #expect(script.gaps == [Gap(at: 2, count: 8)])
    }

    @Test func `a cut packet that comes late keeps its gap`() {
        var script = Script()
        script.handshake()
        script.fromA(105, "fg", ack: 500, wireLength: 5)
        script.fromA(110, "kl", ack: 500)
        script.fromA(100, "abcde", ack: 500)
        #expect(script.forward == "abcdefgkl")
        #expect(script.gaps == [Gap(at: 7, count: 3)])
    }

    @Test func `bytes lost at the end of the capture are known from the acknowledgment`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromB(500, ack: 150)
        script.finish()
        #expect(script.gaps == [Gap(at: 3, count: 47)])
    }

    // MARK: Ends

    @Test func `both ends' FIN close a connection, and data on the last is data`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500, .fin)
        script.fromB(500, "xyz", ack: 104)
        #expect(script.flows[0].closing == nil)
        script.fromB(503, "!", ack: 104, .fin)
        script.fromA(104, ack: 505)
        #expect(script.forward == "abc" && script.backward == "xyz!")
        #expect(script.flows[0].closing == .finished)
        #expect(script.collector.violations.isEmpty)
    }

    @Test func `a FIN behind a hole waits for it`() {
        var script = Script()
        script.handshake()
        script.fromB(500, "x", ack: 100, .fin)
        script.fromA(103, "def", ack: 502, .fin)
        #expect(script.flows[0].closing == nil)
        script.fromA(100, "abc", ack: 502)
        #expect(script.forward == "abcdef")
        #expect(script.flows[0].closing == .finished)
    }

    @Test func `an acknowledged FIN closes over a hole, which becomes a gap`() {
        var script = Script()
        script.handshake()
        script.fromA(103, "def", ack: 500, .fin)
        script.fromB(500, "", ack: 107, .fin)
        #expect(script.flows[0].closing == .finished)
        #expect(script.gaps == [Gap(at: 0, count: 3)])
        #expect(script.forward == "def")
    }

    @Test func `a reset closes at once, and late packets of the connection open no other`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromA(105, "fg", ack: 500)
        script.fromB(500, ack: 103, .rst)
        #expect(script.flows[0].closing == .reset)
        #expect(script.forward == "abcfg")
        #expect(script.gaps == [Gap(at: 3, count: 2)])
        script.fromA(100, "abc", ack: 500)
        script.fromA(107, "hi", ack: 500)
        script.fromB(500, ack: 103, .rst)
        #expect(script.flows.count == 1 && script.collector.violations.isEmpty)
    }

    @Test func `a reset tells who sent it`() {
        for isServer in [false, true] {
            var script = Script()
            script.handshake()
            script.fromA(100, "abc", ack: 500)
            if isServer { script.fromB(500, ack: 103, .rst) } else { script.fromA(103, .rst) }
            #expect(script.flows[0].closing == .reset)
            #expect(script.flows[0].closedBy == (isServer ? .second : .first))
        }
    }

    @Test func `a reset that answers a FIN leaves the end to who sent the FIN`() {
        var script = Script()
        script.handshake()
        script.fromB(500, "abc", ack: 100)
        script.fromA(100, "", ack: 503, .fin)
        script.fromB(503, ack: 101, .rst)
        #expect(script.flows[0].closing == .finished)
        #expect(script.flows[0].closedBy == .first)
    }

    @Test func `a reset that answers a FIN which waits for what its sender had before does so as well`() {
        var script = Script()
        script.handshake()
        script.fromB(500, "abc", ack: 100)
        // The bytes from 503 on, which it acknowledges, were not captured.
        script.fromA(100, "", ack: 510, .fin)
        script.fromB(510, ack: 101, .rst)
        #expect(script.flows[0].closing == .finished)
        #expect(script.flows[0].closedBy == .first)
    }

    @Test
    func `a reset that acknowledges one more than all bytes answers a FIN that the capture lacks, behind holes too`() {
        for sequence in [100, 103] as [UInt32] {
            var script = Script()
            script.handshake()
            script.fromA(sequence, "abc", ack: 500)
            script.fromB(500, ack: sequence + 4, .rst)
            #expect(script.flows[0].closing == .finished)
            #expect(script.flows[0].closedBy == .first)
        }
    }

    @Test func `of two FINs the first began the end`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromB(500, "", ack: 103, .fin)
        script.fromA(103, "", ack: 501, .fin)
        #expect(script.flows[0].closing == .finished)
        #expect(script.flows[0].closedBy == .second)
    }

    @Test func `a reset with a wild sequence number ends nothing`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromA(0x7000_0000, .rst)
        script.fromA(103, "def", ack: 500)
        #expect(script.forward == "abcdef")
        #expect(script.flows[0].closing == nil)
    }

    @Test func `a new SYN on the same addresses is another connection`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "old", ack: 500)
        script.fromA(70_000_099, .syn)
        script.fromB(90_000_499, ack: 70_000_100, .syn)
        script.fromA(70_000_100, "new", ack: 90_000_500)
        #expect(script.flows.count == 2)
        #expect(script.flows[0].closing == .replaced)
        #expect(script.flows[0].forward.bytes == Array("old".utf8))
        #expect(script.forward == "new" && script.flows[1].forwardMidstream == false)
    }

    @Test func `a new connection is told from the old by the answer when its SYN was lost`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "old", ack: 500)
        script.fromB(90_000_499, ack: 70_000_100, .syn)
        script.fromA(70_000_100, "new", ack: 90_000_500)
        #expect(script.flows.count == 2)
        #expect(script.flows[1].endpoints.first == Script.a && script.flows[1].endpoints.sawHandshake)
        #expect(script.forward == "new" && script.gaps.isEmpty)
    }

    @Test func `the same SYN twice is one connection`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromA(99, .syn)
        script.fromB(499, ack: 100, .syn)
        script.fromA(103, "def", ack: 500)
        #expect(script.flows.count == 1)
        #expect(script.forward == "abcdef")
    }

    @Test func `a SYN after the end opens another connection, even with the old sequence number`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromB(500, ack: 103, .rst)
        script.handshake()
        script.fromA(100, "def", ack: 500)
        #expect(script.flows.count == 2)
        #expect(script.forward == "def")
    }

    // MARK: Wild sequence numbers

    @Test func `one wild segment does not stall the stream`() {
        for wild: UInt32 in [0x6000_0000, 0x9000_0000, 0xF000_0000] {
            var script = Script()
            script.handshake()
            script.fromA(100, "abc", ack: 500)
            script.fromA(wild, "???", ack: 500)
            script.fromA(103, "def", ack: 500)
            #expect(script.forward == "abcdef")
            #expect(script.collector.table.statistics.strays == 1)
        }
    }

    @Test func `a run of segments elsewhere is a new connection whose start was not seen`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        for index in 0..<5 { script.fromA(0x9000_0000 + UInt32(index), "x", ack: 500) }
        #expect(script.flows.count == 2)
        #expect(script.flows[0].closing == .replaced)
        #expect(script.forward == "xx")
    }

    // MARK: Limits

    @Test func `an ignored connection is heard of no more, and its buffers are freed`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.fromA(105, "fg", ack: 500)
        #expect(script.collector.table.bufferedBytes == 2)
        script.collector.table.ignore(0)
        #expect(script.collector.table.bufferedBytes == 0)
        script.fromA(103, "de", ack: 500)
        script.fromB(500, "reply", ack: 107, .fin)
        script.fromA(107, "", ack: 506, .fin)
        script.finish()
        #expect(script.forward == "abc" && script.backward.isEmpty)
        #expect(script.flows[0].closing == nil)
        script.collector.table.ignore(0)
        script.collector.table.ignore(4711)
    }

    @Test func `a new connection on the addresses of an ignored one is reported`() {
        var script = Script()
        script.handshake()
        script.fromA(100, "abc", ack: 500)
        script.collector.table.ignore(0)
        script.fromA(70_000_099, .syn)
        script.fromA(70_000_100, "new")
        #expect(script.flows.count == 2)
        #expect(script.forward == "new")
    }

    @Test func `a full table gives up the connection that was silent longest`() {
        var limits = NetworkLimits.prompt
        limits.connections = 2
        var script = Script(limits: limits)
        script.fromA(100, "one", port: 1)
        script.fromA(100, "two", port: 2)
        script.fromA(103, "one", port: 1)
        script.fromA(100, "three", port: 3)
        #expect(script.flows.map(\.closing) == [nil, .silent, nil])
        #expect(script.collector.table.statistics.evicted == 1)
        #expect(script.collector.table.count == 2)
    }

    @Test(.timeLimit(.minutes(10)))
    func `of tens of thousands of connections as many are held as the limit says, and the rest is counted`() {
        var limits = NetworkLimits()
        limits.connections = 1000
        var table = TCPConnectionTable(limits: limits)
        let (count, nothing) = (50_000, [UInt8]())
        for number in 0..<UInt32(count) {
            let client = SocketAddress(
                address: IPAddress(v4: 0x0A00_0000 | number >> 14), port: UInt16(number & 0x3FFF))
            let segment = TCPSegment(
                source: client, destination: Script.b, sequence: SequenceNumber(number),
                acknowledgment: SequenceNumber(0), flags: .syn, capturedLength: 0, wireLength: 0)
            let stamp = PacketStamp(time: Timestamp(nanoseconds: Int64(number) * 1000), number: Int64(number) + 1)
            table.receive(segment, payload: nothing.span.bytes, at: stamp) { _, _ in }
        }
        #expect(table.count == limits.connections)
        #expect(table.statistics.evicted == count - limits.connections)
    }

    @Test func `half of a connection is one: of which only one direction, or no opening and no end, is seen`() {
        var script = Script()
        script.fromB(500, "half", ack: 100)
        script.fromB(504, " of it", ack: 100)
        script.fromA(100, .syn, port: 7)
        script.fromA(100, .syn, port: 7)
        #expect(script.flows.count == 1)
        #expect(script.flows[0].closing == nil)
        #expect(script.flows[0].forward.bytes == Array("half of it".utf8))
        #expect(script.flows[0].backward.length == 0)
        #expect(script.collector.violations.isEmpty)
    }

    @Test func `a full table gives up what ended, then what nobody wants, before it gives up a live one`() {
        var limits = NetworkLimits.prompt
        limits.connections = 3
        var script = Script(limits: limits)
        script.fromA(100, "live", port: 1)
        script.fromA(100, "ignored", port: 2)
        script.collector.table.ignore(1)
        script.fromA(100, "ended", port: 3)
        script.fromA(105, "", .rst, port: 3)
        script.fromA(100, "new", port: 4)
        script.fromA(100, "new", port: 5)
        script.fromA(104, "!", port: 1)
        #expect(script.flows.map(\.closing) == [nil, nil, .reset, nil, nil])
        #expect(script.flows[0].forward.bytes == Array("live!".utf8))
        #expect(script.collector.table.statistics.evicted == 0)
    }

    @Test func `an idle connection expires in packet time, and one damaged time does not end them all`() {
        var script = Script()
        for port in 1...10 as ClosedRange<UInt16> { script.fromA(100, "abc", port: port) }
        let now = script.time
        script.time = now + .seconds(200 * 365 * 86_400)
        script.fromA(100, "far", port: 11)
        script.time = now
        for port in 1...10 as ClosedRange<UInt16> { script.fromA(103, "def", port: port) }
        #expect(script.flows.filter { $0.closing == .silent }.count <= 1)
    }
}

extension Script {
    fileprivate mutating func finish() { collector.finish() }

    fileprivate mutating func fromA(_ sequence: UInt32, _ payload: String, _ flags: TCPFlags, port: UInt16 = 1000) {
        fromA(sequence, payload, ack: nil, flags, port: port)
    }
}

@Suite struct `Streams of an excerpt` {
    private func packets(_ body: (inout TCPSessionBuilder) -> Void) -> [RecordedPacket] {
        var session = TCPSessionBuilder()
        body(&session)
        return session.packets
    }

    @Test func `wait for nobody's next packet where bytes were left out`() {
        var collector = StreamCollector(limits: .excerpt)
        let one = packets { session in
            session.send(.client, [1, 2, 3, 4])
            session.lose(.client, 1000)
            session.send(.client, [5, 6, 7, 8])
        }
        for packet in one where packet.bytes.count > 54 { collector.receive(packet) }
        #expect(collector.flows.first?.forward.bytes == [1, 2, 3, 4])
        var other = TCPSessionBuilder(client: .v4(9, port: 41_000), at: one[0].time + .seconds(2))
        other.send(.client, [9, 9, 9, 9])
        for packet in other.packets { collector.receive(packet) }
        #expect(collector.flows[0].forward.bytes == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(collector.flows[0].forward.gaps == [.init(at: 4, count: 1000)])
    }

    @Test(arguments: [1_500_000_000, 2_500_000_000, 4_000_000_000])
    func `go on however much of them was left out`(count: Int) {
        var collector = StreamCollector(limits: .excerpt)
        let all = packets { session in
            session.send(.client, [1, 2, 3, 4])
            session.lose(.client, count)
            session.send(.client, [5, 6, 7, 8])
        }
        for packet in all where packet.bytes.count > 54 { collector.receive(packet) }
        collector.finish()
        #expect(collector.flows.flatMap(\.forward.bytes) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(collector.violations.isEmpty)
    }
}
