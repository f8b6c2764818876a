import CPacketSender
import Glibc
import TestSupport

/// A machine that sends the packets of a capture over and over, each time as new traffic: sequence numbers and delivery
/// tags go on, and messages have other ids.
///
/// The capture is one of `TrafficGenerator.writeRepeatable`, kept in memory whole; packets are changed where they lie, just
/// before they are sent.
struct RepeatedPackets: ~Copyable {
    /// One packet, and what of it changes.
    private struct Packet {
        /// Index of its direction of its connection.
        let flow: Int
        let sequence: UInt32
        let acknowledgement: UInt32
        /// Where its delivery tag lies; 0 for none.
        var tagOffset = 0
        var tag: UInt64 = 0
        /// Where ids begin, as a range of `marks`.
        var marks = 0..<0
        var isPublish = false
    }

    /// One direction of a connection: what it has of each in one round.
    private struct Flow {
        var reverse = 0
        var bytes: UInt32 = 0
        var tags: UInt64 = 0
    }

    private let memory: UnsafeMutableRawPointer
    private let size: Int
    private var places: [novatrace_packet] = []
    private var opening: [novatrace_packet] = []
    private var packets: [Packet] = []
    private var flows: [Flow] = []
    private var marks: [Int] = []
    /// Messages that are published in one round.
    private(set) var messagesPerRound = 0
    private let socket: Int32
    /// The next packet, counted over all rounds.
    private var position = 0
    /// Messages published so far.
    private(set) var messages = 0

    /// Where the fields of a packet are.
    private enum Offset {
        static let ends = 26
        static let sequence = 38
        static let payload = 66
    }

    private static let fileHeader = 24
    private static let recordHeader = 16

    /// Reads a capture that is to be sent on an interface.
    init(
        of path: String, _ content: TrafficGenerator.Repeatable, to interface: String
    ) throws(BenchmarkFailure) {
        let socket = novatrace_packet_socket(interface)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard socket >= 0, descriptor >= 0 else { throw .ofSystem("\(path) cannot be sent on \(interface)") }
        let size = content.tally.bytes
        let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE, descriptor, 0)
        close(descriptor)
        guard let mapped, mapped != MAP_FAILED else { throw .ofSystem("\(path) cannot be read") }
        self.init(memory: mapped, size: size, socket: socket, content)
    }

    private init(
        memory: UnsafeMutableRawPointer, size: Int, socket: Int32, _ content: TrafficGenerator.Repeatable
    ) {
        self.memory = memory
        self.size = size
        self.socket = socket
        index(content)
    }

    deinit {
        munmap(memory, size)
        close(socket)
    }

    var packetsPerMessage: Double { Double(packets.count) / Double(max(1, messagesPerRound)) }

    /// Begins anew, with the packets that open the connections.
    mutating func restart() throws(BenchmarkFailure) {
        (position, messages) = (0, 0)
        for start in stride(from: 0, to: opening.count, by: 16) {
            try send(opening, start..<min(start + 16, opening.count))
            usleep(1000)
        }
    }

    /// Sends the next packets.
    mutating func send(_ count: Int) throws(BenchmarkFailure) {
        var left = count
        while left > 0 {
            let (round, start) = position.quotientAndRemainder(dividingBy: packets.count)
            let range = start..<min(start + min(left, 64), packets.count)
            for index in range { renew(index, round: round) }
            try send(places, range)
            position += range.count
            left -= range.count
        }
    }

    private func send(_ places: [novatrace_packet], _ range: Range<Int>) throws(BenchmarkFailure) {
        let sent = places.withUnsafeBufferPointer {
            novatrace_send(socket, memory, $0.baseAddress?.advanced(by: range.lowerBound), Int32(range.count))
        }
        guard sent == range.count else { throw .ofSystem("packets cannot be sent") }
    }

    private mutating func renew(_ index: Int, round: Int) {
        let packet = packets[index]
        let bytes = memory + Int(places[index].offset)
        let (flow, times) = (flows[packet.flow], UInt32(truncatingIfNeeded: round))
        Self.store(packet.sequence &+ times &* flow.bytes, bytes + Offset.sequence)
        Self.store(packet.acknowledgement &+ times &* flows[flow.reverse].bytes, bytes + Offset.sequence + 4)
        if packet.tagOffset > 0 { Self.store(packet.tag + UInt64(round) * flow.tags, bytes + packet.tagOffset) }
        for mark in packet.marks {
            for digit in 0..<8 {
                let value = UInt8(truncatingIfNeeded: round >> (4 * (7 - digit)) & 15)
                bytes.storeBytes(
                    of: value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10,
                    toByteOffset: marks[mark] + digit, as: UInt8.self)
            }
        }
        if packet.isPublish { messages += 1 }
    }

    private static func store<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, _ place: UnsafeMutableRawPointer
    ) {
        place.storeBytes(of: value.bigEndian, as: Value.self)
    }
}

