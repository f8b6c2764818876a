import Foundation
import Pipeline
import TestSupport
import Testing
import Trace

@testable import Mutation

/// A value: something untrue that is told of a capture, put in by hand, and the rule that has to find it.
struct Plant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rule: String
    let plant: @Sendable (inout Comparison) -> Void

    init(_ description: String, _ rule: Rule, _ plant: @escaping @Sendable (inout Comparison) -> Void) {
        (testDescription, self.rule, self.plant) = (description, rule.name, plant)
    }

    static let all = [
        Plant("other frames", .decoding) { comparison in
            var other = StreamDigests.Decoded()
            other.content.add(1)
            for key in comparison.untouched { comparison.decodedAfter[key] = other }
        },
        Plant("what an end of a connection out of order did not say", .decoding) { comparison in
            comparison.disordered = comparison.untouched
            var other = StreamDigests.Decoded()
            other.server.add(1)
            for key in comparison.untouched {
                comparison.decodedBefore[key] = StreamDigests.Decoded()
                comparison.decodedAfter[key] = other
            }
        },
        Plant("a message that is gone", .contents) { $0.told.messages[$0.boot.message] = nil },
        Plant("other words", .contents) { $0.told.messages[$0.boot.message]?.what[1] = "compute.nowhere" },
        Plant("a delivery that was none", .sightings) { comparison in
            comparison.told.messages[comparison.boot.message]?.deliveries
                .append(TraceFacts.Sighting(connection: "elsewhere", at: Timestamp(nanoseconds: 0)))
        },
        Plant("a message published again", .sightings) { $0.told.messages[$0.boot.message]?.republished = 1 },
        Plant("a message that was not sent", .inventedMessages) {
            $0.told.messages["0123"] = TraceFacts.MessageFact(kind: .cast, what: [])
        },
        Plant("a call taken for a cast", .inventedMessages) { $0.told.messages[$0.boot.message]?.kind = .cast },
        Plant("an answer that was none", .answers) { comparison in
            comparison.own.calls[comparison.boot.call]?.outcome = .unanswered
        },
        Plant("an exception that was not raised", .answers) { $0.told.calls[$0.boot.call]?.error = "NoValidHost" },
        Plant("a call that was not made", .answers) { $0.told.calls["0123"] = TraceFacts.CallFact(outcome: .ok) },
        Plant("an answer that came and is missed", .lostAnswers) {
            $0.told.calls[$0.boot.call]?.outcome = .unanswered
        },
        Plant("an answer that reached who asked and is told given back", .lostAnswers) {
            $0.told.calls[$0.boot.call]?.fate = .returned
        },
        Plant("a service that nobody is", .names) { $0.told.services.insert("nova-nobody") },
        Plant("a connection of somebody else", .names) { comparison in
            for key in comparison.untouched { comparison.told.connections[key]?.hosts = ["nowhere"] }
        },
        Plant("a culprit that is nobody", .names) { $0.boot.change { $0.labels = ["nova-compute@nowhere"] } },
        Plant("a boot that failed", .verdicts) { $0.boot.change { $0.outcome = .failed } },
        Plant("a boot that stands still although all of it is there", .verdicts) {
            $0.boot.change { $0.outcome = .stuck }
        },
        Plant("a boot that stands still where holes are known", .verdicts) { comparison in
            let last = comparison.removeLast()
            comparison.boot.change { $0.outcome = .stuck }
            for sighting in last {
                if let key = sighting.connection { comparison.told.connections[key]?.lastLoss = sighting.at }
            }
        },
        Plant("a connection that was reset", .connectionEnds) { comparison in
            for key in comparison.untouched {
                comparison.told.connections[key]?.ends = [ConnectionEnd(.reset, at: Timestamp(nanoseconds: 0))]
            }
        },
        Plant("trouble of a connection that was not touched", .connectionEnds) { comparison in
            for key in comparison.untouched { comparison.told.connections[key]?.incidents = ["cut_off"] }
        },
        Plant("a killed process that closed another connection", .connectionEnds) { $0.stop(shows: .close) },
        Plant("a killed process whose close may be in a hole", .connectionEnds) { $0.stop(shows: .hole) },
        Plant("a service that fell silent where holes are known", .silences) { comparison in
            let key = comparison.untouched.first ?? ""
            let now = Timestamp(nanoseconds: 0)
            comparison.told.connections[key]?.lastLoss = now
            comparison.told.silences = [TraceFacts.Silence(label: "nova-compute@cmp1", since: now, connections: [key])]
        },
    ]
}

extension Comparison {
    /// The boot of the capture, and something of it.
    struct Boot {
        var name: String
        /// A call that was answered, its request and its answer.
        var call: String
        var message: String
        private(set) var fact: TraceFacts.OperationFact

        mutating func change(_ change: (inout TraceFacts.OperationFact) -> Void) { change(&fact) }

        init(_ facts: TraceFacts) {
            let boot = facts.operations.first { $0.value.contains { $0.kind == "boot" } }
            fact = boot?.value.first ?? TraceFacts.OperationFact(kind: "none", outcome: .unknown, verdict: "")
            let answered = facts.calls.sorted { $0.key < $1.key }.first { [fact] in
                $0.value.outcome == .ok && $0.value.request.map(fact.messages.contains) ?? false
            }
            (name, call, message) = (boot?.key ?? "", answered?.key ?? "", answered?.value.request ?? "")
        }
    }

