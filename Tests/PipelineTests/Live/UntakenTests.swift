import Correlation
import Testing
import Trace

@testable import Pipeline

@Suite struct `A request that nobody takes, while a capture goes on` {
    private static func ofTwoHosts() -> FeedScript { FeedScript { "192.0.2.\($0 % 2)" } }

    @Test func `is told after a second, and is a problem after five`() {
        var script = Self.ofTwoHosts()
        script.pass(.publish, FeedScript.cast("build"), on: 0)
        script.wait(.seconds(2))
        #expect(script.told == ["passed build 0"])
        #expect(script.events.allSatisfy { !$0.isProblem })
        script.wait(.seconds(4))
        #expect(script.told == ["passed build 0", "untaken build 0"])
        #expect(script.events.last { $0.kind == .untaken }?.isProblem == true)
        script.pass(.deliver(redelivered: false), FeedScript.cast("build"), on: 1)
        #expect(script.told.last == "takenLate build 1")
    }

    @Test func `is no problem once it was taken, or where it may have been taken unseen`() {
        var taken = Self.ofTwoHosts()
        taken.pass(.publish, FeedScript.cast("build"), on: 0)
        taken.pass(.deliver(redelivered: false), FeedScript.cast("build"), on: 1)
        taken.wait(.seconds(20))
        var oneHost = FeedScript()
        oneHost.pass(.publish, FeedScript.cast("build"), on: 0)
        oneHost.wait(.seconds(20))
        for script in [taken, oneHost] { #expect(!script.events.contains { $0.kind == .untaken }) }
    }
}
