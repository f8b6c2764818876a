import TestSupport
import Testing
import Trace

@testable import Rendering

/// What a format writes of a trace.
func exported(
    _ trace: BusTrace, as format: String, operations: [OperationID]? = nil, _ options: DiagramOptions = DiagramOptions()
) throws -> String {
    let format = try #require(Formats.named(format))
    return try rendered {
        try format.renderer.render(TraceExtract(trace, operations: operations, options: options), to: $0)
    }
}

private func statements(_ trace: BusTrace, edit: (inout DiagramOptions) -> Void = { _ in }) throws
    -> [ScriptStatement]
{
    var options = DiagramOptions()
    edit(&options)
    let operation = try #require(trace.operations.first)
    let script = SequenceScript(
        sequence(of: operation, in: trace, options: options), trace: trace, options: options)
    var statements: [ScriptStatement] = []
    script.forEach { statements.append($0) }
    return statements
}

private func arrows(_ trace: BusTrace) throws -> [ScriptArrow] {
    try statements(trace).compactMap { if case .arrow(let arrow) = $0 { arrow } else { nil } }
}

@Suite struct `A diagram as statements` {
    @Test func `a call puts its receiver to work until it answers`() throws {
        let drawn = try arrows(Boots.completed())
        let select = try #require(drawn.firstIndex { $0.lines.first?.string == "select_destinations" })
        #expect(drawn[select].activation == .begins)
        #expect(drawn[select + 1].activation == .ends)
        #expect(drawn[select + 1].from == drawn[select].to)
        #expect(drawn[select + 1].isBareAnswer)
        #expect(drawn[select + 1].lines.map(\.string) == ["1.239 s"])
    }

    @Test func `a call that nobody answers puts nobody to work`() throws {
        #expect(try arrows(Boots.stuck()).filter { $0.head == .call }.map(\.activation) == [.begins, .none, .none])
    }

    @Test func `a lane that answers several calls at once is at work from the first to the last`() throws {
        var boot = TraceBuilder(services: [("nova-compute", "a"), ("nova-compute", "b"), ("nova-conductor", nil)])
        boot.call("first", from: 0, to: 2, at: 0, latency: 0.4)
        boot.call("second", from: 1, to: 2, at: 0.1, latency: 0.1)
        boot.call("third", from: 1, to: 2, at: 0.3, latency: 0.3)
        let drawn = try arrows(boot.finish(outcome: .completed, verdict: "done"))
        #expect(drawn.map(\.activation) == [.begins, .none, .none, .none, .none, .ends])
    }

    @Test func `a fanout is an arrow to each receiver, and only the first says all`() throws {
        let drawn = try arrows(Boots.troubled())
        let push = drawn.filter { $0.lines.first?.string == "push" }
        #expect(push.count == 3)
        #expect(Set(push.compactMap(\.to)).count == 3)
        #expect(push.allSatisfy { $0.head == .cast && !$0.isLost })
    }

    @Test func `what nobody took does not arrive`() throws {
        let lost = try arrows(Boots.stuck()).filter(\.isLost)
        #expect(
            lost.first?.lines.map(\.string) == ["build_and_run_instance", "✗ no delivery seen from compute.compute3"])
        #expect(lost.allSatisfy { $0.style == .failure && $0.to != nil })
    }

    @Test func `the arguments stand beneath their message where they are wanted`() throws {
        let drawn = try statements(Boots.troubled()) { $0.detail = .full }
        let details = drawn.flatMap { statement -> [String] in
            if case .arrow(let arrow) = statement { arrow.detail.map(\.string) } else { [] }
        }
        #expect(details.joined(separator: " ").contains(#""admin_password": "***""#))
    }

    @Test(arguments: 0..<300) func `every lane that begins to work ends it, and none ends what it did not begin`(
        seed: UInt64
    ) throws {
        var working = Set<Int>()
        for arrow in try arrows(randomTrace(seed)) {
            switch arrow.activation {
            case .none: break
            case .begins: #expect(working.insert(try #require(arrow.to)).inserted)
            case .ends: #expect(working.remove(try #require(arrow.from)) != nil)
            }
        }
        #expect(working.isEmpty)
    }

    @Test(arguments: ["mermaid", "plantuml"]) func `ten operations are drawn, of more a selection is asked for`(
        format: String
    ) throws {
        var trace = Boots.noValidHost()
        let operation = trace.operations[0]
        trace.operations = (0..<11).map { id in
            Operation(
                id: OperationID(id), kind: .other, requestID: nil, instances: [], outcome: .completed,
                startedAt: operation.startedAt, endedAt: operation.endedAt, verdict: "stopped")
        }
        #expect(throws: RenderingFailure.self) { try exported(trace, as: format) }
        #expect(try exported(trace, as: format, operations: [0, 3]).ranges(of: "stopped").count == 2)
        trace.operations.removeLast()
        #expect(try exported(trace, as: format).ranges(of: "stopped").count == 10)
        trace.operations = []
        #expect(try exported(trace, as: format).contains("no operation found"))
    }
}
