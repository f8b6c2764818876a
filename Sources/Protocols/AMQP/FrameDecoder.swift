import Bytes
import Trace

/// A value: what the frame decoder has to say, plain numbers; ranges are of the bytes given to it, or of those it kept.
enum FrameStep {
    /// A whole frame; `isKept` where its payload lies in `FrameDecoder.kept`.
    case frame(FrameHeader, payload: Range<Int>, isKept: Bool, began: PacketStamp)
    /// A piece of a body whose frame is not all there yet; the bytes are those given.
    case bodyPiece(channel: UInt16, Range<Int>)
    /// The frame of those pieces, of `size` bytes of payload, ended in 0xCE.
    case bodyEnd(channel: UInt16, size: Int)
    case protocolHeader(AMQPVersion)
    case problem(FrameProblem)
    /// Whatever was under way in this direction is lost from here on.
    case outOfStep
    /// A boundary was found behind that many bytes, or none was and these are given up.
    case skipped(Int)
    /// A boundary was found in bytes of earlier packets: feed those, which `takeReplay` gives, to the decoder again before
    /// anything else.
    case replay
}

/// A value: why bytes are no frame.
enum FrameProblem {
    /// A whole frame of so many bytes of payload does not end in 0xCE.
    case endMissing(size: Int)
    /// The same of a body handed on in pieces.
    case bodyEndMissing
    /// The same of a frame of which a part is missing.
    case brokenEndMissing
    case typeUnknown(UInt8)
    case tooLarge(FrameHeader)

    var kind: AnomalyKind {
        switch self {
        case .endMissing, .bodyEndMissing, .brokenEndMissing: .frameEndMissing
        case .typeUnknown: .frameTypeUnknown
        case .tooLarge: .frameTooLarge
        }
    }

    /// One sentence.
    var detail: String {
        switch self {
        case .endMissing(let size): "a frame of \(size) bytes does not end in 0xCE"
        case .bodyEndMissing: "a body does not end in 0xCE"
        case .brokenEndMissing: "a frame with a gap in it does not end in 0xCE"
        case .typeUnknown(let type): "a frame of type \(type), which does not exist"
        case .tooLarge(let header): "a frame of type \(header.type) announces \(header.size) bytes"
        }
    }
}

/// A value: what the decoder must know of the connection.
struct FrameContext {
    /// The negotiated frame_max; 0 where it is not known or not limited.
    var frameMax = 0
    /// The negotiated channel_max; 0 where it is not known.
    var channelMax: UInt16 = 0
    /// Whether the capture holds the beginning of the streams.
    var sawBeginning = false
    /// Whether the other end has named a version, so that this one begins at a boundary.
    var isOpen = false
    /// Whether one method alone in a packet is enough to begin with.
    var trustsLoneFrame = false
}

/// A machine that cuts one direction of a connection into frames.
///
/// Bytes are looked at where they lie. Only a frame that is not all there is kept, once, until its last byte comes; the
/// payload of a body is handed on piece by piece instead. A frame above the limits, or without 0xCE at its end, puts the
/// decoder out of step, and it looks for a boundary from the frame's second byte on.
struct FrameDecoder {
    enum State {
        /// Nothing was received yet.
        case start
        /// The next byte begins a frame, of which `kept` may hold the first bytes.
        case boundary
        /// Inside the payload of a body; `left` bytes and the end octet are to come.
        case body(channel: UInt16, left: Int, size: Int)
        /// Inside a frame of which a part is missing; `left` bytes are to come, the end octet included.
        case leap(channel: UInt16, left: Int)
        case searching
    }

    var state = State.start
    /// Whether `kept` was handed out and may be dropped.
    var keptIsSpent = false
    /// Whether nothing was read yet, and nothing is missing.
    var isAtBeginning = true
    /// Whether `outOfStep` is the next thing to say.
    var announcesOutOfStep = false
    /// Of the state `searching`.
    var search: InPlace<FrameSearch>?
    /// The first bytes of a frame, or while searching the bytes that wait.
    var kept: [UInt8] = []
    /// Where in `kept` the bytes of a packet begin.
    var keptPieces: [(start: Int, stamp: PacketStamp)] = []
    /// Bytes stepped over since the last boundary, not yet reported.
    private var skippedSoFar = 0
    /// Bytes stepped over while nothing was read yet.
    private(set) var strayBytes = 0
    private let shared: SharedLimits
    /// Bytes that were looked at for nothing.
    private var spent = 0
    /// Bytes by which `kept` grew in all.
    private(set) var growth = 0

    /// Stream bytes in frames that were whole.
    private(set) var bytesDecoded = 0
    private(set) var bytesSkipped = 0
    init(limits: SharedLimits) {
        shared = limits
    }

    var limits: Limits { shared.values }

    /// What was looked at for nothing so far.
    var budget: SearchBudget {
        get { SearchBudget(limits: limits, spent: spent, progress: bytesDecoded &+ bytesSkipped) }
        set { spent = newValue.spent }
    }

