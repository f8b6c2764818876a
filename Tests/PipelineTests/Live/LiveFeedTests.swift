import Correlation
import Testing
import Trace

@testable import Pipeline

@Suite struct `What is told of the bus while it is watched` {
    @Test func `a cast is told when it is taken, once`() {
        var script = FeedScript()
        script.pass(.publish, FeedScript.cast("build"), on: 0)
        #expect(script.told.isEmpty)
        script.pass(.deliver(redelivered: false), FeedScript.cast("build"), on: 1)
        #expect(script.told == ["passed build 1"])
        script.wait(.seconds(100))
        #expect(script.told.count == 1)
    }

    @Test func `what nobody takes is told after a second, and told again when it is taken at last`() {
        var script = FeedScript()
        script.pass(.publish, FeedScript.cast("build"), on: 0)
        script.wait(.milliseconds(999))
        #expect(script.told.isEmpty)
        script.wait(.milliseconds(2))
        #expect(script.told == ["passed build 0"])
        script.wait(.seconds(24))
        script.pass(.deliver(redelivered: false), FeedScript.cast("build"), on: 1)
        #expect(script.told == ["passed build 0", "takenLate build 1"])
    }

    @Test func `a fanout is told once, with all that took it within a tenth of a second`() {
        var script = FeedScript()
        script.pass(.publish, FeedScript.cast("update"), on: 0, exchange: "scheduler_fanout")
        for connection in [1, 2, 3] as [ConnectionID] {
            script.pass(
                .deliver(redelivered: false), FeedScript.cast("update"), on: connection, exchange: "scheduler_fanout")
        }
        #expect(script.told.isEmpty)
        script.wait(.milliseconds(100))
        #expect(script.told == ["passed update 3"])
    }

    @Test func `a second delivery after a lost consumer is told as such`() {
        var script = FeedScript()
        script.pass(.publish, FeedScript.cast("build"), on: 0)
        script.pass(.deliver(redelivered: false), FeedScript.cast("build"), on: 1)
        script.pass(.deliver(redelivered: true), FeedScript.cast("build"), on: 2)
        #expect(script.told == ["passed build 1", "redelivered build 2"])
    }

    @Test func `what the broker gives back is told at once`() {
        var script = FeedScript()
        script.pass(.publish, FeedScript.cast("build"), on: 0)
        script.pass(.returned(Returned(code: 312, text: "NO_ROUTE")), FeedScript.cast("build"), on: 0)
        #expect(script.told == ["passed build 0"])
        #expect(script.events[0].isProblem)
        script.wait(.seconds(5))
        #expect(script.told.count == 1)
    }

    @Test func `an answer that the broker gives back is told at once and once in a while, with a count`() throws {
        var script = FeedScript()
        script.pass(.publish, FeedScript.call("attach"), on: 0, expiration: .seconds(60))
        script.pass(.deliver(redelivered: false), FeedScript.call("attach"), on: 1)
        for attempt in 0..<240 {
            let reply = FeedScript.reply(unique: "r\(attempt)")
            script.pass(.publish, reply, on: 2, exchange: "")
            script.pass(.returned(Returned(code: 312, text: "NO_ROUTE")), reply, on: 2, exchange: "")
            script.wait(.milliseconds(248))
        }
        script.wait(.seconds(2))
        #expect(script.told == ["passed attach 1", "passed attach 0", "passed attach 0", "unanswered attach 1"])
        let told = script.events.filter { $0.kind == .passed }.dropFirst()
        #expect(told.map { $0.call?.replyAttempts } == [1, 121])
        #expect(told.allSatisfy { $0.isProblem })
        #expect(script.events.filter { $0.kind == .unanswered }.map { $0.call?.replyAttempts } == [240])
        // The last count is told when no further attempt comes.
        script.wait(.seconds(2))
        #expect(script.told.last == "passed attach 0")
        #expect(script.events.last { $0.kind == .passed }?.call?.replyAttempts == 240)
        script.wait(.seconds(100))
        #expect(script.told.count == 5)
    }

