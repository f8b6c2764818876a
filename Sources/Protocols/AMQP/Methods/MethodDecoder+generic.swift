import Bytes

/// Reading by the table, for methods without a type of their own.
extension MethodDecoder {
    mutating func generic(
        _ definition: MethodDefinition?, _ bytes: RawSpan, _ cursor: inout ByteCursor
    ) throws(DecodeError) -> Method? {
        guard let definition else { return nil }
        var arguments: [GenericMethod.Argument] = []
        var bits = BitRun()
        for argument in definition.arguments {
            let value = try value(argument.type, bytes, &cursor, &bits)
            arguments.append(GenericMethod.Argument(name: argument.name, value: value))
        }
        return .other(GenericMethod(definition: definition, arguments: arguments))
    }

    private mutating func value(
        _ type: MethodDefinition.ArgumentType, _ bytes: RawSpan, _ cursor: inout ByteCursor, _ bits: inout BitRun
    ) throws(DecodeError) -> GenericMethod.Value {
        if type == .bit { return .bit(try bits.read(bytes, &cursor)) }
        bits.end()
        switch type {
        case .bit, .octet: return .number(UInt64(try cursor.readUInt8(bytes)))
        case .short: return .number(UInt64(try cursor.readUInt16(bytes)))
        case .long: return .number(UInt64(try cursor.readUInt32(bytes)))
        case .longlong: return .number(try cursor.readUInt64(bytes))
        case .shortstr: return .text(try names.read(bytes, &cursor))
        case .longstr: return .text(bytes.string(try cursor.readRange(Int(try cursor.readUInt32(bytes)))))
        case .table: return .table(try FieldTable(bytes, &cursor, limits: limits))
        case .secret: return .redacted(byteCount: try cursor.readRange(Int(try cursor.readUInt32(bytes))).count)
        }
    }
}

extension MethodDefinition {
    /// Whether arguments from `cursor` on end exactly at its end, without building them.
    func fits(_ bytes: RawSpan, _ cursor: ByteCursor) -> Bool {
        var cursor = cursor
        var bits = BitRun()
        do throws(DecodeError) {
            for argument in arguments {
                if argument.type == .bit {
                    _ = try bits.read(bytes, &cursor)
                    continue
                }
                bits.end()
                switch argument.type {
                case .bit, .octet: try cursor.skip(1)
                case .short: try cursor.skip(2)
                case .long: try cursor.skip(4)
                case .longlong: try cursor.skip(8)
                case .shortstr: try cursor.skip(Int(try cursor.readUInt8(bytes)))
                case .longstr, .table, .secret: try cursor.skip(Int(try cursor.readUInt32(bytes)))
                }
            }
            return cursor.isAtEnd
        } catch {
            return false
        }
    }
}

/// A machine that reads neighbouring bits, eight to an octet, lowest first.
private struct BitRun {
    private var octet: UInt8 = 0
    private var left = 0

    mutating func read(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DecodeError) -> Bool {
        if left == 0 {
            octet = try cursor.readUInt8(bytes)
            left = 8
        }
        defer {
            octet >>= 1
            left -= 1
        }
        return octet & 1 != 0
    }

    /// A field that is no bit follows: the next bit begins a new octet.
    mutating func end() {
        left = 0
    }
}