    /// The next thing in `bytes` from `offset` on, which moves; `nil` when all of them are used.
    ///
    /// - Parameter due: bytes of body that a channel still waits for.
    mutating func next(
        _ bytes: RawSpan, _ offset: inout Int, at stamp: PacketStamp, _ context: FrameContext, due: (UInt16) -> UInt64
    ) -> FrameStep? {
        if keptIsSpent { dropKept() }
        while true {
            if announcesOutOfStep {
                announcesOutOfStep = false
                return .outOfStep
            }
            switch state {
            case .start:
                guard offset < bytes.byteCount else { return nil }
                let begins = context.sawBeginning && bytes.uint8(at: offset) == UInt8(ascii: "A") || context.isOpen
                if begins { state = .boundary } else { beginSearch(from: 0, context) }
            case .boundary:
                let step =
                    kept.isEmpty
                    ? whole(bytes, &offset, stamp, context, due) : rest(bytes, &offset, stamp, context, due)
                if let step { return step }
                if case .boundary = state, !announcesOutOfStep { return nil }
            case .body(let channel, let left, let size):
                return body(channel, left, size, bytes, &offset, context)
            case .leap(let channel, let left):
                guard offset < bytes.byteCount else { return nil }
                if let step = leap(channel, left, bytes, &offset, context) { return step }
            case .searching:
                return find(bytes, &offset, stamp, context)
            }
        }
    }
}

/// Frames at a boundary.
extension FrameDecoder {
    /// Whether it has nothing more to say before more bytes come.
    @inline(__always)
    var isAtRest: Bool {
        guard kept.isEmpty, !announcesOutOfStep else { return false }
        switch state {
        case .boundary, .body: return true
        case .start, .leap, .searching: return false
        }
    }

    /// The frame that begins in `bytes` at `offset`, which moves, where it is whole and within all limits: as nearly every
    /// frame is. `nil` says nothing; `next` finds out.
    @inline(__always)
    mutating func ordinaryFrame(_ bytes: RawSpan, _ offset: inout Int) -> (header: FrameHeader, payload: Range<Int>)? {
        let start = offset
        guard case .boundary = state, kept.isEmpty, !announcesOutOfStep,
            bytes.byteCount - start > FrameHeader.byteCount
        else { return nil }
        let header = FrameHeader(bytes, at: start)
        let end = start + header.frameSize
        guard isOrdinary(header), end <= bytes.byteCount, bytes.uint8(at: end - 1) == FrameHeader.endOctet else {
            return nil
        }
        offset = end
        bytesDecoded += header.frameSize
        return (header, start + FrameHeader.byteCount..<end - 1)
    }

    /// Looks at a frame that begins in `bytes`.
    private mutating func whole(
        _ bytes: RawSpan, _ offset: inout Int, _ stamp: PacketStamp, _ context: FrameContext, _ due: (UInt16) -> UInt64
    ) -> FrameStep? {
        let start = offset
        let available = bytes.byteCount - start
        guard available > 0 else { return nil }
        if available < FrameHeader.byteCount || bytes.uint8(at: start) == UInt8(ascii: "A") {
            return rest(bytes, &offset, stamp, context, due)
        }
        let header = FrameHeader(bytes, at: start)
        if let problem = problem(header, context, due) {
            outOfStep(context)
            return .problem(problem)
        }
        guard header.frameSize <= available else {
            if header.type == FrameHeader.contentBody, UInt64(header.size) <= due(header.channel) {
                begin(body: header)
                offset += FrameHeader.byteCount
                return nil
            }
            return rest(bytes, &offset, stamp, context, due)
        }
        let end = start + header.frameSize
        guard bytes.uint8(at: end - 1) == FrameHeader.endOctet else {
            outOfStep(context)
            return .problem(.endMissing(size: header.size))
        }
        offset = end
        bytesDecoded += header.frameSize
        return .frame(header, payload: start + FrameHeader.byteCount..<end - 1, isKept: false, began: stamp)
    }

    /// Adds to the frame whose first bytes are kept, no more than belongs to it.
    private mutating func rest(
        _ bytes: RawSpan, _ offset: inout Int, _ stamp: PacketStamp, _ context: FrameContext, _ due: (UInt16) -> UInt64
    ) -> FrameStep? {
        if kept.isEmpty { keptPieces = [(0, stamp)] }
        let isProtocolHeader = (kept.first ?? bytes.uint8(at: offset)) == UInt8(ascii: "A")
        guard take(upTo: isProtocolHeader ? 8 : FrameHeader.byteCount, bytes, &offset) else { return nil }
        if isProtocolHeader { return protocolHeader(context) }
        let header = FrameHeader(kept.span.bytes, at: 0)
        if kept.count == FrameHeader.byteCount {
            if let problem = problem(header, context, due) {
                outOfStep(context)
                return .problem(problem)
            }
            if header.type == FrameHeader.contentBody, UInt64(header.size) <= due(header.channel) {
                dropKept()
                begin(body: header)
                return nil
            }
        }
        guard take(upTo: header.frameSize, bytes, &offset) else { return nil }
        guard kept.last == FrameHeader.endOctet else {
            outOfStep(context)
            return .problem(.endMissing(size: header.size))
        }
        keptIsSpent = true
        bytesDecoded += header.frameSize
        let began = keptPieces.first?.stamp ?? stamp
        return .frame(header, payload: FrameHeader.byteCount..<kept.count - 1, isKept: true, began: began)
    }

