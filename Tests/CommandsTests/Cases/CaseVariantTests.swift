import TestSupport
import Testing

/// What is right of an incident does not depend on how it was captured.
extension `A case` {
    /// Cases whose incident is not in the handshakes.
    private static let told = IncidentCase.all.filter { incident in
        ["ret-1", "op-01", "late-1", "nova-05", "op-08", "op-09", "op-14", "svc-03", "cells-5"]
            .contains { incident.file.hasPrefix($0) }
    }

    @Test(arguments: told, [CaseVariant.midStream, .doubled, .inVXLAN])
    func `captured in another way ends in the same`(incident: IncidentCase, variant: CaseVariant) async throws {
        let scratch = try Scratch()
        let facts = try await CaseFacts(file: try variant.write(incident, into: scratch))
        let plain = try await CaseFacts(file: incident.path)
        #expect(facts.summary == plain.summary)
        #expect(facts.outcomes == plain.outcomes)
        #expect(facts.messages.count == plain.messages.count)
    }

    @Test(arguments: told)
    func `that the capture outlasts by a day ends in the same`(incident: IncidentCase) async throws {
        let scratch = try Scratch()
        let facts = try await CaseFacts(file: try CaseVariant.lasting.write(incident, into: scratch))
        let plain = try await CaseFacts(file: incident.path)
        // What was under way when the case ended is not, a day later.
        let (before, after) = (plain.operations.map(\.outcome), facts.operations.map(\.outcome))
        #expect(before.count == after.count, "\(facts.summary)")
        #expect(
            zip(before, after).allSatisfy { $0 == $1 || $0 == "running" && $1 == "stuck" }, "\(before) \(after)")
    }

    @Test(arguments: [96, 200, 1300])
    func `that became active is never told as stuck where packets are cut`(length: Int) async throws {
        let scratch = try Scratch()
        let boot = try #require(IncidentCase.all.first { $0.file.hasPrefix("order-") })
        let file = try CaseVariant.cut(to: length).write(boot, into: scratch)
        let facts = try await CaseFacts(file: file)
        #expect(facts.operations.allSatisfy { !["stuck", "failed"].contains($0.outcome) }, "\(facts.summary)")
        let faults = try await Saying("list", says: ["\(length)", "-s 0"], never: ["another application"])
            .faults(on: file)
        #expect(faults.isEmpty, "\(faults)")
    }
}
