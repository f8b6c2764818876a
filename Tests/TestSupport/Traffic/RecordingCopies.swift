import Foundation

/// A machine that makes a large capture of copies of real recordings: each copy has addresses, ids (uuids, and other 32
/// hexadecimal digits) and times of its own, and several go on at the same time.
///
/// Recordings are pcap files (microseconds, little-endian, Ethernet, IPv4). Those that end without a FIN leave their
/// connections open, so that more are open at once than in a real cloud. The same seed gives the same file.
package struct RecordingCopies {
    /// What is copied.
    package enum Content: Sendable {
        /// What goes to or from port 5672.
        case bus
        case everything
    }

    private let recordings: [CopiedRecording]
    private var numbers: SeededGenerator
    /// Microseconds within which the copies of a round begin, and from the begin of a round to that of the next.
    private static let (spread, round) = (300_000_000, 500_000_000 as UInt64)

    package init(of paths: [String], _ content: Content, seed: UInt64 = 1) throws {
        recordings = try paths.map { CopiedRecording(try Data(contentsOf: URL(filePath: $0)), content) }
        numbers = SeededGenerator(seed: seed)
    }

    /// Writes a capture of some size; its last copy may be cut short.
    package mutating func write(bytes limit: Int, to path: String) throws -> TrafficGenerator.Tally {
        var writer = try PcapWriter(path: path)
        var (copies, start) = (0, 1_795_000_000_000_000 as UInt64)
        while writer.bytes < limit {
            var packets: [(time: UInt64, copy: Int, range: Range<Int>)] = []
            var bytes: [[UInt8]] = []
            for recording in recordings.shuffled(using: &numbers) {
                copies += 1
                let begin = start + UInt64(numbers.below(Self.spread))
                for packet in recording.packets { packets.append((begin + packet.time, bytes.count, packet.range)) }
                bytes.append(recording.copy(copies))
            }
            packets.sort { ($0.time, $0.copy, $0.range.lowerBound) < ($1.time, $1.copy, $1.range.lowerBound) }
            for packet in packets where writer.bytes < limit {
                writer.write(at: packet.time, [], bytes[packet.copy][packet.range])
            }
            start += Self.round
        }
        try writer.finish()
        var tally = TrafficGenerator.Tally()
        (tally.bytes, tally.packets) = (writer.bytes, writer.packets)
        return tally
    }
}

/// A value: a recording, and where in it what is that a copy has of its own.
private struct CopiedRecording {
    private let bytes: [UInt8]
    /// With the time since the first, in microseconds.
    private(set) var packets: [(time: UInt64, range: Range<Int>)] = []
    /// Where addresses stand, and which.
    private var addresses: [(offset: Int, number: Int)] = []
    /// Where a digit of the first eight of an id stands, which it is, and the eight as a number.
    private var digits: [(offset: Int, place: Int, value: UInt32)] = []

    private static let busPort: UInt16 = 5672
    private static let alphabet = Array("0123456789abcdef".utf8)

    /// The parts of a stream: where its bytes stand in the file.
    private struct Segment {
        let sequence: UInt32
        let range: Range<Int>
    }

