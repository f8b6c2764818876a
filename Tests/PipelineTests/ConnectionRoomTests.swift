import OpenStack
import Protocols
import Testing
import Trace

@testable import Pipeline

@Suite struct `What is said of very many connections` {
    private let long = String(repeating: "x", count: 200)

    @Test func `is noted while there is room, and what is not is counted`() {
        var facts = ConnectionFacts(redaction: Redaction(), bytesAtMost: 1_000_000)
        for connection in 0..<5000 as Range<ConnectionID> {
            facts.opens(connection, virtualHost: "\(connection)\(long)")
        }
        #expect(facts.bytes <= 1_000_000)
        #expect((2000..<4000).contains(facts.leftOut))
        #expect(facts.told(on: 0)?.virtualHost == "0\(long)")
        #expect(facts.told(on: 4999) == nil)
        for connection in 0..<5000 as Range<ConnectionID> { _ = facts.take(connection) }
        #expect(facts.bytes == 0)
    }

    @Test func `makes room when it is replaced`() {
        var facts = ConnectionFacts(redaction: Redaction(), bytesAtMost: 10_000)
        for number in 0..<5000 { facts.names(1, MethodID(50, 10), "\(number)\(long)") }
        #expect(facts.leftOut == 0)
        #expect(facts.bytes < 1000)
    }

    @Test func `is known of those that ended up to a limit, of more only how they ended`() {
        var facts = ConnectionFacts(redaction: Redaction())
        for connection in 0..<3000 as Range<ConnectionID> {
            facts.opens(connection, virtualHost: "\(connection)\(long)")
            facts.closeAnswered(connection)
        }
        var told = (0..<3000).compactMap { facts.take(ConnectionID($0)) }
        #expect(told[0].ownBytes == 0 && told[2999].ownBytes > 200)
        told[2999].dropTexts()
        #expect(told[2999].virtualHost == nil && told[2999].handshake == nil && told[2999].isCloseAnswered)
    }
}
