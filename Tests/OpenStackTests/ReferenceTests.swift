import Foundation
import TestSupport
import Testing

@testable import OpenStack

@Suite struct `Held against JSONSerialization` {
    @Test func `real bodies give the same answers`() throws {
        var decoder = OsloDecoder()
        let bodies = try Fixture.bodies()
        #expect(bodies.count > 60)
        for body in bodies {
            expectAlike(decoder.decode(body).facts, ReferenceDecoder.facts(body) ?? [], body)
        }
    }

    @Test func `real messages without their envelope give the same answers`() throws {
        for body in try Fixture.bodies() {
            let outer = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
            let message = try #require(outer?["oslo.message"] as? String)
            #expect(decoded(Array(message.utf8)).facts == decoded(body).facts)
        }
    }

    @Test func `real messages in an envelope written with unicode escapes give the same answers`() throws {
        for body in try Fixture.bodies() {
            let text = String(decoding: body, as: UTF8.self)
            #expect(decoded(Array(text.replacing("\\\"", with: "\\u0022").utf8)).facts == decoded(body).facts)
            let spaced = text.replacing(", \\\"", with: ",\\n \\\"")
            #expect(decoded(Array(spaced.utf8)).facts == decoded(body).facts)
        }
    }

    @Test(arguments: 0..<12) func `random messages give the same answers`(seed: Int) {
        var random = RandomMessages(seed: UInt64(seed))
        var decoder = OsloDecoder()
        for _ in 0..<80 {
            let body = random.body()
            guard let expected = ReferenceDecoder.facts(body) else { continue }
            let found = decoder.decode(body).facts
            expectAlike(found, expected, body)
        }
    }

    @Test(arguments: 0..<8) func `mutated bodies never trap, and answer alike where JSONSerialization accepts them`(
        seed: Int
    ) throws {
        var numbers = SeededGenerator(seed: UInt64(seed))
        let bodies = try Fixture.bodies()
        var decoder = OsloDecoder(detail: .full)
        for _ in 0..<60 {
            guard var body = bodies.randomElement(using: &numbers), body.count < 6000 else { continue }
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                let index = Int.random(in: 0..<body.count, using: &numbers)
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0: body[index] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
                case 1: body[index] = Array("{}[]\",:\\u0".utf8).randomElement(using: &numbers) ?? 0
                case 2: body.remove(at: index)
                default: body.insert(Array("\"\\{[".utf8).randomElement(using: &numbers) ?? 0, at: index)
                }
            }
            let found = decoder.decode(body).facts
            // Bytes that are not UTF-8 are for the two libraries to differ about.
            guard body.allSatisfy({ $0 < 0x80 }), let expected = ReferenceDecoder.facts(body) else { continue }
            expectAlike(found, expected, body)
        }
    }

    @Test(arguments: 0..<2) func `a body cut anywhere never traps and keeps its method`(seed: Int) throws {
        var numbers = SeededGenerator(seed: UInt64(seed))
        var decoder = OsloDecoder(detail: .full)
        for body in try Fixture.bodies() {
            let whole = decoder.decode(body)
            for _ in 0..<3 {
                let cut = Array(body.prefix(Int.random(in: 0..<body.count, using: &numbers)))
                _ = decoder.decode(cut)
                let part = decoder.decode(cut, isTruncated: true)
                if case .request(let part) = part, case .request(let whole) = whole {
                    #expect(part.method == whole.method)
                    #expect(Set(part.instances).isSubset(of: whole.instances))
                }
            }
        }
    }
}

/// Expects the same facts, and shows only those that differ.
private func expectAlike(_ found: [String], _ expected: [String], _ body: [UInt8]) {
    let extra = found.filter { !expected.contains($0) }
    let missing = expected.filter { !found.contains($0) }
    let start = String(decoding: body.prefix(3000), as: UTF8.self)
    #expect(extra.isEmpty && missing.isEmpty, "found \(extra), not \(missing) in \(start)")
}

/// Makes random bodies: the keys that are looked for, in any order, among others, with values of any kind.
private struct RandomMessages {
    private var numbers: SeededGenerator

    init(seed: UInt64) { numbers = SeededGenerator(seed: seed &+ 1000) }