    init(_ data: Data, _ content: RecordingCopies.Content) {
        bytes = [UInt8](data)
        var numbers: [ArraySlice<UInt8>: Int] = [:]
        var streams: [[UInt8]: [Segment]] = [:]
        var offset = 24
        var first: UInt64?
        while offset + 16 <= bytes.count {
            let time = UInt64(little(offset)) * 1_000_000 + UInt64(little(offset + 4))
            let range = offset + 16..<offset + 16 + Int(little(offset + 8))
            offset = range.upperBound
            guard range.upperBound <= bytes.count, range.count >= 54, big(range.lowerBound + 12) == 0x0800 else {
                continue
            }
            let ip = range.lowerBound + 14
            let tcp = ip + Int(bytes[ip] & 15) * 4
            let isBus = bytes[ip + 9] == 6 && [big(tcp), big(tcp + 2)].contains(Self.busPort)
            guard isBus || content == .everything else { continue }
            packets.append((time - (first ?? time), range))
            first = first ?? time
            for place in [ip + 12, ip + 16] {
                let address = bytes[place..<place + 4]
                let number = numbers[address] ?? numbers.count
                numbers[address] = number
                addresses.append((place, number))
            }
            guard isBus else { continue }
            let payload = tcp + Int(bytes[tcp + 12] >> 4) * 4
            let end = min(ip + Int(big(ip + 2)), range.upperBound)
            guard payload < end else { continue }
            let key = Array(bytes[ip + 12..<ip + 20] + bytes[tcp..<tcp + 4])
            streams[key, default: []].append(
                Segment(sequence: UInt32(big(tcp + 4)) << 16 | UInt32(big(tcp + 6)), range: payload..<end))
        }
        for key in streams.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) { find(in: streams[key] ?? []) }
    }

    private func little(_ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }

    private func big(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]) }

    /// Finds the ids in a stream, which segments may divide, and where their first digits stand in each segment.
    private mutating func find(in segments: [Segment]) {
        let base = segments[0].sequence
        let placed = segments.map { (at: Int(Int32(bitPattern: $0.sequence &- base)), range: $0.range) }
        let lowest = placed.map(\.at).min() ?? 0
        let size = placed.map { $0.at - lowest + $0.range.count }.max() ?? 0
        guard size < 100_000_000 else { return }
        var stream = [UInt8](repeating: 0, count: size)
        for segment in placed {
            let at = segment.at - lowest
            stream.replaceSubrange(at..<at + segment.range.count, with: bytes[segment.range])
        }
        let ids = Self.ids(in: stream)
        for segment in placed {
            let at = segment.at - lowest
            var index = ids.firstIndex { $0.place + 8 > at } ?? ids.count
            while index < ids.count, ids[index].place < at + segment.range.count {
                for digit in 0..<8 {
                    let offset = ids[index].place + digit - at
                    guard segment.range.indices.contains(segment.range.lowerBound + offset) else { continue }
                    digits.append((segment.range.lowerBound + offset, digit, ids[index].value))
                }
                index += 1
            }
        }
    }

    /// Ids stand by themselves: 32 digits, or 8-4-4-4-12 of them.
    private static func ids(in stream: [UInt8]) -> [(place: Int, value: UInt32)] {
        func digit(_ place: Int) -> UInt32? {
            guard place < stream.count else { return nil }
            switch stream[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): return UInt32(stream[place] - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): return UInt32(stream[place] - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        func run(from place: Int) -> Int {
            var end = place
            while digit(end) != nil { end += 1 }
            return end - place
        }
        var ids: [(place: Int, value: UInt32)] = []
        var place = 0
        while place < stream.count {
            let count = run(from: place)
            guard count > 0 else {
                place += 1
                continue
            }
            var end = place + count
            var isID = count == 32
            if count == 8 {
                var groups: [Int] = []
                while groups.count < 4, end < stream.count, stream[end] == UInt8(ascii: "-") {
                    groups.append(run(from: end + 1))
                    end += 1 + (groups.last ?? 0)
                }
                isID = groups == [4, 4, 4, 12]
                if !isID { end = place + count }
            }
            if isID { ids.append((place, (0..<8).reduce(0) { $0 << 4 | (digit(place + $1) ?? 0) })) }
            place = end
        }
        return ids
    }

    /// Its bytes with what the copy of that number has of its own.
    func copy(_ number: Int) -> [UInt8] {
        var copy = bytes
        let shift = UInt32(truncatingIfNeeded: number) &* 0x9E37_79B1
        for digit in digits {
            copy[digit.offset] = Self.alphabet[Int((digit.value &+ shift) >> UInt32(28 - 4 * digit.place) & 15)]
        }
        for address in addresses {
            copy.replaceSubrange(
                address.offset..<address.offset + 4,
                with: [
                    10, UInt8(100 + number >> 8), UInt8(number & 255), UInt8(truncatingIfNeeded: address.number + 1),
                ])
        }
        return copy
    }
}
