import Foundation
import TestSupport
import Testing

/// The same fact has the same figure wherever it is printed: for every recording and every case, the data as JSON are
/// held against the diagrams' headings, the list, the table of methods and the verdict's exit status.
@Suite(.timeLimit(.minutes(10))) struct `All outputs of a capture agree` {
    /// A value: a capture with everything that is said of it.
    struct Told: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let path: String

        static let all =
            ["boot-ok", "boot-midstream", "boot-novalidhost", "boot-conductor-down", "lifecycle"].map {
                Told(testDescription: $0, path: "captures/\($0).pcap")
            } + IncidentCase.files.map { Told(testDescription: $0, path: IncidentCase.path(of: $0)) }

        func run(_ arguments: String...) async throws -> ProgramResult {
            try await ExternalProgram.novatrace.run(arguments + [path])
        }
    }

    /// Outcomes of calls whose caller got nothing in time.
    private static let lost: Set = ["unanswered", "timed_out", "returned"]

    @Test(arguments: Told.all)
    func `how many calls failed or were not answered is the same in the data and in stats`(told: Told) async throws {
        let facts = try await CaseFacts(file: told.path)
        let table = try await told.run("stats", "--all", "--width", "240").output
        let rows = table.split(separator: "\n")
        guard let heading = rows.first, let last = heading.firstRange(of: "max") else { return }
        let titles = heading[last.upperBound...].matches(of: #/\S+(?: \S+)*/#).map { String($0.output) }
        let calls = rows.dropFirst().map { $0.split(separator: " ") }.filter { $0.contains("call") }
        for (title, outcome) in [
            ("failed", "error"), ("returned", "returned"), ("timed out", "timed_out"), ("unanswered", "unanswered"),
        ] {
            let place = titles.firstIndex(of: title).map { titles.count - $0 }
            let counted = calls.compactMap { cells in place.flatMap { Int(cells[cells.count - $0]) } }.reduce(0, +)
            #expect(counted == facts.calls.count { $0.outcome == outcome }, "\(title)")
        }
    }

    @Test(arguments: ["boot-ok", "boot-midstream", "boot-novalidhost", "boot-conductor-down"])
    func `how many connections were open before is told with what is counted, and the same everywhere`(
        recording: String
    ) async throws {
        let told = Told(testDescription: recording, path: "captures/\(recording).pcap")
        let ofBoot = #/(\d+) connections that carried this boot were open before the capture began/#
        let ofAll = #/(\d+) connections were open before the capture began/#
        var figures: (boot: Set<Substring>, all: Set<Substring>) = ([], [])
        for command in [["replay"], ["explain"], ["export", "--format", "markdown"], ["export", "--format", "html"]] {
            let output = try await ExternalProgram.novatrace.run(command + ["--width", "400", told.path]).output
            let inBoot = output.matches(of: ofBoot).map(\.1)
            #expect(!inBoot.isEmpty, "\(command)")
            figures.boot.formUnion(inBoot)
            figures.all.formUnion(output.matches(of: ofAll).map(\.1))
        }
        #expect(figures.boot.count == 1 && figures.all.count == 1, "\(figures)")
    }

    @Test(arguments: Told.all)
    func `what a heading counts is what the data of its operation hold`(told: Told) async throws {
        let facts = try await CaseFacts(file: told.path)
        let requests = Dictionary(grouping: facts.operations, by: \.requestId)
        for (request, operations) in requests {
            // What several instances of one request share is drawn by itself.
            guard let request, operations.count == 1, let operation = operations.first else { continue }
            let messages = Set(operation.messages)
            let calls = facts.calls.filter { call in call.request.map(messages.contains) ?? false }
            let expected = Heading(
                calls: calls.count, unanswered: calls.count { Self.lost.contains($0.outcome) },
                failed: calls.count { $0.outcome == "error" })
            let text = try await told.run("export", "--format", "text", "--request", request, "--width", "400").output
            #expect(text.split(separator: "\n").compactMap(Heading.init) == [expected], "\(request)")
        }
    }

    /// A value: the figures of `31 messages, 17 calls, 2 unanswered, 1 failed`.
    struct Heading: Hashable {
        var calls = 0
        var unanswered = 0
        var failed = 0

        init(calls: Int, unanswered: Int, failed: Int) {
            (self.calls, self.unanswered, self.failed) = (calls, unanswered, failed)
        }

        init?(_ line: Substring) {
            // The heading of the whole capture is another matter.
            guard !line.contains("AMQP connection") else { return nil }
            guard let found = line.firstMatch(of: #/(?:^|· )\d+ messages?(?:, (\d+) calls?(.*)|(?= ·|$))/#) else {
                return nil
            }
            calls = found.1.flatMap { Int($0) } ?? 0
            unanswered = found.2?.firstMatch(of: #/, (\d+) unanswered/#).flatMap { Int($0.1) } ?? 0
            failed = found.2?.firstMatch(of: #/, (\d+) failed/#).flatMap { Int($0.1) } ?? 0
        }
    }

    @Test(arguments: Told.all)
    func `the list has a line for each operation of the data, with its outcome`(told: Told) async throws {
        let facts = try await CaseFacts(file: told.path)
        let list = try await told.run("list", "--width", "400").output
        let lines = list.split(separator: "\n").filter { $0.firstMatch(of: #/^\d{4}-\d\d-\d\d \d\d:/#) != nil }
        #expect(lines.count == facts.operations.count)
        for operation in facts.operations {
            let isThere = lines.contains { line in
                let words = line.split(separator: " ")
                return words.contains(Substring(operation.kind)) && words.contains(Substring(operation.outcome))
                    && operation.instances.allSatisfy { line.contains($0.prefix(8)) || operation.instances.count > 1 }
            }
            #expect(isThere, "\(operation)")
        }
    }

    @Test(arguments: Told.all)
    func `explain ends as the boots of the data did`(told: Told) async throws {
        let boots = try await CaseFacts(file: told.path).operations.filter { $0.kind == "boot" }
        let status = boots.isEmpty ? 2 : boots.allSatisfy { $0.outcome == "completed" } ? 0 : 1
        #expect(try await told.run("explain").status == status)
    }

    @Test(arguments: Told.all)
    func `a problem is what has not completed or holds a call that has not`(told: Told) async throws {
        let facts = try await CaseFacts(file: told.path)
        let listed = try await told.run("list", "--problems", "--width", "400").output
            .split(separator: "\n").filter { $0.firstMatch(of: #/^\d{4}-\d\d-\d\d \d\d:/#) != nil }
        for operation in facts.operations where ["failed", "stuck"].contains(operation.outcome) {
            let isListed = listed.contains { line in operation.instances.allSatisfy { line.contains($0.prefix(8)) } }
            #expect(isListed, "\(operation)")
        }
        let whole = facts.operations.filter { operation in
            let messages = Set(operation.messages)
            return operation.outcome == "completed"
                && facts.calls.allSatisfy { call in
                    call.outcome == "ok" || !(call.request.map(messages.contains) ?? false)
                }
        }
        #expect(listed.count <= facts.operations.count - whole.count)
    }
}
