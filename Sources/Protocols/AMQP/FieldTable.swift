import Bytes

/// A value: names and values in wire order, duplicates kept (AMQP 0-9-1, 4.2.5.5).
///
/// A table that holds an unknown type octet, ends before its last field, or goes beyond the limits is given up there:
/// it keeps the entries before, and whatever stands after the table is still read, because its length is known.
package struct FieldTable: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package let name: String
        package let value: FieldValue

        package init(name: String, value: FieldValue) {
            self.name = name
            self.value = value
        }
    }

    package var entries: [Entry]
    /// Whether everything in it, nested tables and arrays included, could be read.
    package var isComplete: Bool

    package init(_ entries: [Entry] = [], isComplete: Bool = true) {
        self.entries = entries
        self.isComplete = isComplete
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// The first value of that name.
    package subscript(name: String) -> FieldValue? {
        entries.first { $0.name == name }?.value
    }
}

extension FieldTable {
    /// Reads a table: `long` byte length, then `shortstr` name, type octet and value, again and again.
    ///
    /// - Throws: where the length reaches beyond the cursor's end; never for what is inside.
    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, limits: Limits) throws(DecodeError) {
        let range = try cursor.readRange(Int(try cursor.readUInt32(bytes)))
        self.init()
        guard !range.isEmpty else { return }
        var reader = FieldReader(values: limits.tableValues)
        self = reader.table(bytes, range, depth: limits.tableDepth)
    }
}

/// A machine that reads nested fields within a depth and a number of values.
private struct FieldReader {
    /// Values that may still be read.
    var values: Int

    mutating func table(_ bytes: RawSpan, _ range: Range<Int>, depth: Int) -> FieldTable {
        var result = FieldTable()
        guard depth > 0 else { return FieldTable(isComplete: false) }
        var cursor = ByteCursor(bytes, range, layer: "AMQP field table")
        do throws(DecodeError) {
            while !cursor.isAtEnd {
                let name = bytes.string(try cursor.readRange(Int(try cursor.readUInt8(bytes))))
                let value = try value(bytes, &cursor, depth: depth, isComplete: &result.isComplete)
                result.entries.append(FieldTable.Entry(name: name, value: value))
            }
        } catch {
            result.isComplete = false
        }
        return result
    }

    /// Reads `(type, value)` pairs up to the end of `range`: an array's length counts bytes, not elements.
    private mutating func array(
        _ bytes: RawSpan, _ range: Range<Int>, depth: Int, isComplete: inout Bool
    ) -> [FieldValue] {
        var result: [FieldValue] = []
        guard depth > 0 else {
            isComplete = false
            return result
        }
        var cursor = ByteCursor(bytes, range, layer: "AMQP field array")
        do throws(DecodeError) {
            while !cursor.isAtEnd {
                result.append(try value(bytes, &cursor, depth: depth, isComplete: &isComplete))
            }
        } catch {
            isComplete = false
        }
        return result
    }

    private mutating func value(
        _ bytes: RawSpan, _ cursor: inout ByteCursor, depth: Int, isComplete: inout Bool
    ) throws(DecodeError) -> FieldValue {
        guard values > 0 else {
            throw DecodeError("holds too many values", layer: "AMQP field table", offset: cursor.offset)
        }
        values -= 1
        switch try cursor.readUInt8(bytes) {
        case UInt8(ascii: "t"): return .bool(try cursor.readUInt8(bytes) != 0)
        case UInt8(ascii: "b"): return .int8(Int8(bitPattern: try cursor.readUInt8(bytes)))
        case UInt8(ascii: "B"): return .uint8(try cursor.readUInt8(bytes))
        case UInt8(ascii: "s"), UInt8(ascii: "U"): return .int16(Int16(bitPattern: try cursor.readUInt16(bytes)))
        case UInt8(ascii: "u"): return .uint16(try cursor.readUInt16(bytes))
        case UInt8(ascii: "I"): return .int32(Int32(bitPattern: try cursor.readUInt32(bytes)))
        case UInt8(ascii: "i"): return .uint32(try cursor.readUInt32(bytes))
        case UInt8(ascii: "l"), UInt8(ascii: "L"): return .int64(Int64(bitPattern: try cursor.readUInt64(bytes)))
        case UInt8(ascii: "f"): return .float(Float(bitPattern: try cursor.readUInt32(bytes)))
        case UInt8(ascii: "d"): return .double(Double(bitPattern: try cursor.readUInt64(bytes)))
        case UInt8(ascii: "D"):
            let scale = try cursor.readUInt8(bytes)
            return .decimal(scale: scale, value: try cursor.readUInt32(bytes))
        case UInt8(ascii: "T"): return .timestamp(try cursor.readUInt64(bytes))
        case UInt8(ascii: "V"): return .void
        case UInt8(ascii: "S"): return .string(bytes.string(try longRange(bytes, &cursor)))
        case UInt8(ascii: "x"): return .bytes(bytes.extracting(try longRange(bytes, &cursor)).array())
        case UInt8(ascii: "A"):
            let range = try longRange(bytes, &cursor)
            return .array(array(bytes, range, depth: depth - 1, isComplete: &isComplete))
        case UInt8(ascii: "F"):
            let table = table(bytes, try longRange(bytes, &cursor), depth: depth - 1)
            if !table.isComplete { isComplete = false }
            return .table(table)
        default:
            throw DecodeError("holds an unknown type octet", layer: "AMQP field table", offset: cursor.offset)
        }
    }

    private func longRange(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DecodeError) -> Range<Int> {
        try cursor.readRange(Int(try cursor.readUInt32(bytes)))
    }
}
