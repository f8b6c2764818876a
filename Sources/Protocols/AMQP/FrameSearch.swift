import Bytes

/// A machine that finds the next frame boundary in one direction of a connection.
///
/// A position counts as a boundary when a frame there is plausible, ends in 0xCE and the next frame is plausible too
/// (AMQP 0-9-1, 4.2.3 "General Frame Format"). How much the next must show depends on the first: a method or content
/// header whose fields end exactly at its end is strong evidence, a body is not. Positions whose frames end beyond the
/// bytes so far wait while the search goes on behind them, so that a wrong one holds nothing up.
struct FrameSearch {
    /// What a position is.
    enum Verdict: Equatable {
        case boundary, nothing
        /// Undecided until there are that many bytes.
        case needs(Int)
    }

    /// Positions that wait, ascending, and how many bytes each needs.
    private var waiting: [(position: Int, needs: Int)] = []
    /// The first position not yet looked at.
    private var next = 0
    /// The greatest payload that is believed.
    private let payloadLimit: Int
    private let channelMax: UInt16
    private let candidateLimit: Int

    /// RabbitMQ's own limits stand in for those not yet negotiated.
    init(from position: Int, frameMax: Int, channelMax: UInt16, limits: Limits) {
        next = position
        payloadLimit = min(frameMax == 0 ? 131_072 : max(frameMax, 4096), limits.searchWindow / 2)
        self.channelMax = channelMax == 0 ? 2047 : channelMax
        candidateLimit = limits.searchCandidates
    }

    /// Bytes before this position are of no further use.
    var keepFrom: Int { waiting.first?.position ?? next }

    /// `count` bytes were cut from the front.
    mutating func rebase(by count: Int) {
        next -= count
        for index in waiting.indices {
            waiting[index].position -= count
            waiting[index].needs -= count
        }
    }

    /// Gives up the position that has waited longest, for want of room.
    mutating func dropFirst() {
        if !waiting.isEmpty { waiting.removeFirst() }
    }

    /// The first boundary in `bytes`, which are those of the last call and what came since.
    ///
    /// - Parameter budget: what may be looked at, and was, for nothing.
    mutating func find(in bytes: RawSpan, _ budget: inout SearchBudget) -> Int? {
        var index = 0
        while index < waiting.count {
            guard waiting[index].needs <= bytes.byteCount else {
                index += 1
                continue
            }
            switch verdict(at: waiting[index].position, in: bytes, &budget) {
            case .boundary: return waiting[index].position
            case .nothing: waiting.remove(at: index)
            case .needs(let count):
                waiting[index].needs = count
                index += 1
            }
        }
        let count = bytes.byteCount
        while next < count {
            let position = firstThatMayBegin(in: bytes, from: next)
            next = min(position + 1, count)
            guard position < count else { break }
            switch verdict(at: position, in: bytes, &budget) {
            case .boundary: return position
            case .nothing: break
            case .needs(let count):
                if waiting.count == candidateLimit { waiting.removeFirst() }
                waiting.append((position, count))
            }
        }
        return nil
    }

    /// Whether the bytes end with one whole method or heartbeat at a position that waits for its next frame.
    func lastFrame(in bytes: RawSpan, _ budget: SearchBudget) -> Int? {
        waiting.first { isLoneFrame(at: $0.position, in: bytes, budget) }?.position
    }

    /// Whether one method or heartbeat, and nothing else, stands between `position` and the end.
    func isLoneFrame(at position: Int, in bytes: RawSpan, _ budget: SearchBudget) -> Bool {
        guard position >= 0, bytes.byteCount - position >= FrameHeader.byteCount else { return false }
        let header = FrameHeader(bytes, at: position)
        let isOwnEvidence = header.type == FrameHeader.method || header.type == FrameHeader.heartbeat
        var budget = budget
        return isOwnEvidence && position + header.frameSize == bytes.byteCount
            && frame(at: position, in: bytes, &budget) == .strong(end: bytes.byteCount)
    }

