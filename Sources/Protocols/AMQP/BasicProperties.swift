import Bytes
import Trace

/// A value: the properties of a message in class `basic` (AMQP 0-9-1, 4.2.6.1 and 1.8.4); `nil` where not sent.
///
/// The rare ones have a place of their own, where there are any.
@dynamicMemberLookup
package struct BasicProperties: Sendable, Equatable {
    /// E.g. `application/json`.
    package var contentType: String?
    package var contentEncoding: String?
    package var headers: FieldTable?
    /// 1 transient, 2 persistent.
    package var deliveryMode: UInt8?
    package var priority: UInt8?
    /// Milliseconds in decimal digits; for an oslo call its timeout.
    package var expiration: String?
    private var rare: InPlace<Rare>?
    /// Whether a further flags word announced properties that class `basic` does not have; their bytes were left.
    package var hasUnknownProperties = false

    package init() {}

    /// A value: the properties that oslo.messaging does not write.
    package struct Rare: Sendable, Equatable {
        package var correlationID: String?
        package var replyTo: String?
        package var messageID: String?
        /// Seconds since 1970, of any size.
        package var timestamp: UInt64?
        package var type: String?
        package var userID: String?
        package var appID: String?
        package var clusterID: String?
    }

    package subscript<Property>(dynamicMember property: WritableKeyPath<Rare, Property?>) -> Property? {
        get { rare?.value[keyPath: property] }
        set {
            var changed = rare?.value ?? Rare()
            changed[keyPath: property] = newValue
            rare = InPlace(changed)
        }
    }

    package static func == (left: BasicProperties, right: BasicProperties) -> Bool {
        left.contentType == right.contentType && left.contentEncoding == right.contentEncoding
            && left.headers == right.headers && left.deliveryMode == right.deliveryMode
            && left.priority == right.priority && left.expiration == right.expiration
            && left.rare?.value == right.rare?.value && left.hasUnknownProperties == right.hasUnknownProperties
    }
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
        /// All that stand in `Rare`.
        static let rare = correlationID | replyTo | messageID | timestamp | type | userID | appID | clusterID
    }

    /// A value: what is wrong with properties that could be read all the same.
    struct Flaws: Equatable {
        /// Whether bytes stand behind the last one.
        var goOn = false
        var areHeadersIncomplete = false

        static let none = Flaws()
    }

    init(
        _ bytes: RawSpan, _ cursor: inout ByteCursor, names: ShortStringCache, limits: Limits
    ) throws(DecodeError) {
        _ = try read(bytes, &cursor, names: names, limits: limits)
    }

    /// Reads the flag words and the properties they announce where none are yet.
    mutating func read(
        _ bytes: RawSpan, _ cursor: inout ByteCursor, names: ShortStringCache, limits: Limits
    ) throws(DecodeError) -> Flaws {
        let flags = try cursor.readUInt16(bytes)
        var last = flags
        while last & Flag.continuation != 0 {
            last = try cursor.readUInt16(bytes)
            if last & ~Flag.continuation != 0 { hasUnknownProperties = true }
        }
        if flags & Flag.contentType != 0 { contentType = try Self.mediaType(bytes, &cursor, names) }
        if flags & Flag.contentEncoding != 0 { contentEncoding = try names.read(bytes, &cursor) }
        if flags & Flag.headers != 0 { headers = try FieldTable(bytes, &cursor, limits: limits) }
        if flags & Flag.deliveryMode != 0 { deliveryMode = try cursor.readUInt8(bytes) }
        if flags & Flag.priority != 0 { priority = try cursor.readUInt8(bytes) }
        if flags & Flag.rare != 0 {
            try readRare(flags, bytes, &cursor, names)
        } else if flags & Flag.expiration != 0 {
            expiration = try names.read(bytes, &cursor)
        }
        return Flaws(
            goOn: !cursor.isAtEnd && !hasUnknownProperties, areHeadersIncomplete: headers?.isComplete == false)
    }

    private mutating func readRare(
        _ flags: UInt16, _ bytes: RawSpan, _ cursor: inout ByteCursor, _ names: ShortStringCache
    ) throws(DecodeError) {
        var rare = Rare()
        if flags & Flag.correlationID != 0 { rare.correlationID = try ShortStringCache.readOnce(bytes, &cursor) }
        if flags & Flag.replyTo != 0 { rare.replyTo = try names.read(bytes, &cursor) }
        if flags & Flag.expiration != 0 { expiration = try names.read(bytes, &cursor) }
        if flags & Flag.messageID != 0 { rare.messageID = try ShortStringCache.readOnce(bytes, &cursor) }
        if flags & Flag.timestamp != 0 { rare.timestamp = try cursor.readUInt64(bytes) }
        if flags & Flag.type != 0 { rare.type = try names.read(bytes, &cursor) }
        if flags & Flag.userID != 0 { rare.userID = try names.read(bytes, &cursor) }
        if flags & Flag.appID != 0 { rare.appID = try names.read(bytes, &cursor) }
        if flags & Flag.clusterID != 0 { rare.clusterID = try names.read(bytes, &cursor) }
        self.rare = InPlace(rare)
    }

    /// The media type of nearly every message is one byte too long for a `String` without an allocation.
    private static func mediaType(
        _ bytes: RawSpan, _ cursor: inout ByteCursor, _ names: ShortStringCache
    ) throws(DecodeError) -> String {
        let range = try cursor.readRange(Int(try cursor.readUInt8(bytes)))
        let isJSON =
            range.count == 16 && bytes.uint64(at: range.lowerBound) == jsonType.first
            && bytes.uint64(at: range.lowerBound + 8) == jsonType.second
        return isJSON ? "application/json" : names.string(bytes, range)
    }

    /// The bytes of `applicat` and `ion/json`.
    private static let jsonType: (first: UInt64, second: UInt64) = (0x6170_706C_6963_6174, 0x696F_6E2F_6A73_6F6E)

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
