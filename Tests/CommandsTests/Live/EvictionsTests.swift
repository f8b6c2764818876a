import Pipeline
import Testing

@testable import NovatraceCommands

@Suite struct `What a live capture let go` {
    @Test func `is said with its numbers and the option that keeps more`() {
        var counts = Evictions()
        #expect(evictions(counts) == [])
        counts.joiningsEnded = 9
        #expect(evictions(counts) == [])
        counts.messages = 3
        counts.backgroundMessages = 4
        counts.calls = 2
        counts.connections = 5
        counts.unlistedConnections = 6
        #expect(
            evictions(counts) == [
                "7 older messages (4 of background traffic) and 2 calls were let go before the end: --keep keeps more",
                "5 connections that had ended were let go: --keep-connections keeps more",
                "6 connections were read but not named: too many were open at once",
            ])
    }
}
