import Protocols
import Trace

/// AMQP: the bytes of both directions in pieces, with gaps.
///
/// An input is what is known of the connection (1 byte), then pieces: direction and kind (1), length (2), and for one that
/// is no gap its bytes.
extension FuzzTarget {
    static let amqp = FuzzTarget(
        "amqp", "AMQP of both directions, in any pieces, with gaps", longest: 8192,
        seeds: { traffic in
            CapturedTraffic.spread(traffic.connections, most: 12).flatMap { connection in
                [0, connection.count / 2].map { amqpInput(connection[$0...].prefix(40)) }
            }
        },
        run: { input in
            var reader = InputReader(input)
            let facts = reader.octet()
            var limits = Limits.default
            limits.bodySize = 16 << 10
            limits.channels = 16
            limits.outstanding = 32
            var stream = ProtocolStream(
                StreamOpening(
                    firstPort: 40_000, secondPort: facts & 1 == 0 ? 5672 : 8080, sawHandshake: facts & 2 == 0,
                    limits: SharedLimits(limits)))
            var fed = [0, 0]
            var (bodies, skipped) = (0, 0)
            var number: Int64 = 0
            var wrongBody: String?
            let note = { (event: ProtocolEvent, body: RawSpan) in
                switch event {
                case .amqp(.content(let complete)):
                    let content = complete.value
                    bodies += 1
                    if body.byteCount > limits.bodySize
                        || !content.isTruncated && UInt64(body.byteCount) != content.bodySize
                    {
                        wrongBody = "a body of \(content.bodySize) bytes has \(body.byteCount)"
                    }
                case .skipped(let count, _, _): skipped += count
                default: break
                }
            }
            while !reader.isAtEnd {
                let (head, length) = (reader.octet(), Int(reader.short()))
                let side: StreamSide = head & 1 == 0 ? .first : .second
                number += 1
                let stamp = PacketStamp(time: Timestamp(nanoseconds: number), number: number)
                switch head & 6 {
                case 2: stream.gap(length, isCut: false, from: side, at: stamp, note)
                case 4: stream.gap(length, isCut: true, from: side, at: stamp, note)
                default:
                    let bytes = reader.piece(length)
                    if stream.status == .undecided || stream.status == .decoded { fed[side.rawValue] += bytes.count }
                    stream.receive(bytes.span.bytes, from: side, at: stamp, note)
                }
                if head & 0xF8 == 0xF8 { stream.giveUp(note) }
                try expect(stream.heldBytes < 8 << 20, "\(stream.heldBytes) bytes are held")
            }
            stream.finish(note)
            if let wrongBody { throw Violation(wrongBody) }
            guard stream.status == .decoded else { return }
            for side in StreamSide.allCases {
                let counts = stream.facts.traffic[side]
                try expect(
                    counts.seen == fed[side.rawValue] && counts.decoded + counts.skipped == counts.seen,
                    "\(counts) of \(fed[side.rawValue])")
            }
        })

    private static func amqpInput(_ pieces: ArraySlice<CapturedTraffic.Piece>) -> [UInt8] {
        var input: [UInt8] = [0]
        for piece in pieces where input.count < 6000 {
            input.append((piece.isForward ? 0 : 1) | (piece.gap > 0 ? 2 : 0))
            let bytes = piece.bytes.prefix(1500)
            input.append(short: piece.gap > 0 ? UInt16(clamping: piece.gap) : UInt16(bytes.count))
            input += bytes
        }
        return input
    }
}
