package import Capture
package import Correlation
import Network
import OpenStack
import Services
package import Trace

/// A machine that is the whole flow while a capture goes on: packets → what has just become clear, and a trace at the end.
///
/// It runs on packet time. Where no packets come, whoever owns a clock says how late it is with `advance`.
package struct LivePipeline {
    private var pipeline: TracePipeline
    private var feed: LiveFeed
    private var names = LiveNames()
    private var troubles = LiveTroubles()
    private var abandoned = AbandonedConnections()
    private var watch: LiveWatch
    private var messagesAtEnd: Int?
    /// When what is only counted is looked through next.
    private var troublesDueAt: Timestamp?
    private var instanceNames: InstanceNames
    private var builder: TraceBuilder
    private var now: Timestamp?
    private var evictionsAtEnd: Evictions?
    /// Packets that come out of order are never so late.
    private static let clockJump: Nanoseconds = .seconds(10)

    /// - Parameters:
    ///   - options: `ports` are those that are captured: the broker's.
    ///   - retention: how much is kept for the trace; `nil` for everything.
    ///   - tellsCompletion: whether events of the kind `settled` are wanted.
    package init(
        _ options: PipelineOptions = .live, retention: RetentionLimits?, tellsCompletion: Bool = true
    ) {
        watch = LiveWatch(patience: options.patience)
        feed = LiveFeed(tellsCompletion: tellsCompletion, patience: options.patience)
        builder = TraceBuilder(limits: retention, patience: options.patience)
        instanceNames = InstanceNames(limit: retention?.names ?? .max)
        var options = options
        options.limits.notesChanges = true
        options.limits.notesAcknowledgements = tellsCompletion
        pipeline = TracePipeline(options)
    }

    /// Takes a packet, and tells what became clear until then.
    package mutating func receive(_ bytes: RawSpan, header: PacketHeader, _ tell: (BusEvent) -> Void) {
        advance(to: header.stamp.time, tell)
        pipeline.receive(bytes, header: header)
        let time = now ?? header.stamp.time
        Self.follow(&pipeline, &feed, at: time)
        tellNotices(tell)
        if pipeline.hasTrouble { tellTroubles(at: time, tell) }
        expire(at: time, tell)
    }

    /// It is as late as `time`: tells what that makes clear.
    package mutating func advance(to time: Timestamp, _ tell: (BusEvent) -> Void) {
        if let now, time < now, now - time > Self.clockJump {
            // The clock was set back: what is due is told now, since its time may not come again for long.
            tellDue(until: now + Self.clockJump, tell)
            self.now = time
        }
        let time = max(now ?? time, time)
        now = time
        if pipeline.advance(to: time) {
            Self.follow(&pipeline, &feed, at: time)
            tellNotices(tell)
            if pipeline.hasTrouble { tellTroubles(at: time, tell) }
        }
        if time >= troublesDueAt ?? time {
            troublesDueAt = time + .seconds(1)
            for incident in troubles.due(at: time) { self.tell(incident, tell) }
        }
        tellDue(until: time, tell)
        if watch.isDue(at: time) {
            for event in watch.due(at: time, in: pipeline) { tell(event) }
        }
    }

    /// Ends the capture: tells what is left, and gives the trace of what was kept.
    ///
    /// - Parameter endedAt: when, in packet time, where whoever owns a clock knows.
    package mutating func finish(
        _ sources: [CaptureSource], at endedAt: Timestamp? = nil, _ tell: (BusEvent) -> Void
    ) -> (trace: BusTrace, origin: TraceOrigin) {
        var left: [Correlator.Finished] = []
        feed.tellRetries(at: now ?? Timestamp(nanoseconds: 0))
        tellNotices(tell)
        messagesAtEnd = pipeline.correlator.messagesSeen
        let (capture, naming) = pipeline.finish(sources, [], endedAt: endedAt) { left.append($0) }
        let time = now ?? Timestamp(nanoseconds: 0)
        tellEnds(of: left, naming, at: time, tell)
        tellTroubles(at: time, tell)
        for incident in troubles.rest() { self.tell(incident, tell) }
        for finished in left { builder.add(finished) }
        evictionsAtEnd = evictions
        var kept = TraceBuilder()
        swap(&kept, &builder)
        var origin = TraceOrigin()
        let trace = kept.trace(capture: capture, naming: naming, origin: &origin) { names.id(at: $0) }
        return (trace, origin)
    }

    /// What limits and expiry made go so far.
    package var evictions: Evictions { evictionsAtEnd ?? pipeline.evictions + builder.evictions }

    /// Messages that were seen so far, told or not.
    package var messagesSeen: Int { max(messagesAtEnd ?? 0, pipeline.correlator.messagesSeen) }

    /// AMQP connections found since the last time.
    package mutating func takeFoundConnections() -> [FoundConnection] { pipeline.takeFoundConnections() }

    /// The kernel dropped packets since this was last said.
    package mutating func lostPackets() {
        pipeline.lostPackets()
        watch.lostPackets()
    }

    /// The table of processes says whose a connection is.
    package mutating func belongs(_ connection: ConnectionID, to process: ProcessHint) {
        pipeline.belongs(connection, to: process)
    }

    /// Calls whose answer is still waited for.
    package var openCalls: Int { now.map { pipeline.correlator.openCalls(at: $0) } ?? 0 }

    // MARK: Stages

    private static func follow(_ pipeline: inout TracePipeline, _ feed: inout LiveFeed, at time: Timestamp) {
        pipeline.visitChanges { correlator, message in feed.changed(message, in: correlator, at: time) }
    }

    private mutating func tellDue(until time: Timestamp, _ tell: (BusEvent) -> Void) {
        guard feed.isDue(at: time) else { return }
        feed.advance(to: time, in: pipeline.correlator)
        tellNotices(tell)
    }

    private mutating func tellTroubles(at time: Timestamp, _ tell: (BusEvent) -> Void) {
        for attempts in pipeline.takeFailedAttempts() {
            if let incident = troubles.failed(attempts, at: time) { self.tell(incident, tell) }
        }
        for var connection in pipeline.takeTroubledConnections() {
            if connection.end != nil {
                refreshNames(at: time)
                connection.isAbandoned = abandoned.takes(connection, of: names.participant(at: connection.id))
            }
            for incident in troubles.changed(connection, at: time) { self.tell(incident, tell) }
        }
    }

    private mutating func refreshNames(at time: Timestamp) {
        if names.areOld(pipeline.correlator.naming.changes, at: time) {
            names.refresh(from: pipeline.correlator.naming, at: time)
        }
    }

    private mutating func tell(_ incident: ConnectionIncident, _ tell: (BusEvent) -> Void) {
        var event = BusEvent(.trouble, at: incident.at, message: nil, call: nil)
        event.incident = incident
        event.clearAt = now
        refreshNames(at: event.at)
        event.from = names.participant(at: incident.connection)
        tell(event)
    }

    private mutating func tellNotices(_ tell: (BusEvent) -> Void) {
        while let notice = feed.nextNotice() {
            guard var event = pipeline.correlator.event(notice) else { continue }
            refreshNames(at: event.at)
            names.name(&event)
            nameInstances(of: &event)
            event.meantFor = meant(event)
            event.clearAt = notice.at
            if let message = event.message, notice.kind == .passed { watch.passed(message) }
            tell(event)
        }
    }

    /// For whom a message was meant that nobody was seen to take.
    private func meant(_ event: BusEvent) -> String? {
        guard event.to.isEmpty, let message = event.message else { return nil }
        if message.kind.isAnswer, let caller = names.participant(at: event.call?.callerConnection) {
            return caller.label
        }
        let naming = pipeline.correlator.naming
        let host = message.connection.flatMap(naming.virtualHost(of:))
        let topic = ServiceTopic(message.queue)
        if message.kind.isRequest, let service = topic.service,
            let who = names.only(service, on: topic.host, virtualHost: host)
        {
            return who.label
        }
        let name = message.kind == .fanout ? message.amqp?.exchange ?? "" : message.destination
        guard !name.isEmpty else { return nil }
        return host.map { "\(name) (\($0))" } ?? name
    }

    /// Every message is called by its instance's name, whichever message told it.
    private mutating func nameInstances(of event: inout BusEvent) {
        guard let message = event.message, !message.instances.isEmpty else { return }
        instanceNames.add(message)
        event.instanceNames = message.names(in: instanceNames)
        event.message?.instanceName = event.instanceNames.first ?? nil
    }

    private mutating func expire(at time: Timestamp, _ tell: (BusEvent) -> Void) {
        var ended: [Correlator.Finished] = []
        pipeline.expire(retaining: { builder.refers(to: $0) }) { ended.append($0) }
        guard !ended.isEmpty else { return }
        tellEnds(of: ended, pipeline.correlator.naming, at: time, tell)
        for finished in ended { builder.add(finished) }
    }

    /// What was let go is as complete as it will be. An answered call is told of with its answer, any other by itself.
    private mutating func tellEnds(
        of ended: [Correlator.Finished], _ naming: ServiceNaming, at now: Timestamp, _ tell: (BusEvent) -> Void
    ) {
        var answered: [MessageID: Call] = [:]
        for case .call(let call) in ended {
            if let reply = call.reply, feed.hasMore(on: reply) { answered[reply] = call }
        }
        func tellNamed(_ event: consuming BusEvent) {
            if names.areOld(naming.changes, at: event.at) { names.refresh(from: naming, at: event.at) }
            names.name(&event)
            nameInstances(of: &event)
            event.meantFor = meant(event)
            tell(event)
        }
        for case .message(let message) in ended {
            let kinds = feed.ended(message.id)
            guard !kinds.isEmpty else { continue }
            let at = message.at ?? Timestamp(nanoseconds: 0)
            var call = answered.removeValue(forKey: message.id)
            if call == nil, let id = message.messageID { call = pipeline.correlator.call(id, at: now) }
            for kind in kinds { tellNamed(BusEvent(kind, at: at, message: message, call: call)) }
        }
        guard feed.tellsCompletion else { return }
        // What became of an answer that its caller did not get may be known only now.
        for case .call(let call) in ended
        where call.replyFate?.isLost ?? call.reply.map({ answered[$0] != nil && feed.isSettling($0) }) ?? true {
            tellNamed(BusEvent(.settled, at: call.requestedAt ?? now, message: nil, call: call))
        }
    }
}
