import Bytes
import TestSupport
import Testing
import Trace

@testable import Protocols

@Suite struct `Field table` {
    private func table(_ entries: [[UInt8]], limits: Limits = .default) throws -> FieldTable {
        let bytes = AMQPBuilder().table(entries).bytes
        let span = bytes.span.bytes
        var cursor = ByteCursor(span, layer: "test")
        let table = try FieldTable(span, &cursor, limits: limits)
        #expect(cursor.isAtEnd, "what follows a table must be readable")
        return table
    }

    private func value(_ type: Character, _ bytes: [UInt8]) throws -> FieldValue? {
        try table([AMQPBuilder.entry("k", type, bytes)])["k"]
    }

    @Test func `every type octet is read as RabbitMQ reads it`() throws {
        #expect(try value("t", [1]) == .bool(true))
        #expect(try value("b", [0xFF]) == .int8(-1))
        #expect(try value("B", [0xFF]) == .uint8(255))
        #expect(try value("s", [0xFF, 0xFE]) == .int16(-2))
        #expect(try value("U", [0xFF, 0xFE]) == .int16(-2))
        #expect(try value("u", [0xFF, 0xFE]) == .uint16(65534))
        #expect(try value("I", [0xFF, 0xFF, 0xFF, 0xFD]) == .int32(-3))
        #expect(try value("i", [0xFF, 0xFF, 0xFF, 0xFD]) == .uint32(0xFFFF_FFFD))
        #expect(try value("l", [UInt8](repeating: 0xFF, count: 8)) == .int64(-1))
        #expect(try value("L", [UInt8](repeating: 0xFF, count: 8)) == .int64(-1))
        #expect(try value("f", [0x3F, 0x80, 0, 0]) == .float(1))
        #expect(try value("d", [0x3F, 0xF0, 0, 0, 0, 0, 0, 0]) == .double(1))
        #expect(try value("D", [2, 0, 0, 1, 0]) == .decimal(scale: 2, value: 256))
        #expect(try value("S", [0, 0, 0, 2, 0x68, 0x69]) == .string("hi"))
        #expect(try value("x", [0, 0, 0, 2, 0xFF, 0]) == .bytes([0xFF, 0]))
        #expect(try value("T", [UInt8](repeating: 0xFF, count: 8)) == .timestamp(.max))
        #expect(try value("V", []) == .void)
        #expect(
            try value("F", AMQPBuilder().table([AMQPBuilder.entry("a", "t", [0])]).bytes)
                == .table(FieldTable([FieldTable.Entry(name: "a", value: .bool(false))])))
    }

    @Test func `an array's length counts bytes, not elements`() throws {
        let elements: [UInt8] = [0x42, 7, 0x49, 0, 0, 0, 8, 0x56]
        #expect(try value("A", AMQPBuilder().longstr(elements).bytes) == .array([.uint8(7), .int32(8), .void]))
    }

    @Test func `NaN and infinity are numbers`() throws {
        guard case .double(let nan) = try value("d", [0x7F, 0xF8, 0, 0, 0, 0, 0, 0]) else {
            Issue.record("no double")
            return
        }
        #expect(nan.isNaN)
        #expect(try value("f", [0xFF, 0x80, 0, 0]) == .float(-.infinity))
    }

    @Test func `duplicate keys are kept, the first is found`() throws {
        let table = try table([AMQPBuilder.entry("k", "B", [1]), AMQPBuilder.entry("k", "B", [2])])
        #expect(table.entries.map(\.value) == [.uint8(1), .uint8(2)])
        #expect(table["k"]?.integer == 1)
        #expect(table["K"] == nil)
    }

    @Test func `an unknown type octet gives up that table only`() throws {
        let inner = AMQPBuilder().table([AMQPBuilder.entry("a", "t", [1]), AMQPBuilder.entry("b", "?", [9, 9])]).bytes
        let table = try table([AMQPBuilder.entry("in", "F", inner), AMQPBuilder.entry("after", "t", [1])])
        #expect(!table.isComplete)
        #expect(table["after"] == .bool(true))
        #expect(table["in"] == .table(FieldTable([.init(name: "a", value: .bool(true))], isComplete: false)))
    }

    @Test func `a name, string or table longer than its table is given up`() throws {
        for entry in [
            [200, 0x61], AMQPBuilder.entry("a", "S", [0, 0, 1, 0]),
            AMQPBuilder.entry("a", "F", [0xFF, 0xFF, 0xFF, 0xFF]),
        ] as [[UInt8]] {
            let table = try table([AMQPBuilder.entry("ok", "t", [1]), entry])
            #expect(table.entries.map(\.name) == ["ok"])
            #expect(!table.isComplete)
        }
    }

    @Test func `a table longer than its frame is malformed`() {
        let bytes: [UInt8] = [0, 0, 0, 5, 1, 0x61]
        var cursor = ByteCursor(bytes.span.bytes, layer: "test")
        #expect(throws: DecodeError.self) { try FieldTable(bytes.span.bytes, &cursor, limits: .default) }
    }

    @Test(arguments: ["F", "A"] as [Character])
    func `tables and arrays 10,000 deep are given up at the limit`(_ type: Character) throws {
        var inner: [UInt8] = []
        for _ in 0..<10_000 {
            let value = AMQPBuilder().longstr(inner).bytes
            inner = type == "F" ? AMQPBuilder.entry("", type, value) : [type.asciiValue ?? 0] + value
        }
        let table = try table([
            AMQPBuilder.entry("deep", type, AMQPBuilder().longstr(inner).bytes), AMQPBuilder.entry("after", "t", [1]),
        ])
        #expect(!table.isComplete)
        #expect(table["after"] == .bool(true))
    }

    @Test func `too many values are given up at the limit`() throws {
        var limits = Limits()
        limits.tableValues = 10
        let table = try table(
            [AMQPBuilder.entry("a", "A", AMQPBuilder().longstr([UInt8](repeating: 0x56, count: 1000)).bytes)],
            limits: limits)
        #expect(!table.isComplete)
        #expect(table["a"] == .array([FieldValue](repeating: .void, count: 9)))
    }

    @Test func `names that are not UTF-8 are repaired`() throws {
        let bytes: [UInt8] = [2, 0xC3, 0x28, 0x56]
        #expect(try table([bytes]).entries.map(\.name) == ["\u{FFFD}("])
    }
}

