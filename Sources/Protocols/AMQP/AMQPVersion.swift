import Bytes

/// A value: the version of AMQP that a protocol header or a `connection.start` names.
///
/// The header is eight bytes, `AMQP` and four more that each generation laid out differently; RabbitMQ takes
/// `0 0 9 1` (0-9-1), `1 1 0 9` (0-9), `1 1 9 1` and `1 1 8 0` (0-8).
package struct AMQPVersion: Hashable, Sendable {
    /// The four bytes after `AMQP`, first byte highest.
    package let code: UInt32

    package init(code: UInt32) {
        self.code = code
    }

    package static let v091 = AMQPVersion(code: 0x0000_0901)
    package static let v09 = AMQPVersion(code: 0x0101_0009)
    package static let v08 = AMQPVersion(code: 0x0101_0800)
    /// What amqplib, the client of Diablo to Havana, writes when it speaks 0-8.
    package static let v08AsAmqplib = AMQPVersion(code: 0x0101_0901)

    /// The versions that this decoder reads.
    package var isSupported: Bool {
        self == .v091 || self == .v09 || self == .v08 || self == .v08AsAmqplib
    }

    /// Whether these can be version numbers at all, and not the rest of a word like `AMQPLAIN`.
    var isPlausible: Bool { code & 0xE0E0_E0E0 == 0 }

    /// Whether the methods are numbered as in 0-8 (close is 60, consume has no arguments).
    package var is08: Bool { self == .v08 || self == .v08AsAmqplib }

    /// The versions that share only the four letters with 0-9-1.
    static let others: [UInt32: String] = [
        0x0001_0000: "AMQP 1.0", 0x0201_0000: "AMQP 1.0 TLS", 0x0301_0000: "AMQP 1.0 SASL",
        0x0101_000A: "AMQP 0-10", 0x0000_0A00: "AMQP 0-10",
    ]

    /// The name of one of those; `nil` for versions that are read, and for numbers that nobody assigned.
    package var otherName: String? { Self.others[code] }

    /// Whether the bytes begin with the protocol header of this version.
    func probe(_ bytes: RawSpan) -> Probe {
        guard bytes.byteCount >= 8 else { return bytes.matches("AMQP") ? .needsMore : bytes.begins(with: "AMQP") }
        return bytes.matches("AMQP") && bytes.uint32(at: 4) == code ? .yes : .no
    }
}

extension AMQPVersion: CustomStringConvertible {
    package var description: String {
        switch self {
        case .v091: "AMQP 0-9-1"
        case .v09: "AMQP 0-9"
        case .v08, .v08AsAmqplib: "AMQP 0-8"
        default: otherName ?? "AMQP " + [24, 16, 8, 0].map { String(code >> $0 & 0xFF) }.joined(separator: "-")
        }
    }
}
