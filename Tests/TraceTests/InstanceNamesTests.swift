import Testing
import Trace

@Suite struct `What instances are called` {
    private static let one = "398d1ca6-8b68-40b5-ad61-fac36cd5e859"
    private static let two = "beef0000-e88d-4719-a624-2b40a5cb63a2"

    private func message(_ seconds: Int64, _ uuid: String, _ name: String?, others: [InstanceName] = []) -> Message {
        var message = Message(id: 0, kind: .cast, exchange: "nova", routingKey: "conductor", bytes: 1)
        message.publishedAt = Timestamp(seconds: seconds, nanoseconds: 0)
        message.instances = [uuid] + others.map(\.uuid)
        message.instanceName = name
        message.facts = MessageFacts(otherNames: others)
        return message
    }

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds, nanoseconds: 0) }

    @Test func `a name that one message tells holds for all of its instance, earlier ones too`() {
        let names = InstanceNames(of: [
            message(1, Self.one, nil), message(5, Self.two, "web", others: [InstanceName(uuid: Self.one, name: "db")]),
        ])
        #expect(names.name(of: Self.one, at: at(1)) == "db")
        #expect(names.name(of: Self.two, at: at(9)) == "web")
        #expect(names.name(of: "another", at: at(9)) == nil)
    }

    @Test func `a renamed instance has each name in its time, and is found by all, whatever the order of messages`() {
        let messages = [message(1, Self.one, "old"), message(5, Self.one, "new"), message(6, Self.one, "old")]
        for names in [InstanceNames(of: messages), InstanceNames(of: messages.reversed())] {
            #expect(names.name(of: Self.one, at: at(2)) == "old")
            // A copy that still carries the former name changes nothing.
            #expect(names.name(of: Self.one, at: at(7)) == "new")
            #expect(names.names(of: Self.one) == ["old", "new"])
            #expect(names.instances(named: "old") == [Self.one])
            #expect(names.instances(named: "new") == [Self.one])
        }
    }

    @Test func `names are bounded, the oldest are forgotten and counted`() {
        var names = InstanceNames(limit: 8)
        for number in 0..<100 { names.add(message(Int64(number), "uuid-\(number)", "vm-\(number)")) }
        #expect(names.instances.count <= 8)
        #expect(names.name(of: "uuid-99") == "vm-99")
        #expect(names.name(of: "uuid-0") == nil)
        #expect(names.forgotten + names.instances.count == 100)
    }

    @Test func `of several instances each is called by its own name`() {
        let shared = message(1, Self.one, "vm0", others: [InstanceName(uuid: Self.two, name: "vm1")])
        #expect(shared.names(in: InstanceNames()) == ["vm0", "vm1"])
        var bare = message(2, Self.one, nil)
        bare.instances = [Self.two, "another", Self.one]
        #expect(bare.names(in: InstanceNames(of: [shared])) == ["vm1", nil, "vm0"])
    }

    // MARK: Chosen by a word

    private func trace(_ named: [(uuid: String, name: String)]) -> BusTrace {
        var trace = BusTrace()
        trace.instanceNames = InstanceNames(of: named.enumerated().map { message(Int64($0), $1.uuid, $1.name) })
        return trace
    }

    @Test func `a uuid goes before a name, a name before the beginning of a uuid`() {
        let trace = trace([(Self.one, "web"), (Self.two, Self.one), ("39000000-e88d-4719-a624-2b40a5cb63a2", "x")])
        #expect(InstanceChoice(Self.one, in: trace).instances == [Self.one])
        #expect(InstanceChoice(Self.one.uppercased(), in: trace).way == .uuid)
        #expect(InstanceChoice("web", in: trace).instances == [Self.one])
        #expect(InstanceChoice("398D", in: trace).instances == [Self.one])
        #expect(InstanceChoice("39", in: trace).instances.count == 2)
        #expect(InstanceChoice("39", in: trace).remark?.hasPrefix("2 uuids begin with 39, and all are taken: ") == true)
        #expect(InstanceChoice("none", in: trace).instances.isEmpty)
        #expect(InstanceChoice("", in: trace).instances.isEmpty)
    }

    @Test func `a name that two instances share takes both and says so, with their uuids`() {
        let choice = InstanceChoice("web", in: trace([(Self.one, "web"), (Self.two, "web")]))
        #expect(choice.instances == [Self.one, Self.two])
        #expect(choice.isAmbiguous)
        #expect(
            choice.remark
                == "2 instances are called web, and all are taken: \(Self.one), \(Self.two); a uuid chooses one")
        #expect(choice.question.hasSuffix("give the uuid of one, \(Self.one), \(Self.two)"))
    }

    @Test func `a name that looks like the beginning of another one's uuid is taken for a name, and that is said`() {
        let choice = InstanceChoice("beef", in: trace([(Self.one, "beef"), (Self.two, "web")]))
        #expect(choice.instances == [Self.one])
        #expect(choice.passedOver == [Self.two])
        #expect(choice.isAmbiguous)
        #expect(choice.remark?.contains("though 1 uuid begins so: \(Self.two)") == true)
    }

    @Test func `a name in any script is found in either of its forms`() {
        let trace = trace([(Self.one, "se\u{0301}rver"), (Self.two, "虚拟机")])
        #expect(InstanceChoice("s\u{00E9}rver", in: trace).instances == [Self.one])
        #expect(InstanceChoice("虚拟机", in: trace).instances == [Self.two])
    }
}
