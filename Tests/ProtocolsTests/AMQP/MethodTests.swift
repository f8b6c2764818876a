import Bytes
import TestSupport
import Testing
import Trace

@testable import Protocols

@Suite struct `Method table` {
    /// Class, method, name and argument types: octet, h short, l long, q longlong, s shortstr, S longstr, F table, ? bit.
    private static let facts = """
        10 10 connection.start ooFSS
        10 11 connection.start-ok FsSs
        10 20 connection.secure S
        10 21 connection.secure-ok S
        10 30 connection.tune hlh
        10 31 connection.tune-ok hlh
        10 40 connection.open ss?
        10 41 connection.open-ok s
        10 50 connection.close hshh
        10 51 connection.close-ok -
        10 60 connection.blocked s
        10 61 connection.unblocked -
        10 70 connection.update-secret Ss
        10 71 connection.update-secret-ok -
        20 10 channel.open s
        20 11 channel.open-ok S
        20 20 channel.flow ?
        20 21 channel.flow-ok ?
        20 40 channel.close hshh
        20 41 channel.close-ok -
        30 10 access.request s?????
        30 11 access.request-ok h
        40 10 exchange.declare hss?????F
        40 11 exchange.declare-ok -
        40 20 exchange.delete hs??
        40 21 exchange.delete-ok -
        40 30 exchange.bind hsss?F
        40 31 exchange.bind-ok -
        40 40 exchange.unbind hsss?F
        40 51 exchange.unbind-ok -
        50 10 queue.declare hs?????F
        50 11 queue.declare-ok sll
        50 20 queue.bind hsss?F
        50 21 queue.bind-ok -
        50 30 queue.purge hs?
        50 31 queue.purge-ok l
        50 40 queue.delete hs???
        50 41 queue.delete-ok l
        50 50 queue.unbind hsssF
        50 51 queue.unbind-ok -
        60 10 basic.qos lh?
        60 11 basic.qos-ok -
        60 20 basic.consume hss????F
        60 21 basic.consume-ok s
        60 30 basic.cancel s?
        60 31 basic.cancel-ok s
        60 40 basic.publish hss?? content
        60 50 basic.return hsss content
        60 60 basic.deliver sq?ss content
        60 70 basic.get hs?
        60 71 basic.get-ok q?ssl content
        60 72 basic.get-empty s
        60 80 basic.ack q?
        60 90 basic.reject q?
        60 100 basic.recover-async ?
        60 110 basic.recover ?
        60 111 basic.recover-ok -
        60 120 basic.nack q??
        85 10 confirm.select ?
        85 11 confirm.select-ok -
        90 10 tx.select -
        90 11 tx.select-ok -
        90 20 tx.commit -
        90 21 tx.commit-ok -
        90 30 tx.rollback -
        90 31 tx.rollback-ok -
        """

    /// What of these 0-8 does not have, and what it has instead.
    private static let missingIn08 = """
        10 50 connection.close hshh
        10 51 connection.close-ok -
        10 60 connection.blocked s
        10 61 connection.unblocked -
        10 70 connection.update-secret Ss
        10 71 connection.update-secret-ok -
        20 11 channel.open-ok S
        40 30 exchange.bind hsss?F
        40 31 exchange.bind-ok -
        40 40 exchange.unbind hsss?F
        40 51 exchange.unbind-ok -
        60 20 basic.consume hss????F
        60 120 basic.nack q??
        85 10 confirm.select ?
        85 11 confirm.select-ok -
        """
    private static let onlyIn08 = """
        10 50 connection.redirect ss
        10 60 connection.close hshh
        10 61 connection.close-ok -
        20 11 channel.open-ok -
        20 30 channel.alert hsF
        60 20 basic.consume hss????
        """

    private func lines(_ text: String) -> Set<String> { Set(text.split(separator: "\n").map(String.init)) }

    private func lines(_ table: MethodTable) -> Set<String> {
        Set(
            table.methods.map { method in
                let types = method.arguments.map { letter($0.type) }.joined()
                return "\(method.id.classID) \(method.id.methodID) \(method.name) \(types.isEmpty ? "-" : types)"
                    + (method.hasContent ? " content" : "")
            })
    }

