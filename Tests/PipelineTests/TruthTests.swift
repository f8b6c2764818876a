import Foundation
import Pipeline
import Testing
import Trace

@Suite struct `What the services logged is what the packets say` {
    @Test(arguments: Recording.all)
    func `every call of the services is found, answered as they say, and none is invented`(
        recording: Recording
    ) throws {
        let (trace, truth) = (try recording.trace(), try recording.truth())
        let found = Dictionary(grouping: trace.calls, by: \.messageID)
        #expect(Set(found.keys) == Set(truth.calls.keys))
        for (messageID, logged) in truth.calls {
            let calls = try #require(found[messageID])
            #expect(calls.count == 1)
            let call = try #require(calls.first)
            #expect((call.reply != nil) == logged.answered, "\(messageID)")
            #expect((call.outcome == .orphanReply) == !logged.requestInCapture, "\(messageID)")
            guard let request = call.request.map({ trace.messages[$0] }) else { continue }
            #expect(request.amqp?.exchange == logged.exchange)
            #expect(request.amqp?.routingKey == logged.topic)
        }
    }

    @Test(arguments: Recording.all)
    func `caller and server of every call are the services that logged it`(recording: Recording) throws {
        let (trace, truth) = (try recording.trace(), try recording.truth())
        for call in trace.calls {
            let logged = try #require(truth.calls[call.messageID])
            let caller = call.from.map { trace.participants[$0] }
            let server = call.to.map { trace.participants[$0] }
            #expect(caller?.service == logged.caller, "caller of \(call.title) \(call.messageID)")
            #expect(server?.service == logged.server, "server of \(call.title) \(call.messageID)")
            if let host = logged.callerHost { #expect(caller?.host == host, "\(call.title)") }
            if let host = logged.serverHost { #expect(server?.host == host, "\(call.title)") }
        }
    }

    @Test(arguments: Recording.all)
    func `every cast, fanout and notification is found once, of the right kind`(recording: Recording) throws {
        let (trace, truth) = (try recording.trace(), try recording.truth())
        let oneWay = trace.messages.filter { [.cast, .fanout, .notification].contains($0.kind) }
        let found = Dictionary(grouping: oneWay.filter { $0.publishedAt != nil }, by: { $0.uniqueID ?? "" })
        #expect(Set(found.keys) == Set(truth.casts.keys))
        for (uniqueID, logged) in truth.casts {
            let message = try #require(found[uniqueID]?.first)
            #expect(found[uniqueID]?.count == 1)
            #expect(message.kind == (logged.notify ? .notification : logged.fanout ? .fanout : .cast))
            if logged.fanout {
                #expect(message.amqp?.exchange == logged.topic + "_fanout")
            } else {
                #expect(message.amqp?.exchange == logged.exchange)
                #expect(message.amqp?.routingKey == logged.topic)
            }
        }
    }

    /// A notifier has a connection of its own that no id joins to its process: updates of an instance in mid-stream may
    /// have an unknown sender, never a wrong one.
    @Test(arguments: Recording.all)
    func `the sender of every cast, fanout and notification is the one that logged it`(recording: Recording) throws {
        let (trace, truth) = (try recording.trace(), try recording.truth())
        for message in trace.messages {
            guard let logged = message.uniqueID.flatMap({ truth.casts[$0] }) else { continue }
            let sender = message.from.map { trace.participants[$0] }
            let mayBeUnknown = ["compute.instance.update", "instance.update"].contains(message.eventType)
            if mayBeUnknown, sender?.service == nil { continue }
            #expect(sender?.service == logged.sender, "\(message.title) from \(message.publisherID ?? "-")")
            if let host = logged.senderHost, !mayBeUnknown { #expect(sender?.host == host, "\(message.title)") }
        }
    }

    /// `elapsed` is what the server itself measured between taking the request and sending the reply.
    @Test(arguments: Recording.all)
    func `service time is never shorter than the server's own and nearly always close to it`(
        recording: Recording
    ) throws {
        let (trace, truth) = (try recording.trace(), try recording.truth())
        var measured = 0
        var close = 0
        for call in trace.calls {
            guard let elapsed = truth.calls[call.messageID]?.elapsed, let serviceTime = call.serviceTime?.seconds else {
                continue
            }
            measured += 1
            #expect(serviceTime >= elapsed, "\(call.title) \(call.messageID)")
            if serviceTime - elapsed <= max(0.020, 0.2 * elapsed) { close += 1 }
        }
        #expect(measured > 0)
        #expect(Double(close) >= 0.95 * Double(measured), "\(close) of \(measured)")
    }
}
