import Bytes
import Trace

/// A machine that puts together one content after the other in one direction of a channel.
///
/// The order is fixed: method, content header, bodies until the announced size is reached (AMQP 0-9-1, 4.2.6). A body
/// that comes whole in one frame is never copied.
struct ContentAssembly {
    private enum Phase { case idle, headerDue, bodyDue }

    private var phase = Phase.idle
    /// Whether bytes after the first hole, or above the limit, are only counted.
    private var isCut = false
    /// Whether a method announced a content since the stream was last out of step.
    private(set) var hasBegun = false
    /// Whether the body went above the limit, and nobody said so yet.
    var mustReportLimit = false
    /// The one under way, on its own: most channels have none most of the time.
    private var content: InPlace<AMQPContent>?
    /// Bytes of body that the content header announced.
    private var bodySize: UInt64 = 0
    /// The body so far, up to the first byte that is missing.
    private var body: [UInt8] = []
    /// Bytes of body that came or are known to be missing.
    private var received: UInt64 = 0
    private let shared: SharedLimits

    init(limits: SharedLimits) {
        shared = limits
    }

    var isIdle: Bool { phase == .idle }
    /// Bytes of memory beside the value itself.
    var heldBytes: Int {
        body.capacity + (content?.value.middlePackets.count ?? 0) * AMQPContent.bytesPerPacket
    }

    /// Bytes of body still to come; 0 where none is due.
    var due: UInt64 {
        phase == .bodyDue ? bodySize - min(received, bodySize) : 0
    }

    var isHeaderDue: Bool { phase == .headerDue }
    var isBodyDue: Bool { phase == .bodyDue }

    /// The method before the content.
    mutating func begin(_ content: InPlace<AMQPContent>) {
        self.content = content
        phase = .headerDue
        hasBegun = true
        received = 0
        isCut = false
    }

    /// The properties of the content header; where they cannot be read the content has none.
    mutating func readProperties(
        _ bytes: RawSpan, _ cursor: inout ByteCursor
    ) throws(DecodeError) -> BasicProperties.Flaws {
        do throws(DecodeError) {
            return try content?.value.properties.read(
                bytes, &cursor, names: shared.names, limits: shared.values) ?? .none
        } catch {
            content?.value.properties = BasicProperties()
            throw error
        }
    }

    /// The content header; completes a content without a body.
    mutating func header(bodySize: UInt64, at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        content?.value.bodySize = bodySize
        self.bodySize = bodySize
        note(stamp)
        phase = .bodyDue
        if bodySize == 0 { complete(emit) }
    }

    /// A whole body frame, or a piece of one; completes the content when `isEnd` and nothing more is due.
    ///
    /// - Precondition: a body is due, and no more bytes than that.
    /// - Returns: by how many bytes what is held may have grown.
    mutating func append(
        _ bytes: RawSpan, _ range: Range<Int>, isEnd: Bool, at stamp: PacketStamp,
        _ emit: (ProtocolEvent, RawSpan) -> Void
    ) -> Int {
        note(stamp)
        let isAll = isEnd && received == 0 && UInt64(range.count) == bodySize
        received += UInt64(range.count)
        if isAll, let content = take() {
            emit(.amqp(.content(content)), bytes.extracting(range))
            return 0
        }
        var growth = AMQPContent.bytesPerPacket
        if !isCut {
            let room = shared.values.bodySize - body.count
            growth &+= reserve(range.count)
            body.append(bytes, range.lowerBound..<range.lowerBound + min(room, range.count))
            if range.count > room {
                isCut = true
                mustReportLimit = true
                markTruncated()
            }
        }
        if isEnd, due == 0 { complete(emit) }
        return growth
    }

    /// The frame whose pieces were appended ended.
    mutating func endFrame(at stamp: PacketStamp, _ emit: (ProtocolEvent, RawSpan) -> Void) {
        note(stamp)
        if phase == .bodyDue, due == 0 { complete(emit) }
    }

    /// `count` bytes of the body are missing.
    mutating func hole(_ count: Int) {
        received &+= UInt64(count)
        isCut = true
        markTruncated()
    }

    /// Hands out what there is of a content that cannot be completed.
    mutating func truncate(_ emit: (ProtocolEvent, RawSpan) -> Void) {
        guard phase != .idle else { return }
        markTruncated()
        complete(emit)
    }

    /// Forgets the content under way.
    mutating func drop() {
        _ = take()
        body = []
    }

    /// Headers and bodies that come now belong to a method that was not seen.
    mutating func forgetBeginning() {
        hasBegun = false
    }

    private mutating func complete(_ emit: (ProtocolEvent, RawSpan) -> Void) {
        guard let content = take() else { return }
        emit(.amqp(.content(content)), body.span.bytes)
        // A connection keeps no room for a message that may never come.
        body = []
    }

    /// Makes room for the whole body at once when its first bytes come, unless it is said to be long.
    ///
    /// - Returns: bytes of it, or of what is about to be added.
    private mutating func reserve(_ count: Int) -> Int {
        let isPart = body.isEmpty && bodySize > UInt64(count)
        guard isPart, bodySize <= UInt64(shared.values.bodyReserve) else { return count }
        body.reserveCapacity(Int(clamping: bodySize))
        return body.capacity
    }

    private mutating func take() -> InPlace<AMQPContent>? {
        phase = .idle
        return content.take()
    }

    private mutating func note(_ stamp: PacketStamp) {
        content?.value.note(stamp, limit: shared.values.packetsPerContent)
    }

    private mutating func markTruncated() {
        content?.value.isTruncated = true
    }
}