    private func letter(_ type: MethodDefinition.ArgumentType) -> String {
        switch type {
        case .octet: "o"
        case .short: "h"
        case .long: "l"
        case .longlong: "q"
        case .shortstr: "s"
        case .longstr, .secret: "S"
        case .table: "F"
        case .bit: "?"
        }
    }

    @Test func `the 66 methods of 0-9-1 with RabbitMQ's extensions agree with the specification`() {
        #expect(MethodTable.v091.methods.count == 66)
        #expect(lines(MethodTable.v091) == lines(Self.facts))
    }

    @Test func `those of 0-8 differ where it differs`() {
        let expected = lines(Self.facts).subtracting(lines(Self.missingIn08)).union(lines(Self.onlyIn08))
        #expect(lines(MethodTable.v08) == expected)
    }

    @Test func `three arguments are secret`() {
        let secrets = MethodTable.v091.methods.flatMap { method in
            method.arguments.filter { $0.type == .secret }.map { "\(method.name) \($0.name)" }
        }
        #expect(
            secrets == [
                "connection.start-ok response", "connection.secure-ok response", "connection.update-secret new-secret",
            ])
    }

    @Test func `every answer comes from the server, save those that either end may give`() {
        for method in MethodTable.v091.methods where method.name.hasSuffix("-ok") {
            let client = ["connection.start-ok", "connection.secure-ok", "connection.tune-ok"]
            let either = ["connection.close-ok", "channel.close-ok", "channel.flow-ok", "basic.cancel-ok"]
            let expected: MethodDefinition.Sender =
                client.contains(method.name) ? .client : either.contains(method.name) ? .either : .server
            #expect(method.sender == expected, "\(method.name)")
        }
    }
}

@Suite struct `Method decoder` {
    /// Arguments of every type with values that tell them apart.
    private func payload(_ definition: MethodDefinition) -> [UInt8] {
        var builder = AMQPBuilder().short(definition.id.classID).short(definition.id.methodID)
        var bits = 0
        for argument in definition.arguments {
            if argument.type == .bit {
                if bits % 8 == 0 { builder = builder.octet(0b0101_0101) }
                bits += 1
                continue
            }
            bits = 0
            switch argument.type {
            case .octet, .bit: builder = builder.octet(1)
            case .short: builder = builder.short(2)
            case .long: builder = builder.long(3)
            case .longlong: builder = builder.longlong(4)
            case .shortstr: builder = builder.shortstr(argument.name)
            case .longstr, .secret: builder = builder.longstr("secret of \(argument.name)")
            case .table: builder = builder.table([AMQPBuilder.entry("k", "t", [1])])
            }
        }
        return builder.bytes
    }

    private func decode(_ payload: [UInt8], is08: Bool? = false) -> (method: Method, failed: Bool) {
        var decoder = MethodDecoder(limits: SharedLimits(.default))
        decoder.is08 = is08
        var error: DecodeError?
        let method = decoder.decode(payload.span.bytes, 0..<payload.count, &error)
        return (method, error != nil)
    }

    @Test func `every method is decoded whole under its name`() {
        for (table, is08) in [(MethodTable.v091, false), (MethodTable.v08, true)] {
            for definition in table.methods {
                let (method, failed) = decode(payload(definition), is08: is08)
                #expect(!failed && method.name == definition.name, "\(definition.name)")
                if case .undecoded = method { Issue.record("\(definition.name) is not decoded") }
                #expect(!"\(method)".contains("secret of response"))
                #expect(!"\(method)".contains("secret of new-secret"))
            }
        }
    }

    @Test func `every method cut at any byte, or with one more, is malformed and named`() {
        for definition in MethodTable.v091.methods {
            let whole = payload(definition)
            for count in 4..<whole.count {
                let (method, failed) = decode(Array(whole[..<count]))
                #expect(failed && method.name == definition.name, "\(definition.name) of \(count) bytes")
            }
            #expect(decode(whole + [0]).failed, "\(definition.name) with a byte more")
        }
    }