    /// The first position from `start` on where a frame or a protocol header may begin, or where the bytes end.
    ///
    /// Eight positions at a time, by the type, the high byte of the channel and the highest of the size: in what is no
    /// AMQP hardly one is left.
    private func firstThatMayBegin(in bytes: RawSpan, from start: Int) -> Int {
        let count = bytes.byteCount
        let (channelLimit, sizeLimit) = (UInt64(channelMax >> 8) + 1, UInt64(clamping: payloadLimit >> 24) + 1)
        var position = start
        while position <= count - 11 {
            let first = Self.word(bytes, at: position)
            var frames = Self.marks(first, below: 9)
            var headers = Self.marks(first ^ Self.eachByte &* UInt64(UInt8(ascii: "A")), below: 1)
            if frames | headers != 0 {
                let second = Self.word(bytes, at: position + 1)
                frames &= Self.marks(second, below: channelLimit)
                frames &= Self.marks(Self.word(bytes, at: position + 3), below: sizeLimit)
                headers &= Self.marks(second ^ Self.eachByte &* UInt64(UInt8(ascii: "M")), below: 1)
                var marks = frames | headers
                while marks != 0 {
                    let place = position + marks.trailingZeroBitCount / 8
                    if Self.mayBegin(bytes.uint8(at: place)) { return place }
                    marks &= marks - 1
                }
            }
            position += 8
        }
        while position < count, !Self.mayBegin(bytes.uint8(at: position)) { position += 1 }
        return position
    }

    /// Eight bytes, the first lowest.
    @inline(__always)
    private static func word(_ bytes: RawSpan, at offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    /// The high bit of each byte below `limit`; bytes above one may have theirs set although they are not.
    @inline(__always)
    private static func marks(_ word: UInt64, below limit: UInt64) -> UInt64 {
        limit > 0x80 ? 0x80 &* eachByte : (word &- limit &* eachByte) & ~word & (0x80 &* eachByte)
    }

    /// 1 in each byte.
    private static let eachByte: UInt64 = 0x0101_0101_0101_0101

    private static func mayBegin(_ octet: UInt8) -> Bool {
        octet <= 8 && 0b1_0000_1110 >> octet & 1 != 0 || octet == UInt8(ascii: "A")
    }
}

/// Plausibility for a frame at a position.
extension FrameSearch {
    private enum Plausibility: Equatable {
        case none
        /// So far nothing speaks against it; complete with that many bytes.
        case needs(Int, headerSeen: Bool)
        /// A body that ends in 0xCE.
        case weak(end: Int)
        /// Fields that end exactly at the frame's end, and 0xCE.
        case strong(end: Int)
    }

    private func verdict(at position: Int, in bytes: RawSpan, _ budget: inout SearchBudget) -> Verdict {
        switch frame(at: position, in: bytes, &budget) {
        case .none: return .nothing
        case .needs(let count, _): return .needs(count)
        case .strong(let end):
            // A protocol header is its own evidence.
            if bytes.uint8(at: position) == UInt8(ascii: "A") { return .boundary }
            switch frame(at: end, in: bytes, &budget) {
            case .none: return .nothing
            case .needs(let count, let headerSeen): return headerSeen ? .boundary : .needs(min(count, end + 7))
            case .weak, .strong: return .boundary
            }
        case .weak(let end):
            return verdict(afterBodyEndingAt: end, bodies: 1, in: bytes, &budget)
        }
    }

    /// After a body the next frame must be whole; after two, so must a third.
    private func verdict(
        afterBodyEndingAt end: Int, bodies: Int, in bytes: RawSpan, _ budget: inout SearchBudget
    ) -> Verdict {
        switch frame(at: end, in: bytes, &budget) {
        case .none: .nothing
        case .needs(let count, _): .needs(count)
        case .strong: .boundary
        case .weak(let next):
            bodies == 2 ? .boundary : verdict(afterBodyEndingAt: next, bodies: bodies + 1, in: bytes, &budget)
        }
    }

