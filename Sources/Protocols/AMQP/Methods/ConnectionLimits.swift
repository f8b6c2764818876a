import Bytes

/// A value: the limits of a connection (`connection.tune`, `connection.tune-ok`); 0 is no limit, and no heartbeat.
package struct ConnectionLimits: Sendable, Equatable {
    static let arguments: [MethodDefinition.Argument] = [
        .short("channel-max"), .long("frame-max"), .short("heartbeat"),
    ]

    package let channelMax: UInt16
    /// Bytes of the greatest frame, its eight bytes of framing included.
    package let frameMax: UInt32
    /// Seconds.
    package let heartbeat: UInt16

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DecodeError) {
        channelMax = try cursor.readUInt16(bytes)
        frameMax = try cursor.readUInt32(bytes)
        heartbeat = try cursor.readUInt16(bytes)
    }
}