    @Test func `what fits and what can be decoded is the same`() {
        for definition in MethodTable.v091.methods {
            let whole = payload(definition)
            for bytes in [whole, whole + [0]] {
                let frame = AMQPBuilder.frame(1, definition.id.classID == 10 ? 0 : 1, bytes)
                let search = FrameSearch(from: 0, frameMax: 0, channelMax: 0, limits: .default)
                let isFrame = search.isLoneFrame(at: 0, in: frame.span.bytes, SearchBudget(limits: .default))
                #expect(isFrame == (bytes == whole), "\(definition.name)")
            }
        }
    }

    @Test func `arguments without a type of their own have the names of the specification`() {
        let bytes = AMQPBuilder.method(1, 40, 30) {
            $0.short(0).shortstr("d").shortstr("s").shortstr("k").octet(1).table()
        }
        guard case .other(let bind) = decode(Array(bytes[7..<bytes.count - 1])).method else {
            Issue.record("not generic")
            return
        }
        #expect(bind.definition.name == "exchange.bind")
        #expect(bind["destination"] == .text("d"))
        #expect(bind["source"] == .text("s"))
        #expect(bind["routing-key"] == .text("k"))
        #expect(bind["nowait"] == .bit(true))
        #expect(bind["arguments"] == .table(FieldTable()))
        #expect(bind["nothing"] == nil)
    }

    @Test func `bits are read from the lowest up`() {
        let bytes = AMQPBuilder.method(1, 30, 10) { $0.shortstr("r").octet(0b10110) }
        guard case .other(let request) = decode(Array(bytes[7..<bytes.count - 1])).method else {
            Issue.record("not generic")
            return
        }
        #expect(
            request.arguments.dropFirst().map(\.value) == [
                .bit(false), .bit(true), .bit(true), .bit(false), .bit(true),
            ])
        let declare = AMQPBuilder.method(1, 40, 10) {
            $0.short(0).shortstr("e").shortstr("topic").octet(0b10010).table()
        }
        guard case .exchangeDeclare(let exchange) = decode(Array(declare[7..<declare.count - 1])).method else {
            Issue.record("no exchange.declare")
            return
        }
        #expect(exchange.isDurable && exchange.noWait && !exchange.isPassive && !exchange.autoDelete)
    }

    @Test func `an unknown number keeps its size and the stream goes on`() {
        let log = decodeClient(
            AMQPBuilder.method(1, 60, 99) { $0.long(7) } + AMQPBuilder.method(1, 199, 1) + AMQPBuilder.ack(1, 1))
        #expect(log.methods.first?.method == .undecoded(MethodID(60, 99), name: nil, argumentBytes: 4))
        #expect(log.names == ["60.99", "199.1", "basic.ack"])
        #expect(log.kinds == [.methodUnknown, .methodUnknown])
    }

    @Test func `exchange.unbind-ok is 51, and update-secret keeps no secret`() {
        let (log, _) = ProtocolsTests.decode([
            (.first, AMQPBuilder.protocolHeader),
            (
                .first,
                AMQPBuilder.method(1, 40, 40) {
                    $0.short(0).shortstr("d").shortstr("s").shortstr("k").octet(0).table()
                }
            ),
            (.second, AMQPBuilder.method(1, 40, 51)),
            (.first, AMQPBuilder.method(0, 10, 70) { $0.longstr("new-password").shortstr("expired") }),
            (.second, AMQPBuilder.method(0, 10, 71)),
        ])
        #expect(
            log.names == [
                "exchange.unbind", "exchange.unbind-ok", "connection.update-secret", "connection.update-secret-ok",
            ])
        #expect(!log.lines.contains { $0.contains("new-password") })
        guard case .other(let update) = log.methods[2].method else {
            Issue.record("no update-secret")
            return
        }
        #expect(update["new-secret"] == .redacted(byteCount: 12))
        #expect(update["reason"] == .text("expired"))
    }

    @Test func `a table that is given up is reported with the method`() {
        let log = decodeClient(
            AMQPBuilder.method(1, 50, 10) {
                $0.short(0).shortstr("q").octet(0).table([AMQPBuilder.entry("a", "?", [])])
            } + AMQPBuilder.ack(1, 1))
        #expect(log.kinds == [.tableIncomplete])
        #expect(log.names == ["queue.declare", "basic.ack"])
    }
}