// MARK: What changes

extension RepeatedPackets {
    private struct Ends: Hashable {
        var (source, destination): (UInt64, UInt64)
    }

    private mutating func index(_ content: TrafficGenerator.Repeatable) {
        var known: [Ends: Int] = [:]
        var offset = Self.fileHeader
        while offset + Self.recordHeader + Offset.payload <= size {
            let length = Int(memory.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self).littleEndian)
            offset += Self.recordHeader
            let place = novatrace_packet(offset: UInt32(offset), length: UInt32(length))
            if opening.count < content.openingPackets {
                opening.append(place)
            } else {
                add(place, &known)
            }
            offset += length
        }
    }

    private mutating func add(_ place: novatrace_packet, _ known: inout [Ends: Int]) {
        let bytes = memory + Int(place.offset)
        let length = Int(place.length)
        let flow = flow(of: bytes, &known)
        var packet = Packet(
            flow: flow, sequence: Self.load(bytes + Offset.sequence),
            acknowledgement: Self.load(bytes + Offset.sequence + 4))
        flows[flow].bytes &+= UInt32(length - Offset.payload)
        if length >= Offset.payload + 11 {
            let method: UInt32 = Self.load(bytes + Offset.payload + 7)
            let arguments = Offset.payload + 11
            switch method {
            case 60 << 16 | 40:
                packet.isPublish = true
                messagesPerRound += 1
            case 60 << 16 | 60:
                packet.tagOffset = arguments + 1 + Int(bytes.load(fromByteOffset: arguments, as: UInt8.self))
            case 60 << 16 | 80:
                packet.tagOffset = arguments
            default:
                break
            }
        }
        if packet.tagOffset > 0 {
            packet.tag = Self.load(bytes + packet.tagOffset)
            flows[flow].tags = max(flows[flow].tags, packet.tag)
        }
        packet.marks = findMarks(bytes, length)
        places.append(place)
        packets.append(packet)
    }

    private mutating func flow(of bytes: UnsafeMutableRawPointer, _ known: inout [Ends: Int]) -> Int {
        func end(_ index: Int) -> UInt64 {
            let address: UInt32 = Self.load(bytes + Offset.ends + 4 * index)
            let port: UInt16 = Self.load(bytes + Offset.ends + 8 + 2 * index)
            return UInt64(address) << 16 | UInt64(port)
        }
        let ends = Ends(source: end(0), destination: end(1))
        if let flow = known[ends] { return flow }
        let flow = flows.count
        flows += [Flow(reverse: flow + 1), Flow(reverse: flow)]
        known[ends] = flow
        known[Ends(source: ends.destination, destination: ends.source)] = flow + 1
        return flow
    }

    private mutating func findMarks(_ bytes: UnsafeMutableRawPointer, _ length: Int) -> Range<Int> {
        let first = marks.count
        let mark = TrafficGenerator.repeatMark.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        var offset = Offset.payload
        while offset + 8 <= length {
            let isMark = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == mark
            if isMark { marks.append(offset) }
            offset += isMark ? 8 : 1
        }
        return first..<marks.count
    }

    private static func load<Value: FixedWidthInteger & BitwiseCopyable>(_ place: UnsafeMutableRawPointer) -> Value {
        Value(bigEndian: place.loadUnaligned(as: Value.self))
    }
}

// MARK: At a rate

extension RepeatedPackets {
    /// Sends so many messages at so many a second, in steps of a millisecond of the monotonic clock.
    ///
    /// - Parameter visit: called after each step with the messages sent so far.
    /// - Returns: messages a second.
    mutating func send(
        messages: Int, rate: Int, _ visit: (Int) throws(BenchmarkFailure) -> Void = { _ throws(BenchmarkFailure) in }
    ) throws(BenchmarkFailure) -> Double {
        let total = Int(Double(messages) * packetsPerMessage)
        let packetsPerSecond = Double(rate) * packetsPerMessage
        let start = MonotonicClock.now
        var sent = 0
        while sent < total {
            let elapsed = MonotonicClock.now - start
            let due = min(total, Int(elapsed * packetsPerSecond))
            // A sender that is behind still lets `visit` see how far it is.
            let count = min(due - sent, 4096)
            try send(count)
            sent += count
            try visit(self.messages)
            if count < 4096 { MonotonicClock.sleep(until: start + (elapsed * 1000 + 1).rounded(.down) / 1000) }
        }
        return Double(self.messages) / (MonotonicClock.now - start)
    }
}

/// The clock that nobody sets, in seconds.
enum MonotonicClock {
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static func sleep(until moment: Double) {
        var time = timespec(tv_sec: Int(moment), tv_nsec: Int((moment - moment.rounded(.down)) * 1e9))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }
}