@Suite struct `Basic properties` {
    private func properties(_ flags: [UInt16], _ bytes: [UInt8]) throws -> (BasicProperties, rest: Int) {
        let all = flags.reduce(AMQPBuilder()) { $0.short($1) }.raw(bytes).bytes
        var cursor = ByteCursor(all.span.bytes, layer: "test")
        let properties = try BasicProperties(
            all.span.bytes, &cursor, names: ShortStringCache(), limits: .default)
        return (properties, cursor.remaining)
    }

    private let all = AMQPBuilder().shortstr("application/json").shortstr("utf-8").table().octet(2).octet(5)
        .shortstr("c").shortstr("r").shortstr("60000").shortstr("m").longlong(.max).shortstr("t").shortstr("u")
        .shortstr("a").shortstr("k").bytes

    @Test func `all fourteen are read in the order of their flags`() throws {
        let (read, rest) = try properties([0xFFFC], all)
        var expected = BasicProperties()
        (expected.contentType, expected.contentEncoding) = ("application/json", "utf-8")
        (expected.headers, expected.deliveryMode, expected.priority) = (FieldTable(), 2, 5)
        (expected.correlationID, expected.replyTo, expected.expiration) = ("c", "r", "60000")
        (expected.messageID, expected.timestamp, expected.type) = ("m", .max, "t")
        (expected.userID, expected.appID, expected.clusterID) = ("u", "a", "k")
        #expect(read == expected)
        #expect(rest == 0)
    }

    @Test func `each flag alone announces its own property`() throws {
        let ones: [(UInt16, [UInt8], PartialKeyPath<BasicProperties>)] = [
            (0x8000, [0], \.contentType), (0x4000, [0], \.contentEncoding), (0x2000, [0, 0, 0, 0], \.headers),
            (0x1000, [0], \.deliveryMode), (0x0800, [0], \.priority), (0x0400, [0], \.correlationID),
            (0x0200, [0], \.replyTo), (0x0100, [0], \.expiration), (0x0080, [0], \.messageID),
            (0x0040, [UInt8](repeating: 0, count: 8), \.timestamp), (0x0020, [0], \.type), (0x0010, [0], \.userID),
            (0x0008, [0], \.appID), (0x0004, [0], \.clusterID),
        ]
        for (flag, bytes, path) in ones {
            let (read, rest) = try properties([flag], bytes)
            #expect(rest == 0)
            #expect(read != BasicProperties())
            for other in ones {
                let isNil = "\(read[keyPath: other.2])" == "nil"
                #expect(isNil == (other.0 != flag), "flag \(flag) and \(other.0)")
            }
            _ = path
        }
    }

    @Test func `further flag words are read before the properties`() throws {
        let (read, rest) = try properties([0x1001, 0x0000], [2])
        #expect(read.deliveryMode == 2)
        #expect(!read.hasUnknownProperties)
        #expect(rest == 0)
        #expect(try properties([0x1001, 0x8000], [2, 9]).0.hasUnknownProperties)
    }

    @Test func `the continuation bit to the end of the buffer is malformed`() {
        #expect(throws: DecodeError.self) { try properties([UInt16](repeating: 0xFFFF, count: 500), []) }
        let header = AMQPBuilder.frame(
            2, 1, AMQPBuilder().short(60).short(0).longlong(2).raw([UInt8](repeating: 0xFF, count: 900)).bytes)
        let log = decodeClient(
            AMQPBuilder.publish(1, exchange: "", routingKey: "k") + header + AMQPBuilder.body(1, [1, 2]))
        #expect(log.kinds == [.contentHeaderMalformed])
        #expect(log.bodies == [[1, 2]])
    }

    @Test func `a short string longer than the frame is malformed`() {
        #expect(throws: DecodeError.self) { try properties([0x8000], [200, 0x61]) }
    }
}

@Suite struct `Short string cache` {
    @Test func `the same bytes give the same text, others another`() throws {
        let cache = ShortStringCache()
        let reply = "reply_b70e097336b74dc99a43996054b74fff"
        let names =
            (0..<5000).map { "reply_b70e097336b74dc99a43996054b7\($0)" } + ["", "k", "conductor"]
            + (0...reply.count).map { String(reply.prefix($0)) } + (0...reply.count).map { String(reply.suffix($0)) }
        for name in names + names {
            let bytes = AMQPBuilder().shortstr(name).bytes
            var cursor = ByteCursor(bytes.span.bytes, layer: "test")
            #expect(try cache.read(bytes.span.bytes, &cursor) == name)
        }
    }
}
