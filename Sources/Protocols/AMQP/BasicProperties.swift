import Bytes

/// A value: the properties of a message in class `basic` (AMQP 0-9-1, 4.2.6.1 and 1.8.4); `nil` where not sent.
package struct BasicProperties: Sendable, Equatable {
    /// E.g. `application/json`.
    package var contentType: String?
    package var contentEncoding: String?
    package var headers: FieldTable?
    /// 1 transient, 2 persistent.
    package var deliveryMode: UInt8?
    package var priority: UInt8?
    package var correlationID: String?
    package var replyTo: String?
    /// Milliseconds in decimal digits; for an oslo call its timeout.
    package var expiration: String?
    package var messageID: String?
    /// Seconds since 1970, of any size.
    package var timestamp: UInt64?
    package var type: String?
    package var userID: String?
    package var appID: String?
    package var clusterID: String?
    /// Whether a further flags word announced properties that class `basic` does not have; their bytes were left.
    package var hasUnknownProperties = false

    package init() {}
}

extension BasicProperties {
    /// One bit a property, from the highest down.
    enum Flag {
        static let contentType: UInt16 = 0x8000
        static let contentEncoding: UInt16 = 0x4000
        static let headers: UInt16 = 0x2000
        static let deliveryMode: UInt16 = 0x1000
        static let priority: UInt16 = 0x0800
        static let correlationID: UInt16 = 0x0400
        static let replyTo: UInt16 = 0x0200
        static let expiration: UInt16 = 0x0100
        static let messageID: UInt16 = 0x0080
        static let timestamp: UInt16 = 0x0040
        static let type: UInt16 = 0x0020
        static let userID: UInt16 = 0x0010
        static let appID: UInt16 = 0x0008
        static let clusterID: UInt16 = 0x0004
        /// Another flags word follows.
        static let continuation: UInt16 = 0x0001
    }

    /// Reads the flag words and the properties they announce.
    init(
        _ bytes: RawSpan, _ cursor: inout ByteCursor, names: inout ShortStringCache, limits: Limits
    ) throws(DecodeError) {
        let flags = try cursor.readUInt16(bytes)
        var last = flags
        while last & Flag.continuation != 0 {
            last = try cursor.readUInt16(bytes)
            if last & ~Flag.continuation != 0 { hasUnknownProperties = true }
        }
        if flags & Flag.contentType != 0 { contentType = try mediaType(bytes, &cursor, &names) }
        if flags & Flag.contentEncoding != 0 { contentEncoding = try names.read(bytes, &cursor) }
        if flags & Flag.headers != 0 { headers = try FieldTable(bytes, &cursor, limits: limits) }
        if flags & Flag.deliveryMode != 0 { deliveryMode = try cursor.readUInt8(bytes) }
        if flags & Flag.priority != 0 { priority = try cursor.readUInt8(bytes) }
        guard flags & 0x07FC != 0 else { return }
        if flags & Flag.correlationID != 0 { correlationID = try names.read(bytes, &cursor) }
        if flags & Flag.replyTo != 0 { replyTo = try names.read(bytes, &cursor) }
        if flags & Flag.expiration != 0 { expiration = try names.read(bytes, &cursor) }
        if flags & Flag.messageID != 0 { messageID = try names.read(bytes, &cursor) }
        if flags & Flag.timestamp != 0 { timestamp = try cursor.readUInt64(bytes) }
        if flags & Flag.type != 0 { type = try names.read(bytes, &cursor) }
        if flags & Flag.userID != 0 { userID = try names.read(bytes, &cursor) }
        if flags & Flag.appID != 0 { appID = try names.read(bytes, &cursor) }
        if flags & Flag.clusterID != 0 { clusterID = try names.read(bytes, &cursor) }
    }

    /// The media type of nearly every message is one byte too long for a `String` without an allocation.
    private func mediaType(
        _ bytes: RawSpan, _ cursor: inout ByteCursor, _ names: inout ShortStringCache
    ) throws(DecodeError) -> String {
        let range = try cursor.readRange(Int(try cursor.readUInt8(bytes)))
        if range.count == 16, bytes.matches("application/json", at: range.lowerBound) { return "application/json" }
        return names.string(bytes, range)
    }

    /// Whether properties from `cursor` on end exactly at its end, without building them.
    static func fits(_ bytes: RawSpan, _ cursor: inout ByteCursor) -> Bool {
        do throws(DecodeError) {
            let flags = try cursor.readUInt16(bytes)
            // No broker sends a further flags word or the reserved bit: as evidence for a frame they count against it.
            guard flags & 0x0003 == 0 else { return false }
            for bit in stride(from: 15, through: 2, by: -1) where flags & 1 << UInt16(bit) != 0 {
                switch UInt16(1) << UInt16(bit) {
                case Flag.headers: try cursor.skip(Int(try cursor.readUInt32(bytes)))
                case Flag.deliveryMode, Flag.priority: try cursor.skip(1)
                case Flag.timestamp: try cursor.skip(8)
                default: try cursor.skip(Int(try cursor.readUInt8(bytes)))
                }
            }
            return cursor.isAtEnd
        } catch {
            return false
        }
    }
}