    mutating func body() -> [UInt8] {
        let message = message()
        let text = respaced(message.text)
        switch Int.random(in: 0..<6, using: &numbers) {
        case 0: return Array(text.utf8)
        case 1: return Array("{\"oslo.message\": \(WireJSON.quoted(text)), \"oslo.version\": \"2.0\"}".utf8)
        default: return OsloBuilder.envelope(text)
        }
    }

    private mutating func message() -> WireJSON {
        var members: [WireJSON.Member] = []
        let top = [
            "namespace", "version", "_msg_id", "_reply_q", "_unique_id", "_context_request_id", "_context_user_id",
            "_context_is_admin", "_context_project_id", "_context_tenant", "_context_auth_token", "\u{e9}t\u{e9}",
        ]
        for key in top where Bool.random(using: &numbers) { members.append(.init(key, scalar())) }
        switch Int.random(in: 0..<4, using: &numbers) {
        case 0:
            members.append(.init("result", value(depth: 3)))
            members.append(
                .init("failure", Bool.random(using: &numbers) ? .null : OsloBuilder.failure("E", message: text())))
            members.append(.init("ending", scalar()))
        case 1:
            members.append(.init("event_type", .string(pick(["instance.update", "compute.instance.delete.end"]))))
            members.append(.init("payload", object(depth: 2)))
        default:
            members.append(.init("method", .string(pick(["object_action", "build_instances", "m\u{1F600}"]))))
            members.append(.init("args", object(depth: 3)))
            if Int.random(in: 0..<8, using: &numbers) == 0 { members.append(.init("args", object(depth: 2))) }
        }
        return .object(members.shuffled(using: &numbers))
    }

    private mutating func object(depth: Int) -> WireJSON {
        let keys = [
            "instance", "instances", "instance_uuid", "instance_uuids", "build_requests", "request_specs", "spec_obj",
            "request_spec", "objinst", "objname", "objmethod", "events", "kwargs", "expected_task_state", "uuid",
            "nova_object.data", "nova_object.name", "nova_object.changes", "objects", "vm_state", "task_state",
            "power_state", "display_name", "hostname", "host", "name", "tag", "port", "device_id", "state",
            "state_update", "new_task_state", "instance_properties", "x",
        ]
        var members: [WireJSON.Member] = []
        var used: Set<String> = []
        for _ in 0..<Int.random(in: 0..<9, using: &numbers) {
            let key = pick(keys)
            guard used.insert(key).inserted else { continue }
            members.append(
                .init(key, key == "nova_object.name" ? .string(pick(["Instance", "Port"])) : value(depth: depth)))
        }
        return .object(members)
    }

    private mutating func value(depth: Int) -> WireJSON {
        guard depth > 0 else { return scalar() }
        switch Int.random(in: 0..<4, using: &numbers) {
        case 0: return .array((0..<Int.random(in: 0..<4, using: &numbers)).map { _ in value(depth: depth - 1) })
        case 1, 2: return object(depth: depth - 1)
        default: return scalar()
        }
    }

    private mutating func scalar() -> WireJSON {
        switch Int.random(in: 0..<8, using: &numbers) {
        case 0: .null
        case 1: .bool(Bool.random(using: &numbers))
        case 2: .number(pick(["0", "1", "4", "-1.5e3", "42"]))
        case 3: .string(text())
        default: .string(uuid())
        }
    }

    private mutating func uuid() -> String {
        "2672332b-b870-49a9-bbeb-90238\(Int.random(in: 1_000_000...1_000_009, using: &numbers))"
    }

    private mutating func text() -> String {
        pick([
            "", "save", "vm_state", "a\"b", "back\\slash", "tab\tnew\nline", "\\\"", "\\u0022", "\u{1F600}", "\u{7}{[",
            "]},:", "\u{e9}", "quote at the end\"", "\\",
        ])
    }

    private mutating func pick<Element>(_ list: [Element]) -> Element {
        list[Int.random(in: 0..<list.count, using: &numbers)]
    }

    /// The same JSON with other white space.
    private mutating func respaced(_ text: String) -> String {
        switch Int.random(in: 0..<4, using: &numbers) {
        case 0: " " + text + "  "
        case 1: text.replacing(": {", with: ":  {  ")
        case 2: text.replacing(": {", with: ":{")
        default: text
        }
    }
}