    var boot: Boot {
        get { Boot(own) }
        set { told.operations[newValue.name] = [newValue.fact] }
    }

    enum Shown { case close, hole, nothing }

    /// Has a process close one connection in order, and leave another one to its kernel; of that it is told that the
    /// process was killed.
    mutating func stop(shows shown: Shown) {
        let (one, other) = ("10.9.9.9:1 – 10.0.0.11:5672", "10.9.9.9:2 – 10.0.0.11:5672")
        let at = Timestamp(seconds: 1_700_000_000, nanoseconds: 0)
        var closed = TraceFacts.ConnectionFact()
        closed.owners = [-7]
        closed.count = 1
        closed.ends = [ConnectionEnd(.closed, at: at, by: .client)]
        var left = closed
        left.ends = [ConnectionEnd(.finished, at: at, by: .client)]
        for (key, fact) in [(one, closed), (other, left)] {
            own.connections[key] = fact
            truth.connections[key] = fact
            told.connections[key] = fact
        }
        told.connections[other]?.isAbandoned = true
        untouched.insert(other)
        guard shown != .close else { return }
        told.connections[one]?.ends = []
        if shown == .hole { told.connections[one]?.lastLoss = at }
    }

    /// Has the broker give an answer of the boot back, so that it is stuck.
    mutating func loseAnswer() {
        let boot = boot
        own.operations[boot.name]?[0].outcome = .stuck
        own.operations[boot.name]?[0].cause = .answerLost
        own.calls[boot.call]?.fate = .returned
        told.calls[boot.call]?.fate = nil
    }

    /// Takes the last message of the boot out of what is told; returns where it was seen.
    mutating func removeLast() -> [TraceFacts.Sighting] {
        let seen = boot.fact.messages.compactMap { id in told.messages[id]?.published.map { (id, $0) } }
        guard let last = seen.max(by: { $0.1.at < $1.1.at }), let fact = told.messages[last.0] else { return [] }
        told.messages[last.0] = nil
        untouched = []
        return [last.1] + fact.deliveries
    }
}

@Suite struct `What is told of mutated captures` {
    private let comparison: Comparison

    init() throws {
        let path = ExternalProgram.projectFolder.appending(path: "Tests/CommandsTests/Cases/Captures/comp-zstd.pcap.gz")
        let facts = TraceFacts(try TracePipeline.trace(of: [path.path(percentEncoded: false)]))
        comparison = Comparison(truth: facts, told: facts, untouched: Set(facts.connections.keys))
    }

    private func found(_ comparison: Comparison) -> [String] {
        Rule.all.filter { !$0.contradictions(comparison).isEmpty }.map(\.name)
    }

    @Test func `contradicts nothing where it is the truth`() {
        #expect(comparison.boot.fact.outcome == .completed)
        #expect(comparison.told.messages.count > 10 && comparison.told.connections.count > 10)
        #expect(found(comparison).isEmpty)
    }

    @Test(arguments: Plant.all)
    func `is found where it contradicts the truth`(plant: Plant) {
        var comparison = comparison
        plant.plant(&comparison)
        #expect(found(comparison).contains(plant.rule))
    }

    @Test func `is looked into by every rule`() {
        let planted = Set(Plant.all.map { $0.rule })
        #expect(planted == Set(Rule.all.map { $0.name }))
    }

    @Test func `is not known to be otherwise where what tells that is missing`() {
        var (stopped, answered) = (comparison, comparison)
        stopped.stop(shows: .nothing)
        #expect(found(stopped).isEmpty)
        answered.loseAnswer()
        #expect(found(answered).contains(Rule.verdicts.name))
        answered.untouched = []
        #expect(!found(answered).contains(Rule.verdicts.name))
    }

    @Test func `is unanswered where times say that the answer came a day too late`() {
        var comparison = comparison
        let boot = comparison.boot
        let asked = comparison.own.messages[boot.message]?.published?.at ?? Timestamp(nanoseconds: 0)
        comparison.told.calls[boot.call]?.outcome = .unanswered
        for (days, isFound) in [(0, true), (2, false)] as [(Int64, Bool)] {
            comparison.harm.counts = [.changedTimes: 1]
            comparison.told.messages[boot.message]?.published?.at = asked + .seconds(days * 86_400)
            #expect(found(comparison).contains(Rule.lostAnswers.name) == isFound)
        }
    }

    @Test func `may be less than the truth`() {
        var comparison = comparison
        _ = comparison.removeLast()
        for outcome in [Operation.Outcome.running, .unknown, .stuck] {
            // Of the last bytes of a connection nothing tells that they are missing.
            comparison.boot.change { $0.outcome = outcome }
            #expect(found(comparison).isEmpty, "\(outcome)")
        }
        comparison.told.operations = [:]
        comparison.told.services.remove("nova-compute")
        #expect(found(comparison).isEmpty)
    }
}
