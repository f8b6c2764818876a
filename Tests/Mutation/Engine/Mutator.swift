import Network
package import TestSupport
import Trace

/// A value: a capture that was mutated, as a file.
package struct MutatedCapture: Sendable {
    package var file: [UInt8]
    package var harm: Harm
    /// What stands in the file as packets, unless its structure was harmed too.
    package var packets: [RecordedPacket]
    /// The cut that it was made of.
    package var cut: Int
}

/// A machine that mutates captures; the seed and the number of a run tell all that it does.
///
/// It takes some of a capture's connections and harms packets of those alone. What is cut off a file may be of any. Every
/// eighth run leaves connections out and harms nothing else.
package struct Mutator {
    private let corpus: Corpus
    private var random: SeededGenerator
    private var harm = Harm()
    private var packets: [Cut.Packet] = []
    private var linkType: UInt32 = 1
    private var victims: Set<ConnectionKey> = []
    private let isHiding: Bool

    private static let mostMutations = 6

    package init(_ corpus: Corpus, seed: UInt64, run: Int) {
        self.corpus = corpus
        var mixed = SeededGenerator(seed: seed)
        let salt = mixed.next()
        isHiding = run % 8 == 7
        random = SeededGenerator(seed: salt ^ (UInt64(truncatingIfNeeded: run) &* 0x9E37_79B9_7F4A_7C15))
    }

    package mutating func mutate() -> MutatedCapture {
        let place = below(corpus.cuts.count)
        let cut = corpus.cuts[place]
        packets = cut.packets
        linkType = cut.linkType
        if isHiding { return hiding(cut, place) }
        chooseVictims(cut.connections)
        let allowed = natures()
        let choices = Mutation.allCases.filter { allowed.contains($0.nature) }
        var ofFile: [Mutation] = []
        for _ in 0...below(Self.mostMutations) {
            guard let mutation = choices.randomElement(using: &random) else { continue }
            harm.counts[mutation, default: 0] += 1
            if mutation == .truncatedFile || mutation == .flippedRecordHeader {
                ofFile.append(mutation)
            } else {
                apply(mutation)
            }
        }
        let idle = NetworkLimits().idleTime
        harm.farTimes = packets.count { $0.timeOff.magnitude >= idle }
        harm.otherTimes = packets.count { $0.timeOff.magnitude >= .seconds(1) }
        let recorded = packets.map(\.recorded)
        var file = written(recorded, isFileHarmed: ofFile.contains(.flippedRecordHeader))
        for mutation in ofFile { harmFile(&file, mutation) }
        return MutatedCapture(file: file, harm: harm, packets: recorded, cut: place)
    }

    /// A few connections are left out, or as many as another node of a cluster, or two, would have; and who is there is
    /// quiet for so long that whatever is still awaited is late.
    private mutating func hiding(_ cut: Cut, _ place: Int) -> MutatedCapture {
        harm.counts[.droppedConnections] = 1
        let connections = cut.connections
        let kept: Set<ConnectionKey>
        switch below(4) {
        case 0: kept = Set(connections.shuffled(using: &random).dropFirst(1 + below(3)))
        case let nodes: kept = Set(connections.filter { _ in below(nodes + 1) == 0 })
        }
        packets.removeAll { packet in packet.connection.map { !kept.contains($0) } ?? false }
        appendQuiet()
        let recorded = packets.map(\.recorded)
        return MutatedCapture(
            file: written(recorded, isFileHarmed: false), harm: harm, packets: recorded, cut: place)
    }

    private static let quiet = 400
    private static let quietStep = 25

    /// The last acknowledgement of each connection that is open, again and again, which says nothing.
    private mutating func appendQuiet() {
        guard let last = packets.map(\.recorded.time).max() else { return }
        let ended = Set(packets.lazy.filter(\.isEnd).compactMap(\.connection))
        var plain: [ConnectionKey: Cut.Packet] = [:]
        for packet in packets where packet.isPlain {
            if let connection = packet.connection, !ended.contains(connection) { plain[connection] = packet }
        }
        let order = plain.keys.sorted { $0.description < $1.description }
        for second in stride(from: Self.quietStep, through: Self.quiet, by: Self.quietStep) {
            for (place, connection) in order.enumerated() {
                guard var packet = plain[connection] else { continue }
                packet.recorded.time = last + .seconds(Int64(second)) + .milliseconds(Int64(place))
                packets.append(packet)
            }
        }
    }

    /// Half of the runs lose packets only, so that much can be held against the truth; others alter bytes, or times.
    private mutating func natures() -> [Mutation.Nature] {
        switch below(8) {
        case 0..<3: [.loses]
        case 3: [.loses, .reorders]
        case 4, 5: [.alters]
        case 6: [.loses, .reorders, .shifts]
        default: [.loses, .reorders, .shifts, .alters]
        }
    }

    private mutating func chooseVictims(_ connections: [ConnectionKey]) {
        let most = max(1, below(4) == 0 ? connections.count / 2 : min(3, connections.count))
        victims = Set(connections.shuffled(using: &random).prefix(1 + below(most)))
    }

    // MARK: Chance

    private mutating func below(_ bound: Int) -> Int { bound <= 1 ? 0 : .random(in: 0..<bound, using: &random) }

    /// The places of some packets of the victims, ascending: one, a few, or a run of them.
    private mutating func chosen(withPayload: Bool = false) -> [Int] {
        let places = packets.indices.filter { place in
            guard let connection = packets[place].connection, victims.contains(connection) else { return false }
            return !withPayload || packets[place].recorded.bytes.count > packets[place].payloadStart
        }
        guard !places.isEmpty else { return [] }
        switch below(4) {
        case 0, 1: return [places[below(places.count)]]
        case 2:
            let start = below(places.count)
            return Array(places[start..<min(places.count, start + 1 + below(30))])
        default:
            let share = 1 + below(20)
            return places.filter { _ in below(100) < share }
        }
    }

    // MARK: Packets

    private mutating func apply(_ mutation: Mutation) {
        switch mutation {
        case .flippedPayload: flip { $0.payloadStart..<max($0.payloadStart, $0.recorded.bytes.count) }
        case .flippedTCPHeader: flip { $0.tcpStart..<$0.payloadStart }
        case .flippedLowerHeader: flip { 0..<$0.tcpStart }
        case .splicedBytes: spliceBytes()
        case .splicedPackets: splicePackets()
        case .cutPackets: cutPackets()
        case .droppedPackets: for place in chosen().reversed() { packets.remove(at: place) }
        case .doubledPackets: doublePackets()
        case .shuffledPackets: shufflePackets()
        case .movedPackets: movePackets()
        case .changedTimes: changeTimes()
        case .truncatedFile, .flippedRecordHeader, .droppedConnections: break
        }
    }

    private mutating func flip(_ range: (Cut.Packet) -> Range<Int>) {
        for place in chosen() {
            let range = range(packets[place]).clamped(to: 0..<packets[place].recorded.bytes.count)
            guard !range.isEmpty else { continue }
            for _ in 0...below(below(3) == 0 ? 8 : 1) {
                let octet = range.lowerBound + below(range.count)
                let isWhole = below(4) == 0
                packets[place].recorded.bytes[octet] ^= isWhole ? UInt8(1 + below(255)) : 1 << UInt8(below(8))
            }
        }
    }

    /// Bytes of one payload into another, of this capture or of another one.
    private mutating func spliceBytes() {
        let donor = below(2) == 0 ? packets : donated()
        for place in chosen(withPayload: true) {
            guard let giver = donor.isEmpty ? nil : donor[below(donor.count)] else { return }
            let given = giver.recorded.bytes.dropFirst(giver.payloadStart)
            let start = packets[place].payloadStart
            let room = packets[place].recorded.bytes.count - start
            guard !given.isEmpty, room > 0 else { continue }
            let target = start + below(room)
            let count = min(1 + below(given.count), packets[place].recorded.bytes.count - target)
            let source = given.startIndex + below(given.count - count + 1)
            packets[place].recorded.bytes.replaceSubrange(
                target..<target + count, with: given[source..<min(source + count, given.endIndex)])
        }
    }

    private mutating func donated() -> [Cut.Packet] {
        let donor = harm.donor ?? below(corpus.cuts.count)
        harm.donor = donor
        return corpus.cuts[donor].linkType == linkType ? corpus.cuts[donor].packets : []
    }

    /// Packets of another capture in between, at the times of those around them.
    private mutating func splicePackets() {
        let donor = donated()
        guard !donor.isEmpty, !packets.isEmpty else { return }
        let start = below(donor.count)
        let place = below(packets.count)
        var given = Array(donor[start..<min(donor.count, start + 1 + below(200))])
        for index in given.indices {
            given[index].recorded.time = packets[place].recorded.time
            given[index].recorded.interface = 0
            given[index].timeOff = packets[place].timeOff
        }
        let own = Set(packets.lazy.compactMap(\.connection))
        if given.contains(where: { $0.connection.map(own.contains) ?? false }) { harm.isDonorKin = true }
        packets.insert(contentsOf: given, at: place)
    }

    private mutating func cutPackets() {
        let length = below(2) == 0 ? below(200) : nil
        for place in chosen() {
            let count = packets[place].recorded.bytes.count
            let kept = min(count, length ?? below(count + 1))
            packets[place].recorded.bytes.removeLast(count - kept)
        }
    }

    private mutating func doublePackets() {
        for place in chosen().reversed() {
            let copies = [Cut.Packet](repeating: packets[place], count: 1 + (below(4) == 0 ? below(5) : 0))
            packets.insert(contentsOf: copies, at: place)
        }
    }

    /// The places stay, and with them the times: only which packet stands where is another.
    private mutating func shufflePackets() {
        let window = 2 + below(40)
        let places = packets.indices.filter { packets[$0].connection.map(victims.contains) ?? false }
        guard places.count > 1 else { return }
        let start = below(places.count - 1)
        let latest = packets[places[start]].recorded.time + Nanoseconds.seconds(1)
        let chosen = places[start..<min(places.count, start + window)].filter { packets[$0].recorded.time <= latest }
        let times = chosen.map { (packets[$0].recorded.time, packets[$0].timeOff) }
        for (place, packet) in zip(chosen, chosen.map({ packets[$0] }).shuffled(using: &random)) {
            packets[place] = packet
        }
        for (place, time) in zip(chosen, times) { (packets[place].recorded.time, packets[place].timeOff) = time }
    }

    /// To any other place, with the time that they had or that of their new place.
    private mutating func movePackets() {
        let keepsTime = below(2) == 0
        let places = chosen()
        let moved = places.map { packets[$0] }
        for place in places.reversed() { packets.remove(at: place) }
        for var packet in moved {
            let target = below(packets.count + 1)
            if !keepsTime, target < packets.count {
                (packet.recorded.time, packet.timeOff) = (packets[target].recorded.time, packets[target].timeOff)
            } else if let neighbor = target < packets.count ? packets[target] : packets.last {
                packet.timeOff = packet.recorded.time - neighbor.recorded.time
            }
            packets.insert(packet, at: target)
        }
    }

    private mutating func changeTimes() {
        let offsets: [Int64] = [-3600, -60, -1, 1, 60, 3600, 86_400, 1 << 31]
        let offset = offsets[below(offsets.count)] * 1_000_000_000
        for place in chosen() {
            let change = offset &+ Int64(below(1_000_000_000))
            packets[place].recorded.time = Timestamp(nanoseconds: packets[place].recorded.time.nanoseconds &+ change)
            packets[place].timeOff += Nanoseconds(change)
        }
    }

    // MARK: File

    private mutating func written(_ packets: [RecordedPacket], isFileHarmed: Bool) -> [UInt8] {
        switch below(8) {
        case 0:
            CaptureFileBuilder.pcapng(
                packets, interfaces: [CaptureFileBuilder.Interface(linkType: UInt16(linkType), decimals: 9)])
        case 1: CaptureFileBuilder.pcap(packets, linkType: linkType, order: .big, nanoseconds: true)
        default: CaptureFileBuilder.pcap(packets, linkType: linkType, nanoseconds: true)
        }
    }

    private mutating func harmFile(_ file: inout [UInt8], _ mutation: Mutation) {
        guard mutation == .flippedRecordHeader else {
            return file.removeLast(below(file.count))
        }
        // The beginning of the file, or wherever a record may begin.
        let place = below(8) == 0 ? below(min(file.count, 64)) : recordHeader(in: file)
        guard place < file.count else { return }
        file[place] ^= 1 << UInt8(below(8))
    }

    /// An octet of the header of a packet's record, of those that were written last.
    private mutating func recordHeader(in file: [UInt8]) -> Int {
        let isPcapng = file.first == 0x0A
        let packet = below(packets.count)
        let before = packets.prefix(packet).reduce(0) { sum, packet in
            let count = packet.recorded.bytes.count
            return sum + (isPcapng ? 32 + (count + 3) / 4 * 4 : 16 + count)
        }
        return isPcapng ? 28 + 32 + before + below(28) : 24 + before + below(16)
    }
}
