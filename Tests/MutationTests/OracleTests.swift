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
