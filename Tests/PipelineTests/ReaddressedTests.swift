import Testing
import Trace

/// The recordings were made on one machine, where every process has the loopback's address; that hides what addresses do.
@Suite struct `Recordings whose hosts or processes have addresses of their own` {
    struct Variant: CustomTestStringConvertible, Sendable {
        let recording: Recording
        let scheme: Readdressing.Scheme
        let skipped: Int

        var testDescription: String { "\(recording.name), \(scheme), without the first \(skipped) packets" }

        static let all = Recording.all.flatMap { recording in
            Readdressing.Scheme.allCases.flatMap { scheme in
                [0, 1500].map { Variant(recording: recording, scheme: scheme, skipped: $0) }
            }
        }

        /// The trace of the loopback, and that of the addresses.
        func traces() throws -> (loopback: BusTrace, own: BusTrace) {
            let player = try PacketPlayer(recording)
            let readdressing = Readdressing(player.trace(), scheme)
            let cut = player.withoutFirst(skipped)
            return (cut.trace(), cut.readdressed(readdressing).trace())
        }
    }

    @Test(arguments: Variant.all)
    func `say what the services logged, name no less than before, and have the same lanes`(variant: Variant) throws {
        let (loopback, own) = try variant.traces()
        let truth = try variant.recording.truth()
        let named = [loopback, own].map { checkedNames(in: $0, truth) }
        #expect(named[0] > 0)
        #expect(named[1] >= named[0])
        checkLanes(of: own, loopback)
    }

    @Test(arguments: Recording.all)
    func `name nobody wrongly where containers behind one address give one process number`(recording: Recording) throws
    {
        let player = try PacketPlayer(recording)
        let known = player.trace()
        let trace = player.readdressed(Readdressing(known, .one)).renumbered().trace()
        let truth = try recording.truth()
        #expect(checkedNames(in: trace, truth) == checkedNames(in: known, truth))
        #expect(Self.lanes(of: trace) == Self.lanes(of: known))
        #expect(trace.operations.map(\.outcome) == known.operations.map(\.outcome))
    }

    /// Holds every name to the truth.
    ///
    /// - Returns: how many names there are.
    private func checkedNames(in trace: BusTrace, _ truth: Truth) -> Int {
        var named = 0
        for call in trace.calls {
            guard let logged = truth.calls[call.messageID] else { continue }
            let ends = [(call.from, logged.caller, logged.callerHost), (call.to, logged.server, logged.serverHost)]
            for (end, service, host) in ends {
                guard let who = end.map({ trace.participants[$0] }), let name = who.service else { continue }
                named += 1 + (who.host == nil ? 0 : 1)
                #expect(name == service, "\(call.title) \(call.messageID)")
                if let host, let own = who.host { #expect(own == host, "\(call.title)") }
            }
        }
        for message in trace.messages {
            guard let logged = message.uniqueID.flatMap({ truth.casts[$0] }),
                let sender = message.from.map({ trace.participants[$0] }), let name = sender.service
            else { continue }
            named += 1
            #expect(name == logged.sender, "\(message.title) from \(message.publisherID ?? "-")")
        }
        return named
    }

    /// A service of which a host is known has no lane without one.
    private func checkLanes(of own: BusTrace, _ loopback: BusTrace) {
        #expect(own.messages.count == loopback.messages.count)
        #expect(own.calls.map(\.outcome) == loopback.calls.map(\.outcome))
        #expect(own.operations.map(\.outcome) == loopback.operations.map(\.outcome))
        let (lanes, before) = (Self.lanes(of: own), Self.lanes(of: loopback))
        #expect(lanes.isSubset(of: before), "\(lanes.subtracting(before))")
        for lane in before.subtracting(lanes) {
            #expect(!lane.contains("@"), "\(lane) is gone")
            #expect(lanes.contains { $0.hasPrefix(lane + "@") }, "\(lane) is gone")
        }
    }

    /// Of the services that were named: `service@host`, or the service alone.
    private static func lanes(of trace: BusTrace) -> Set<String> {
        Set(
            trace.participants.compactMap { who in
                who.service.map { service in who.host.map { "\(service)@\($0)" } ?? service }
            })
    }
}
