/// A machine that gives each incident at a shared broker a port and a virtual host of its own, and the whole broker to
/// one that harms all.
package actor BrokerPlaces {
    /// A port and a virtual host.
    package struct Place: Sendable {
        package let port: Int
        package let virtualHost: String

        package init(port: Int, virtualHost: String) {
            (self.port, self.virtualHost) = (port, virtualHost)
        }
    }

    /// How many incidents go on at the same time; each runs half a dozen processes.
    private static let atOnce = 3

    private let turns = Turns(atOnce)
    private let wholeBroker = Turns(1)
    private var free: [Place]

    package init(_ places: [Place]) {
        free = places
    }

    /// Waits for a turn and gives a place that nobody had before.
    package nonisolated func take(_ body: (Place) async throws -> Void) async throws {
        try await turns.take { try await body(self.next()) }
    }

    /// Waits until nothing else goes on, and keeps the others waiting.
    package nonisolated func takeAll(_ body: (Place) async throws -> Void) async throws {
        try await wholeBroker.take { try await self.takeTurns(Self.atOnce, body) }
    }

    private nonisolated func takeTurns(_ count: Int, _ body: (Place) async throws -> Void) async throws {
        guard count > 0 else { return try await body(next()) }
        try await turns.take { try await self.takeTurns(count - 1, body) }
    }

    private func next() throws -> Place {
        guard let place = free.popLast() else { throw BusFailure("the broker has no place left") }
        return place
    }
}
