import Foundation
import TestSupport
import Testing

/// Each capture of `Cases/` stands for a kind of incident, or of capture, of which something untrue was once said.
@Suite(.timeLimit(.minutes(10))) struct `A case` {
    @Test func `has a row for each file, and a file for each row`() {
        #expect(IncidentCase.all.map(\.file).sorted() == IncidentCase.files)
    }

    @Test(arguments: IncidentCase.all)
    func `is told as it was, and not as it was not`(incident: IncidentCase) async throws {
        for saying in incident.sayings {
            let faults = try await saying.faults(on: incident.path)
            #expect(faults.isEmpty, "\(faults)")
        }
    }

    @Test(arguments: IncidentCase.all.filter { $0.calls != nil || $0.operations != nil || $0.lanes != nil })
    func `has its calls, operations and lanes in the data`(incident: IncidentCase) async throws {
        let facts = try await CaseFacts(file: incident.path)
        if let calls = incident.calls { #expect(facts.outcomes == calls) }
        if let operations = incident.operations { #expect(facts.summary == operations) }
        if let lanes = incident.lanes { #expect(facts.lanes == lanes) }
    }

    @Test func `of one boot in another wrapping has the same messages, calls and verdict`() async throws {
        let wrapped = IncidentCase.all.filter { $0.operations == IncidentCase.boot }.map(\.file)
        let plain = try await CaseFacts(file: try #require(IncidentCase.all.first { $0.file.hasPrefix("order-") }).path)
        for incident in IncidentCase.all where wrapped.contains(incident.file) {
            let facts = try await CaseFacts(file: incident.path)
            #expect(facts.messages.map(\.kind).sorted() == plain.messages.map(\.kind).sorted(), "\(incident.file)")
            #expect(facts.messages.count == 15, "\(incident.file)")
            #expect(facts.outcomes == plain.outcomes, "\(incident.file)")
            #expect(facts.capture.anomalies.map(\.detail) == [], "\(incident.file)")
            guard !incident.file.hasPrefix("clock-") else { continue }
            #expect(facts.operations.map(\.verdict) == plain.operations.map(\.verdict), "\(incident.file)")
        }
    }

    @Test func `where two instances are of one name is not selected by it silently`() async throws {
        let file = try #require(IncidentCase.all.first { $0.file.hasPrefix("nova-05") })
        let facts = try await CaseFacts(file: file.path)
        #expect(facts.summary.map { $0.prefix(8) } == ["boot vm0", "boot vm1", "boot vm2"])
        let hanging = try #require(facts.operations.first { $0.instanceName == "vm1" })
        #expect(hanging.instances == ["398d1ca6-8b68-40b5-ad61-fac36cd5e859"])
        #expect(hanging.outcome != "completed")
    }
}