    private mutating func protocolHeader(_ context: FrameContext) -> FrameStep? {
        let isHeader = kept.span.bytes.matches("AMQP")
        let version = AMQPVersion(code: kept.span.bytes.uint32(at: 4))
        guard isHeader, version.isPlausible else {
            outOfStep(context)
            return .problem(.typeUnknown(UInt8(ascii: "A")))
        }
        dropKept()
        bytesDecoded += 8
        return .protocolHeader(version)
    }

    /// Whether a frame has a type that exists and is so short that it is always worth waiting for.
    private func isOrdinary(_ header: FrameHeader) -> Bool {
        header.size <= shared.ordinaryFrameSize
            && (FrameHeader.method...FrameHeader.contentBody ~= header.type || header.type == FrameHeader.heartbeat)
    }

    /// Why a frame with that header is not worth waiting for.
    private func problem(_ header: FrameHeader, _ context: FrameContext, _ due: (UInt16) -> UInt64) -> FrameProblem? {
        let limits = shared
        let known: Bool
        let limit: Int
        let isStreamed = header.type == FrameHeader.contentBody && UInt64(header.size) <= due(header.channel)
        switch header.type {
        case FrameHeader.contentBody:
            known = true
            limit = isStreamed ? limits.values.frameSize : limits.values.controlFrameSize
        case FrameHeader.method, FrameHeader.contentHeader, FrameHeader.heartbeat:
            known = true
            limit = limits.values.controlFrameSize
        default:
            known = false
            limit = context.frameMax == 0 ? 131_072 : context.frameMax
        }
        guard header.size > limit || !isStreamed && isTooMuch(header.size) else { return nil }
        return known ? .tooLarge(header) : .typeUnknown(header.type)
    }

    private func isTooMuch(_ size: Int) -> Bool { !budget.allows(size) }

    /// Copies into `kept` until it holds `count` bytes; whether it does.
    private mutating func take(upTo count: Int, _ bytes: RawSpan, _ offset: inout Int) -> Bool {
        let missing = min(count - kept.count, bytes.byteCount - offset)
        if missing > 0 {
            keep(bytes, offset..<offset + missing)
            offset += missing
        }
        return kept.count >= count
    }

    mutating func keep(_ bytes: RawSpan, _ range: Range<Int>) {
        kept.append(bytes, range)
        growth &+= range.count
    }

    mutating func dropKept() {
        (kept, keptPieces) = ([], [])
        keptIsSpent = false
    }
}

/// Inside a frame.
extension FrameDecoder {
    private mutating func begin(body header: FrameHeader) {
        bytesDecoded += FrameHeader.byteCount
        state = .body(channel: header.channel, left: header.size, size: header.size)
    }

    private mutating func body(
        _ channel: UInt16, _ left: Int, _ size: Int, _ bytes: RawSpan, _ offset: inout Int, _ context: FrameContext
    ) -> FrameStep? {
        guard offset < bytes.byteCount else { return nil }
        if left > 0 {
            let start = offset
            let count = min(left, bytes.byteCount - offset)
            offset += count
            bytesDecoded += count
            state = .body(channel: channel, left: left - count, size: size)
            return .bodyPiece(channel: channel, start..<offset)
        }
        guard bytes.uint8(at: offset) == FrameHeader.endOctet else {
            outOfStep(context, from: 0)
            return .problem(.bodyEndMissing)
        }
        offset += 1
        bytesDecoded += 1
        state = .boundary
        return .bodyEnd(channel: channel, size: size)
    }

    private mutating func leap(
        _ channel: UInt16, _ left: Int, _ bytes: RawSpan, _ offset: inout Int, _ context: FrameContext
    ) -> FrameStep? {
        let count = min(left - 1, bytes.byteCount - offset)
        offset += count
        skip(count)
        guard left - count == 1 else {
            state = .leap(channel: channel, left: left - count)
            return nil
        }
        guard offset < bytes.byteCount else {
            state = .leap(channel: channel, left: 1)
            return nil
        }
        guard bytes.uint8(at: offset) == FrameHeader.endOctet else {
            outOfStep(context)
            return .problem(.brokenEndMissing)
        }
        offset += 1
        skip(1)
        state = .boundary
        return .skipped(takeSkipped())
    }

    mutating func skip(_ count: Int) {
        skippedSoFar += count
        bytesSkipped += count
        if isAtBeginning { strayBytes += count }
    }

    /// Bytes stepped over since this was last asked.
    mutating func takeSkipped() -> Int {
        defer { skippedSoFar = 0 }
        return skippedSoFar
    }
}