    @Test func `a late answer, and one that nobody was given, are problems`() throws {
        var script = FeedScript()
        script.pass(.publish, FeedScript.call("attach"), on: 0, expiration: .seconds(10))
        script.pass(.deliver(redelivered: false), FeedScript.call("attach"), on: 1)
        script.wait(.seconds(15))
        script.pass(.publish, FeedScript.reply(), on: 2, exchange: "")
        script.pass(.deliver(redelivered: false), FeedScript.reply(), on: 3, exchange: "")
        let late = try #require(script.events.last { $0.kind == .passed })
        #expect(late.call?.replyFate == .late)
        #expect(late.isProblem)
        // Who reads the queue is known by now.
        script.pass(.publish, FeedScript.call("detach", unique: "u2", call: "c2"), on: 0, expiration: .seconds(60))
        script.pass(.deliver(redelivered: false), FeedScript.call("detach", unique: "u2", call: "c2"), on: 1)
        script.pass(.publish, FeedScript.reply(unique: "r2", to: "c2"), on: 2, exchange: "")
        script.wait(.seconds(7))
        #expect(script.told.last == "answerLost detach 0")
        #expect(script.events.last { $0.kind == .answerLost }?.isProblem == true)
    }

    @Test func `an answer is told with its latency, a failure as a problem`() throws {
        var script = FeedScript()
        script.pass(.publish, FeedScript.call("select"), on: 0)
        script.pass(.deliver(redelivered: false), FeedScript.call("select"), on: 1)
        script.wait(.milliseconds(500))
        let failure = RemoteFailure(className: "NoValidHost", module: nil, message: "none")
        script.pass(.publish, FeedScript.reply(failure: failure), on: 2)
        script.pass(.deliver(redelivered: false), FeedScript.reply(failure: failure), on: 0)
        let answer = try #require(script.events.last { $0.message?.kind == .reply })
        #expect(answer.call?.latency == .milliseconds(503))
        #expect(answer.call?.outcome == .error)
        #expect(answer.isProblem)
        #expect(script.told == ["passed select 1", "passed select 1"])
    }

    @Test func `the end of a caller's patience is told, and not that of an answered call`() {
        var script = FeedScript()
        script.pass(.publish, FeedScript.call("one"), on: 0, expiration: .seconds(60))
        script.pass(.deliver(redelivered: false), FeedScript.call("one"), on: 1, expiration: .seconds(60))
        script.pass(.publish, FeedScript.call("two", unique: "u2", call: "c2"), on: 0, expiration: .seconds(60))
        script.pass(
            .deliver(redelivered: false), FeedScript.call("two", unique: "u2", call: "c2"), on: 1,
            expiration: .seconds(60))
        script.pass(.publish, FeedScript.reply(to: "c2"), on: 1)
        script.pass(.deliver(redelivered: false), FeedScript.reply(to: "c2"), on: 0)
        script.wait(.seconds(59))
        #expect(!script.told.contains { $0.hasPrefix("unanswered") })
        script.wait(.seconds(2))
        #expect(script.told.filter { $0.hasPrefix("unanswered") } == ["unanswered one 1"])
        #expect(script.events.last { $0.kind == .unanswered }?.call?.outcome == .timedOut)
    }

    @Test func `a message is settled a second after it passed, and once more when it changed after that`() {
        var script = FeedScript()
        script.pass(.publish, FeedScript.cast("build"), on: 0)
        script.wait(.seconds(1))
        #expect(script.settled == ["build 0"])
        script.wait(.seconds(10))
        script.pass(.deliver(redelivered: false), FeedScript.cast("build"), on: 1)
        script.wait(.seconds(1))
        #expect(script.settled == ["build 0", "build 1"])
    }

    @Test func `what is told does not depend on how often the clock is asked`() {
        func play(_ step: Nanoseconds) -> [String] {
            var script = FeedScript()
            script.pass(.publish, FeedScript.call("one"), on: 0, expiration: .seconds(2))
            script.pass(.publish, FeedScript.cast("two", unique: "u2"), on: 1, exchange: "x_fanout")
            script.pass(.deliver(redelivered: false), FeedScript.cast("two", unique: "u2"), on: 2, exchange: "x_fanout")
            for _ in 0..<(4000 / step.milliseconds) { script.wait(step) }
            return script.events.map { "\($0.kind) \($0.message?.title ?? "?") \($0.at)" }
        }
        #expect(play(.milliseconds(1)) == play(.seconds(4)))
    }
}
