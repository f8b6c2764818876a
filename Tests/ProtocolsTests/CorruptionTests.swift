import Protocols
import TestSupport
import Testing
import Trace

/// Everything that went wrong once, and much that might: nothing may trap, hang or lose count.
@Suite struct `Corrupted streams` {
    private enum Damage: CaseIterable { case flip, insert, remove, repeated, lost, cut }

    /// The conversation with some damage in it, in pieces of random size.
    private func run(seed: UInt64, sawHandshake: Bool) -> String? {
        var generator = SeededGenerator(state: seed)
        var stream = ProtocolStream(StreamOpening(firstPort: 40000, secondPort: 5672, sawHandshake: sawHandshake))
        var log = EventLog()
        var fed = [0, 0]
        for piece in Conversation.pieces {
            var bytes = piece.bytes
            var lost = 0
            if Int.random(in: 0..<4, using: &generator) == 0 {
                lost = damage(&bytes, &generator)
            }
            while !bytes.isEmpty {
                let count = Int.random(in: 1...bytes.count, using: &generator)
                stream.receive(Array(bytes.prefix(count)).span.bytes, from: piece.side, at: .at(1)) { log.note($0, $1) }
                fed[piece.side.rawValue] += count
                bytes.removeFirst(count)
                if lost > 0 {
                    stream.gap(lost, from: piece.side, at: .at(1)) { log.note($0, $1) }
                    lost = 0
                }
            }
        }
        stream.finish { log.note($0, $1) }
        guard case .decoded = stream.status else { return nil }
        for side in StreamSide.allCases {
            let counts = stream.facts.traffic[side]
            if counts.seen != fed[side.rawValue] || counts.decoded + counts.skipped != counts.seen {
                return "seed \(seed): \(counts) of \(fed[side.rawValue])"
            }
        }
        if log.lines.contains(where: { $0.contains(Conversation.password) }) { return "seed \(seed): a secret" }
        return nil
    }

    private func damage(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) -> Int {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let end = min(bytes.count, place + Int.random(in: 1...40, using: &generator))
        switch Damage.allCases.randomElement(using: &generator) {
        case .flip: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case .insert: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case .remove: bytes.removeSubrange(place..<end)
        case .repeated: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case .lost: return Int.random(in: 1...2000, using: &generator)
        case .cut: bytes.removeSubrange(place...)
        case nil: break
        }
        return 0
    }

    @Test func `no damage traps, hangs or loses a byte from the count`() {
        for seed in 0..<4000 as Range<UInt64> {
            if let problem = run(seed: seed, sawHandshake: seed % 2 == 0) {
                Issue.record("\(problem)")
                return
            }
        }
    }

    @Test func `octets that frames are made of, in random order, do not either`() {
        let octets: [UInt8] = [0, 0, 0, 0, 1, 1, 2, 3, 8, 10, 40, 60, 60, 0xCE, 0xCE, 0xFF]
        for seed in 0..<300 as Range<UInt64> {
            var generator = SeededGenerator(state: seed)
            let bytes = (0..<4000).map { _ in octets[Int.random(in: 0..<16, using: &generator)] }
            let (_, connection) = decode(
                [(.first, seed % 2 == 0 ? bytes : AMQPBuilder.protocolHeader + bytes), (.second, bytes)],
                sawHandshake: false)
            for side in StreamSide.allCases {
                let counts = connection.counts(from: side)
                #expect(counts.seen == counts.decoded + counts.skipped)
            }
        }
    }

    @Test func `after a damaged message the third one is whole again`() {
        let message = Conversation.request(1, key: "k", body: Conversation.json(60))
        for place in 0..<message.count {
            var bytes = message
            bytes[place] ^= 0x80
            let log = decodeClient(bytes + message + message + message)
            let whole = zip(log.contents, log.bodies).filter { !$0.0.isTruncated }.map(\.1)
            guard Array(whole.suffix(2)) == [Conversation.json(60), Conversation.json(60)] else {
                Issue.record("byte \(place): \(log.lines.map { $0.prefix(70) })")
                return
            }
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `a large body byte by byte takes time in proportion`() {
        let body = [UInt8](repeating: 0x20, count: 400_000)
        let bytes = Conversation.request(1, key: "k", body: body)
        var log = EventLog()
        var connection = AMQPConnection(StreamOpening(firstPort: 1, secondPort: 5672, sawHandshake: false))
        for index in bytes.indices {
            connection.receive(bytes.span.bytes.extracting(index..<index + 1), from: .first, at: .at(1)) {
                log.note($0, $1)
            }
        }
        #expect(log.bodies.first?.count == body.count)
    }
}
