import Foundation
import TestSupport
import Testing

/// A value: a small capture of one incident, or of one way of capturing, and what must be said of it.
struct IncidentCase: Sendable, CustomTestStringConvertible {
    /// The file in `Captures/`, without `.gz`.
    let file: String
    /// How many calls there are of each outcome, in the JSON; `nil` where that is not the point.
    let calls: [String: Int]?
    /// The operations, each as `kind name outcome`, sorted; a dash where nothing names the instance.
    let operations: [String]?
    /// The names of all lanes, sorted.
    let lanes: [String]?
    let sayings: [Saying]

    var testDescription: String { file }

    init(
        _ file: String, calls: [String: Int]? = nil, operations: [String]? = nil, lanes: [String]? = nil,
        _ sayings: Saying...
    ) {
        (self.file, self.calls, self.operations, self.lanes, self.sayings) = (file, calls, operations, lanes, sayings)
    }

    static let folder = ExternalProgram.projectFolder.appending(path: "Tests/CommandsTests/Cases/Captures")

    var path: String { Self.path(of: file) }

    static func path(of file: String) -> String { folder.appending(path: file + ".gz").path(percentEncoded: false) }

    /// The files that there are, without `.gz`.
    static var files: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []
        return names.filter { $0.hasSuffix(".gz") }.map { String($0.dropLast(3)) }.sorted()
    }
}

/// A value: the parts of an exported trace that the cases speak of.
struct CaseFacts: Decodable, Sendable {
    struct Participant: Decodable, Sendable {
        let label: String
    }

    struct Call: Decodable, Sendable {
        let outcome: String
        let request: String?
        let reply: String?
    }

    struct Anomaly: Decodable, Sendable {
        let kind: String
        let detail: String
    }

    struct Capture: Decodable, Sendable {
        let anomalies: [Anomaly]
    }

    struct Message: Decodable, Sendable {
        let method: String?
        let kind: String
    }

    struct Operation: Decodable, Sendable {
        let kind: String
        let outcome: String
        let requestId: String?
        let instanceName: String?
        let instances: [String]
        let messages: [String]
        let verdict: String?
    }

    let capture: Capture
    let participants: [Participant]
    let messages: [Message]
    let calls: [Call]
    let operations: [Operation]

    init(file: String) async throws {
        let result = try await ExternalProgram.novatrace.run(["export", "--format", "json", "--all", file])
        // An export of nothing ends with 1, and says so; it is a document all the same.
        try #require([0, 1].contains(result.status), "\(result.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: Data(result.output.utf8))
    }

    var outcomes: [String: Int] { calls.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 } }

    var lanes: [String] { participants.map(\.label).sorted() }

    var summary: [String] {
        operations.map { "\($0.kind) \($0.instanceName ?? "-") \($0.outcome)" }.sorted()
    }
}
