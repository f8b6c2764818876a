/// A value: what a field table or array holds under one type octet, as RabbitMQ and py-amqp use the octets.
///
/// They differ from the text of 0-9-1 (4.2.1): `s` is a signed 16-bit integer, `L` is signed.
package indirect enum FieldValue: Sendable, Equatable {
    case bool(Bool)
    case int8(Int8), uint8(UInt8), int16(Int16), uint16(UInt16), int32(Int32), uint32(UInt32), int64(Int64)
    /// May be infinite or not a number.
    case float(Float), double(Double)
    /// `value` divided by ten to the power of `scale`.
    case decimal(scale: UInt8, value: UInt32)
    /// A long string; bytes that are not UTF-8 are U+FFFD.
    case string(String)
    case bytes([UInt8])
    case array([FieldValue])
    /// Seconds since 1970, of any size.
    case timestamp(UInt64)
    case table(FieldTable)
    case void

    /// The text, where it is text.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, where it is a whole one.
    package var integer: Int64? {
        switch self {
        case .int8(let value): Int64(value)
        case .uint8(let value): Int64(value)
        case .int16(let value): Int64(value)
        case .uint16(let value): Int64(value)
        case .int32(let value): Int64(value)
        case .uint32(let value): Int64(value)
        case .int64(let value): value
        default: nil
        }
    }
}
