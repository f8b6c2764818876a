import TestSupport
import Testing
import Trace

@testable import Comparison
@testable import Operations

@Suite struct `Two boots side by side` {
    private static let instance = "2672332b-b870-49a9-bbeb-902381dffe38"

    /// A boot as far as it is told, on any host.
    private func boot(host: String = "node1", _ tell: (inout TraceScript) -> Void) -> BusTrace {
        var script = TraceScript()
        tell(&script)
        var trace = script.trace
        trace.participants[TraceScript.compute].host = host
        trace.operations = trace.judgedOperations()
        return trace
    }

    private func whole(_ script: inout TraceScript) {
        script.bootUntilCompute([Self.instance])
        for task in ["networking", "block_device_mapping", "spawning"] {
            script.save(.some("building"), .some(task), of: Self.instance)
        }
        script.save(.some("active"), .none, of: Self.instance)
    }

    private func compare(
        _ good: BusTrace, _ bad: BusTrace, tolerance: Tolerance = Tolerance()
    ) throws -> OperationComparison {
        OperationComparison(
            good: ComparedSide(try #require(good.operations.first), in: good),
            bad: ComparedSide(try #require(bad.operations.first), in: bad), tolerance: tolerance)
    }

    /// The steps after networking that every boot has.
    private func last(_ comparison: OperationComparison) -> [Standing] {
        comparison.steps.filter { ["block device mapping", "spawning", "active"].contains($0.name) }.map(\.standing)
    }

    private func titles(_ comparison: OperationComparison, _ standing: Standing) -> [String] {
        comparison.lines.filter { $0.standing == standing }.compactMap { $0.line?.title }
    }

    @Test func `agree when only hosts differ`() throws {
        let comparison = try compare(boot(whole), boot(host: "node2", whole))
        #expect(comparison.agrees)
        #expect(comparison.parting == nil)
        #expect(comparison.lines.count == 7)
        #expect(comparison.lines.allSatisfy { $0.standing == .alike })
        #expect(comparison.steps.map(\.standing) == Array(repeating: .alike, count: 8))
        #expect(comparison.states.map(\.name) == ["networking", "block_device_mapping", "spawning", "active"])
    }

    @Test func `part where one stops, and name what it never does`() throws {
        let bad = boot { script in
            script.bootUntilCompute([Self.instance])
            script.save(.some("building"), .some("networking"), of: Self.instance)
            script.wait(.seconds(120))
        }
        let comparison = try compare(boot(whole), bad)
        let parting = try #require(comparison.parting)
        #expect(parting.after?.line?.state == "networking")
        #expect(parting.good?.state == "block_device_mapping")
        #expect(parting.bad == nil)
        #expect(titles(comparison, .missing) == ["Instance.save", "Instance.save", "Instance.save"])
        #expect(comparison.missing == 6)
        #expect(comparison.extra == 0)
        #expect(last(comparison) == [.missing, .missing, .missing])
        #expect(!comparison.agrees)
    }

    @Test func `do not miss what may have come after the capture ended`() throws {
        let bad = boot { script in
            script.bootUntilCompute([Self.instance])
            script.save(.some("building"), .some("networking"), of: Self.instance)
        }
        let comparison = try compare(boot(whole), bad)
        #expect(comparison.bad.isOpen)
        #expect(comparison.parting == nil)
        #expect(titles(comparison, .unknown).count == 3)
        #expect(last(comparison) == [.unknown, .unknown, .unknown])
        #expect(comparison.missing == 0)
        #expect(!comparison.agrees, "the outcomes differ")
    }

    @Test func `do not part at an answer that may have come after the capture ended`() throws {
        let bad = boot { script in
            script.cast(
                "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
                instances: [Self.instance])
            script.call(
                "select_destinations", TraceScript.conductor, TraceScript.scheduler, key: "scheduler",
                instances: [Self.instance], outcome: .unanswered)
        }
        let comparison = try compare(boot(whole), bad)
        #expect(comparison.parting == nil)
        #expect(comparison.lines[1].standing == .unknown)
        #expect(comparison.lines[1].bad?.ending == .unanswered)
        #expect(comparison.missing == 0)
        #expect(!comparison.agrees, "the outcomes differ")
        var late = bad
        late.operations[0].outcome = .stuck
        #expect(try compare(boot(whole), late).parting?.isEnding == true)
    }

    @Test func `do not miss what may have come before the capture began`() throws {
        let bad = boot { script in
            script.cast(
                "build_and_run_instance", TraceScript.conductor, TraceScript.compute, key: "compute.node1",
                instances: [Self.instance])
            for task in ["networking", "block_device_mapping", "spawning"] {
                script.save(.some("building"), .some(task), of: Self.instance)
            }
            script.save(.some("active"), .none, of: Self.instance)
        }
        let comparison = try compare(boot(whole), bad)
        #expect(comparison.bad.beganBeforeCapture)
        #expect(titles(comparison, .unknown) == ["schedule_and_build_instances", "select_destinations"])
        #expect(comparison.agrees)
        #expect(comparison.duration == nil)
    }

    @Test func `part at a call that failed in one, and tell what then is missing`() throws {
        let bad = boot { script in
            script.cast(
                "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
                instances: [Self.instance])
            script.call(
                "select_destinations", TraceScript.conductor, TraceScript.scheduler, key: "scheduler",
                instances: [Self.instance], outcome: .error,
                error: RemoteFailure(className: "NoValidHost", module: nil, message: "No valid host was found."))
        }
        let comparison = try compare(boot(whole), bad)
        let parting = try #require(comparison.parting)
        #expect(parting.isEnding)
        #expect(parting.good?.ending == .answered)
        #expect(parting.consequence?.title == "build_and_run_instance")
        #expect(comparison.steps[1].standing == .changed)
    }

    @Test func `differ in the message that waited, and in no other`() throws {
        var late = boot(whole)
        for id in late.messages.indices.dropFirst() {
            late.messages[id].publishedAt = late.messages[id].publishedAt.map { $0 + .seconds(20) }
            for delivery in late.messages[id].deliveries.indices {
                late.messages[id].deliveries[delivery].at = late.messages[id].deliveries[delivery].at + .seconds(20)
            }
        }
        for id in late.calls.indices {
            late.calls[id].requestedAt = late.calls[id].requestedAt.map { $0 + .seconds(20) }
            late.calls[id].repliedAt = late.calls[id].repliedAt.map { $0 + .seconds(20) }
        }
        late.messages[0].deliveries[0].at = late.messages[0].deliveries[0].at + .seconds(20)
        late.operations = late.judgedOperations()
        let comparison = try compare(boot(whole), late)
        #expect(titles(comparison, .slower) == ["schedule_and_build_instances"])
        #expect(comparison.lines[0].duration?.bad == .seconds(20))
        #expect(comparison.steps.filter { $0.standing == .slower }.map(\.name) == ["request taken"])
        #expect(comparison.parting == nil)
        #expect(!comparison.agrees)
        #expect(try compare(boot(whole), late, tolerance: Tolerance(factor: 2, slack: .seconds(30))).agrees)
    }

    /// Saves that set nothing, some before and some after an event.
    private func boot(saves before: Int, _ after: Int) -> BusTrace {
        boot { script in
            script.bootUntilCompute([Self.instance])
            for (count, isLast) in [(before, false), (after, true)] {
                for _ in 0..<count {
                    script.call(
                        "BlockDeviceMapping.save", TraceScript.compute, TraceScript.conductor, key: "conductor",
                        instances: [Self.instance])
                }
                if !isLast {
                    script.cast(
                        "external_instance_event", TraceScript.api, TraceScript.compute, key: "compute.node1",
                        instances: [Self.instance])
                }
            }
            script.save(.some("active"), .none, of: Self.instance)
        }
    }

    @Test func `tell repeats in a row as one line, and one more as one more`() throws {
        let comparison = try compare(boot(saves: 3, 0), boot(saves: 5, 0))
        let saves = comparison.lines.filter { $0.line?.title == "BlockDeviceMapping.save" }
        #expect(saves.map(\.standing) == [.alike, .extra])
        #expect(saves.map { $0.line?.count } == [3, 2])
        #expect(comparison.extra == 4)
        #expect(comparison.missing == 0)
        #expect(comparison.parting?.isElsewhere == true)
        #expect(!comparison.agrees)
    }

    @Test func `agree when a repeat stands on the other side of another service's message`() throws {
        let comparison = try compare(boot(saves: 2, 0), boot(saves: 1, 1))
        #expect(titles(comparison, .moved).count == 1)
        #expect(comparison.agrees)
    }

    @Test func `agree when services only crossed each other`() throws {
        let order = { (isEventFirst: Bool) in
            self.boot { script in
                script.bootUntilCompute([Self.instance])
                for turn in [isEventFirst, !isEventFirst] {
                    if turn {
                        script.cast(
                            "external_instance_event", TraceScript.api, TraceScript.compute, key: "compute.node1",
                            instances: [Self.instance])
                    } else {
                        script.call(
                            "Service.get_by_compute_host", TraceScript.compute, TraceScript.conductor, key: "conductor",
                            instances: [Self.instance])
                    }
                }
                script.save(.some("active"), .none, of: Self.instance)
            }
        }
        let comparison = try compare(order(true), order(false))
        #expect(titles(comparison, .moved).count == 1)
        #expect(comparison.agrees)
    }

    @Test func `a sender that one capture does not name parts nothing`() throws {
        var nameless = boot(whole)
        nameless.participants[TraceScript.api].service = nil
        #expect(try compare(boot(whole), nameless).agrees)
    }

    @Test func `are mirrored when exchanged`() throws {
        let bad = boot { script in
            script.cast(
                "schedule_and_build_instances", TraceScript.api, TraceScript.conductor, key: "conductor",
                instances: [Self.instance])
            script.wait(.seconds(9))
            script.call(
                "select_destinations", TraceScript.conductor, TraceScript.scheduler, key: "scheduler",
                instances: [Self.instance])
            script.call(
                "Instance.destroy", TraceScript.conductor, TraceScript.conductor, key: "conductor",
                instances: [Self.instance])
            script.save(.some("error"), .none, of: Self.instance)
        }
        let there = try compare(boot(whole), bad)
        let back = try compare(bad, boot(whole))
        let opposite: [Standing: Standing] = [
            .missing: .extra, .extra: .missing, .slower: .faster, .faster: .slower,
        ]
        let told = { (comparison: OperationComparison, isMirrored: Bool) in
            comparison.lines.map { pair in
                let standing = isMirrored ? opposite[pair.standing] ?? pair.standing : pair.standing
                return "\(standing) \(pair.line?.title ?? "") \(pair.line?.state ?? "")"
            }.sorted()
        }
        #expect(told(there, false) == told(back, true))
        #expect(there.missing == back.extra)
        #expect(there.extra == back.missing)
        #expect(there.parting?.good == back.parting?.bad)
        #expect(there.parting?.bad == back.parting?.good)
        #expect(there.agrees == back.agrees)
    }
}

@Suite struct `A tolerance` {
    private let tolerance = Tolerance(factor: 2, slack: .milliseconds(100))

    @Test(arguments: [
        (1000, 2000, TimePair.Relation.alike), (1000, 2001, .slower), (2001, 1000, .faster), (1, 101, .alike),
        (1, 102, .slower), (0, 100, .alike), (0, 101, .slower), (-50, 100, .alike),
    ])
    func `wants both the factor and the slack passed`(good: Int64, bad: Int64, relation: TimePair.Relation) {
        let pair = TimePair(good: .milliseconds(good), bad: .milliseconds(bad), tolerance: tolerance)
        #expect(pair.relation == relation)
    }

    @Test func `holds at the ends of the range`() {
        let pair = TimePair(good: .min, bad: .max, tolerance: tolerance)
        #expect(pair.relation == .slower)
        #expect(pair.factor == nil)
    }
}

@Suite struct `The choice of a boot` {
    private func operations(_ outcomes: [Operation.Outcome]) -> [Operation] {
        outcomes.enumerated().map { id, outcome in
            let time = Timestamp(seconds: Int64(id), nanoseconds: 0)
            var operation = Operation(
                id: OperationID(id), kind: .boot, requestID: "req-\(id)0", instances: ["\(id)abc"], outcome: outcome,
                startedAt: time, endedAt: time, verdict: "")
            operation.instanceName = id < 2 ? "vm" : "vm-\(id)"
            return operation
        }
    }

    private func choice(
        _ outcomes: [Operation.Outcome], named name: String? = nil, _ preference: OperationChoice.Preference,
        besides: OperationID? = nil
    ) -> OperationChoice? {
        var trace = BusTrace()
        trace.operations = operations(outcomes)
        return OperationChoice(
            in: trace, kind: .boot, named: name, preferring: preference, besides: besides)
    }

    @Test func `is the first that completed, or did not, and says so`() {
        let outcomes: [Operation.Outcome] = [.failed, .completed, .stuck, .completed]
        #expect(choice(outcomes, .completed)?.operation == 1)
        #expect(choice(outcomes, .completed)?.reason == "the first completed of 4 boots")
        #expect(choice(outcomes, .notCompleted)?.operation == 0)
        #expect(choice(outcomes, .notCompleted)?.reason == "the first not completed of 4 boots")
    }

    @Test func `is the first where none is as wanted`() {
        #expect(choice([.failed, .failed], .completed)?.operation == 0)
        #expect(choice([.failed, .failed], .completed)?.reason == "the first of 2 boots")
        #expect(choice([.completed, .completed], .notCompleted, besides: 0)?.operation == 1)
        #expect(choice([.completed], .notCompleted)?.reason == "the only boot")
        #expect(choice([.completed], .notCompleted, besides: 0) == nil)
        #expect(choice([], .completed) == nil)
    }

    @Test(arguments: [("vm-2", 2), ("2ABC", 2), ("req-20", 2), ("20", 2)])
    func `goes by name, uuid or request`(name: String, operation: Int) {
        let found = choice([.completed, .completed, .completed], named: name, .notCompleted)
        #expect(found?.operation == OperationID(operation))
        #expect(found?.reason == "the one asked for")
    }

    @Test func `is left to the person where a word means several instances`() {
        var trace = BusTrace()
        trace.operations = operations([.failed, .completed, .completed])
        let question = OperationChoice.question(on: "vm", in: trace, kind: .boot)
        #expect(question == "2 instances are meant by vm: give the uuid of one, 0abc, 1abc")
        #expect(OperationChoice.question(on: "vm-2", in: trace, kind: .boot) == nil)
        #expect(OperationChoice.question(on: "vm", in: trace, kind: .other) == nil)
    }

    @Test func `of several of a name says that there are several`() {
        let found = choice([.failed, .completed, .completed], named: "vm", .completed)
        #expect(found?.operation == 1)
        #expect(found?.reason == "the first completed of 2 boots of that name")
        #expect(choice([.completed], named: "nobody", .completed) == nil)
        #expect(choice([.completed], named: "", .completed) == nil)
    }
}
