import Bytes

/// A value: the seven bytes before a frame's payload (AMQP 0-9-1, 4.2.3).
///
///     0      1         3             7                  size+7 size+8
///     +------+---------+-------------+  +------------+  +-----------+
///     | type | channel |    size     |  |  payload   |  | end 0xCE  |
///     +------+---------+-------------+  +------------+  +-----------+
///      octet   short         long         size octets       octet
struct FrameHeader: Equatable {
    static let byteCount = 7
    static let endOctet: UInt8 = 0xCE

    /// 1 method, 2 content header, 3 content body, 8 heartbeat; others are kept as they came.
    let type: UInt8
    let channel: UInt16
    /// Bytes of payload.
    let size: Int

    static let method: UInt8 = 1
    static let contentHeader: UInt8 = 2
    static let contentBody: UInt8 = 3
    static let heartbeat: UInt8 = 8

    /// Bytes of the whole frame; no overflow, since `size` has 32 bits and `Int` 64.
    var frameSize: Int { size + FrameHeader.byteCount + 1 }

    /// Reads the header at `offset`.
    ///
    /// - Precondition: seven bytes are there.
    init(_ bytes: RawSpan, at offset: Int) {
        type = bytes.uint8(at: offset)
        channel = bytes.uint16(at: offset + 1)
        size = Int(bytes.uint32(at: offset + 3))
    }
}

extension [UInt8] {
    /// Appends the bytes of `range`.
    mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
        bytes.extracting(range).withUnsafeBytes { append(contentsOf: $0) }
    }
}