    private func frame(at position: Int, in bytes: RawSpan, _ budget: inout SearchBudget) -> Plausibility {
        let available = bytes.byteCount - position
        guard available > 0 else { return .needs(position + FrameHeader.byteCount, headerSeen: false) }
        let type = bytes.uint8(at: position)
        if type == UInt8(ascii: "A") { return protocolHeader(at: position, in: bytes) }
        guard FrameSearch.mayBegin(type) else { return .none }
        if available >= 3, bytes.uint16(at: position + 1) > channelMax { return .none }
        guard available >= FrameHeader.byteCount else {
            return .needs(position + FrameHeader.byteCount, headerSeen: false)
        }
        let header = FrameHeader(bytes, at: position)
        guard isPlausible(header) else { return .none }
        let payload = position + FrameHeader.byteCount
        let end = position + header.frameSize
        if available >= FrameHeader.byteCount + 4, header.type == FrameHeader.method || header.type == 2 {
            guard isKnown(header, bytes.uint32(at: payload)) else { return .none }
        }
        guard end <= bytes.byteCount else { return .needs(end, headerSeen: true) }
        guard bytes.uint8(at: end - 1) == FrameHeader.endOctet else { return .none }
        if header.type == FrameHeader.method || header.type == FrameHeader.contentHeader {
            guard budget.allows(header.size) else { return .none }
            budget.spend(header.size)
        }
        switch header.type {
        case FrameHeader.method: return methodFits(bytes, payload..<end - 1) ? .strong(end: end) : .none
        case FrameHeader.contentHeader:
            var cursor = ByteCursor(bytes, payload + 12..<end - 1, layer: "AMQP content header")
            return BasicProperties.fits(bytes, &cursor) ? .strong(end: end) : .none
        case FrameHeader.heartbeat: return .strong(end: end)
        default: return .weak(end: end)
        }
    }

    private func isPlausible(_ header: FrameHeader) -> Bool {
        switch header.type {
        case FrameHeader.method: header.size >= 4 && header.size <= payloadLimit
        case FrameHeader.contentHeader: header.size >= 14 && header.size <= payloadLimit
        case FrameHeader.contentBody: header.size >= 1 && header.size <= payloadLimit && header.channel != 0
        default: header.size == 0 && header.channel == 0
        }
    }

    /// `word` is class and method, or class and weight.
    private func isKnown(_ header: FrameHeader, _ word: UInt32) -> Bool {
        guard header.type == FrameHeader.method else { return word == 60 << 16 }
        // Methods of class connection live on channel 0 and no others do.
        guard (header.channel == 0) == (word >> 16 == 10) else { return false }
        let id = MethodID(code: word)
        return MethodTable.v091[id] != nil || MethodTable.v08[id] != nil
    }

    private func methodFits(_ bytes: RawSpan, _ payload: Range<Int>) -> Bool {
        let id = MethodID(code: bytes.uint32(at: payload.lowerBound))
        let cursor = ByteCursor(bytes, payload.lowerBound + 4..<payload.upperBound, layer: "AMQP method")
        return MethodTable.v091[id]?.fits(bytes, cursor) ?? false || MethodTable.v08[id]?.fits(bytes, cursor) ?? false
    }

    private func protocolHeader(at position: Int, in bytes: RawSpan) -> Plausibility {
        let available = bytes.byteCount - position
        if available > 1, bytes.uint8(at: position + 1) != UInt8(ascii: "M") { return .none }
        guard available >= 8 else { return .needs(position + 8, headerSeen: false) }
        guard bytes.matches("AMQP", at: position) else { return .none }
        return AMQPVersion(code: bytes.uint32(at: position + 4)).isSupported ? .strong(end: position + 8) : .none
    }
}
