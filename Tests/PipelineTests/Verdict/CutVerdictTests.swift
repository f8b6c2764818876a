import TestSupport
import Testing
import Trace

@Suite struct `A recording cut anywhere is judged by what had been seen` {
    /// The save of an operation that says that it is done, as the recordings' README tells what was done.
    private struct Goal {
        /// When it was asked for, when its answer was on the wire first, and when that had arrived.
        let asked: Timestamp
        let from: Timestamp
        let until: Timestamp

        /// By the answer to the last message of the operation that fits.
        init?(_ operation: Operation, in trace: BusTrace) {
            let states = [
                "boot": "active", "stop": "stopped", "start": "active", "reboot": "active", "pause": "paused",
                "unpause": "active", "resize": "resized", "confirm-resize": "active", "revert-resize": "active",
            ]
            let titles = ["live-migrate": "post_live_migration_at_destination", "delete": "Instance.destroy"]
            let kind = operation.kind.rawValue
            let message = operation.messages.map { trace.messages[$0] }.last { message in
                guard message.kind == .call else { return false }
                if let title = titles[kind] { return message.title == title }
                guard let change = message.stateChange, change.taskState == .none else { return false }
                return kind == "snapshot" || change.vmState.value == states[kind]
            }
            guard let call = message?.call.map({ trace.calls[$0] }), let until = call.repliedAt,
                let asked = call.requestedAt,
                let from = call.reply.flatMap({ trace.messages[$0].publishedAt })
            else { return nil }
            self.asked = asked
            self.from = from
            self.until = until
        }
    }

    /// Whether nobody has taken a request for longer than the limit, as of the conductor that was down.
    private static func isUntaken(_ operation: Operation, at time: Timestamp, in trace: BusTrace) -> Bool {
        operation.messages.contains { id in
            let message = trace.messages[id]
            guard message.kind == .cast || message.kind == .call, message.deliveries.isEmpty, !message.isBackground,
                let published = message.publishedAt, let end = trace.capture.sources.compactMap(\.last).max()
            else { return false }
            return end - published > Patience().untaken
        }
    }

    @Test(arguments: ["boot-ok", "boot-midstream", "lifecycle"])
    func `with every message taken in milliseconds no cut says stuck`(name: String) throws {
        let player = try PacketPlayer(Recording(name: name)).amqpOnly()
        let times = player.cuts(60)
        for (time, trace) in zip(times, player.traces(endingAt: times)) {
            for operation in trace.operations {
                #expect(operation.outcome != .stuck, "\(operation.kind.rawValue) at \(time): \(operation.verdict)")
            }
        }
    }

    @Test(arguments: ["boot-ok", "boot-midstream", "boot-conductor-down", "lifecycle"])
    func `never failed, and completed only when the last save was confirmed`(name: String) throws {
        let player = try PacketPlayer(Recording(name: name)).amqpOnly()
        let whole = player.trace()
        let goals = whole.operations.compactMap { Goal($0, in: whole) }
        // The last save is open for a moment only, which evenly spread cuts hardly meet.
        let cuts =
            player.cuts(20) + goals.map { $0.from + -1000 } + goals.map { $0.asked + ($0.from - $0.asked) / 2 }
            + whole.operations.flatMap { $0.steps.compactMap(\.at) }
        let times = cuts.sorted()
        for (time, trace) in zip(times, player.traces(endingAt: times)) {
            for operation in trace.operations {
                let later = try #require(whole.operations.first { $0.requestID == operation.requestID })
                let goal = try #require(Goal(later, in: whole))
                let said = "\(operation.kind.rawValue) at \(time): \(operation.verdict)"
                #expect(operation.kind == later.kind, "\(said)")
                #expect(operation.outcome != .failed, "\(said)")
                let isUntaken = Self.isUntaken(operation, at: time, in: trace)
                #expect((operation.outcome == .stuck) == isUntaken, "\(said)")
                if time < goal.from, !isUntaken { #expect(operation.outcome == .running, "\(said)") }
                if time >= goal.until { #expect(operation.outcome == .completed, "\(said)") }
            }
        }
    }

    @Test func `no valid host is said when the scheduler has answered, and not before`() throws {
        let player = try PacketPlayer(Recording(name: "boot-novalidhost")).amqpOnly()
        let whole = player.trace()
        let call = try #require(whole.calls.first { $0.method == "select_destinations" })
        let reply = try #require(call.reply.flatMap { whole.messages[$0].publishedAt })
        let arrived = try #require(call.repliedAt)
        let asked = try #require(call.requestedAt)
        let times = (player.cuts(20) + [asked, asked + (arrived - asked) / 2, arrived]).sorted()
        for (time, trace) in zip(times, player.traces(endingAt: times)) {
            guard let boot = trace.operations.first else { continue }
            if time < reply { #expect(boot.outcome == .running, "\(time): \(boot.verdict)") }
            if time >= arrived { #expect(boot.diagnosis?.cause == .noValidHost, "\(time): \(boot.verdict)") }
        }
    }

    @Test func `while nobody takes the cast the boot waits for the conductor, and after seconds is stuck`() throws {
        let player = try PacketPlayer(Recording(name: "boot-conductor-down")).amqpOnly()
        let cast = try #require(player.trace().messages.first { $0.method == "schedule_and_build_instances" })
        let published = try #require(cast.publishedAt)
        let taken = try #require(cast.deliveries.first?.at)
        let times = (1...19).map { published + (taken - published) / 20 * Int64($0) }
        for trace in player.traces(endingAt: times) {
            let boot = try #require(trace.operations.first)
            let diagnosis = try #require(boot.diagnosis)
            let end = try #require(trace.capture.sources.compactMap(\.last).max())
            let isStuck = end - published > Patience().untaken
            #expect(diagnosis.cause == (isStuck ? .notTaken : .underWay), "\(boot.verdict)")
            #expect(diagnosis.awaited == "conductor")
            #expect(diagnosis.service == "nova-conductor")
            #expect(boot.verdict.contains(isStuck ? "taken by nobody in" : "not seen taken"))
        }
    }

    @Test(arguments: Recording.all)
    func `without background traffic the same is said, wherever the capture ends`(recording: Recording) throws {
        let player = try PacketPlayer(recording).amqpOnly()
        for trace in player.traces(endingAt: player.cuts(20)) {
            #expect(trace.withoutBackground().verdicts == trace.verdicts)
        }
    }
}
