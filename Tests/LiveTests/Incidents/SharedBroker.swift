import Foundation
import TestSupport
import Testing

/// Starts one broker for all tests of a suite, since that takes long, and ends it after the last.
struct SharedBroker: SuiteTrait, TestScoping {
    /// The broker of the suite that runs.
    @TaskLocal static var current: SharedBroker.Running?

    /// A value: a broker and who may use which part of it.
    struct Running: Sendable {
        let server: RabbitMQServer
        let places: BrokerPlaces
    }

    /// May use every virtual host.
    static let user = "compute-one"
    /// May log in and use no virtual host.
    static let stranger = "stranger"
    static let virtualHosts = (1...places).map { "cloud\($0)" } + ["cell1", "cell2"]

    /// As many as there are incidents in the suite.
    private static let places = 18

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "novatrace-bus-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try RabbitMQServer(
            folder: folder, listeners: Self.places + 1,
            accounts: BrokerAccounts(
                virtualHosts: Self.virtualHosts, users: [Self.user], strangers: [Self.stranger]))
        let places = zip(server.ports.dropFirst(), Self.virtualHosts)
            .map { BrokerPlaces.Place(port: $0, virtualHost: $1) }
        do {
            try await server.start()
            let running = Running(server: server, places: BrokerPlaces(places))
            try await Self.$current.withValue(running) { try await function() }
        } catch {
            await server.end()
            throw error
        }
        await server.end()
    }

    /// Runs an incident at a place of its own, or at a port that is not the broker's.
    static func incident(port: Int? = nil, _ body: (Incident) async throws -> Void) async throws {
        let running = try #require(current)
        try await running.places.take { place in
            try await Incident.run(on: running.server, place: place, port: port, body)
        }
    }

    /// Runs an incident that harms every client of the broker, when no other goes on.
    static func incidentForAll(_ body: (Incident) async throws -> Void) async throws {
        let running = try #require(current)
        try await running.places.takeAll { place in
            try await Incident.run(on: running.server, place: place, body)
        }
    }
}

extension IncidentRecording {
    /// Holds what novatrace says of both files against what it must say, and that they say the same.
    func expect(_ sayings: Saying..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for saying in sayings {
            for file in [file, ownFile] {
                let faults = try await saying.faults(on: file)
                #expect(faults.isEmpty, "\(faults)", sourceLocation: sourceLocation)
            }
        }
    }

    /// Holds what `novatrace capture` printed as it happened, and at its end, against what it must print.
    func expectLive(
        says words: [String], never: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let saying = Saying("capture", says: words, never: never)
        let faults = saying.faults(in: lines + "\n" + report)
        #expect(faults.isEmpty, "\(faults)", sourceLocation: sourceLocation)
    }
}
