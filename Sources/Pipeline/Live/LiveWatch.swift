import Correlation
import Diagnosis
import Trace

/// A machine that looks out for what shows by nothing coming: work that stands still, and services whose reports stop.
///
/// Of each request it keeps the ids of its messages, and has it judged, as at the end of a capture, when a limit passes
/// after which it may be stuck; of each service the times of its last reports. All in packet time, and bounded: what is
/// not watched is told at the end. What became of an operation is told once for each cause.
struct LiveWatch {
    /// A value: a request that was made.
    private struct Work {
        var messages: [MessageID] = []
        var instances: Set<String> = []
        var lastSeen: Timestamp
        /// How many of the limits have passed since.
        var judged = 0
        var toldCauses: Set<Diagnosis.Cause> = []
    }

    private struct Reporter: Hashable {
        let connection: ConnectionID
        let title: String
    }

    private struct Reports {
        var times: [Timestamp] = []
        var last: Message
        /// The report after which its silence was told.
        var toldAfter: Timestamp?
    }

    private var works: [String: Work] = [:]
    private var ofInstance: [String: Set<String>] = [:]
    private var reporters: [Reporter: Reports] = [:]
    /// When a message of each connection was published last.
    private var lastHeard: [ConnectionID: Timestamp] = [:]
    private var dueAt: Timestamp?
    /// Whether packets were dropped: what is not seen may have passed then.
    private var isLossy = false
    private let patience: Patience
    /// Times after the last message of a request at which it may have become stuck.
    private let moments: [Nanoseconds]

    init(patience: Patience) {
        self.patience = patience
        moments = [patience.untaken, patience.reconnecting, patience.silent, .seconds(300)].map {
            $0 + WatchLimits.margin
        }
        .sorted()
    }

    mutating func lostPackets() { isLossy = true }

    // MARK: What passes

    mutating func passed(_ message: Message) {
        guard let at = message.at else { return }
        if let connection = message.connection, let published = message.publishedAt {
            lastHeard[connection] = published
            if SilentService.isReport(message) { reported(message, on: connection, at: published) }
        }
        guard !message.isBackground, message.kind != .notification, message.kind != .opaque,
            let request = message.requestID ?? message.globalRequestID
        else { return }
        let key = message.globalRequestID.flatMap { works[$0] == nil ? nil : $0 } ?? request
        if works[key] == nil, works.count >= WatchLimits.requests { giveUpOldest() }
        var work = works.removeValue(forKey: key) ?? Work(lastSeen: at)
        work.messages.append(message.id)
        work.lastSeen = max(work.lastSeen, message.deliveries.last?.at ?? at)
        work.judged = 0
        for instance in message.instances where work.instances.insert(instance).inserted {
            ofInstance[instance, default: []].insert(key)
        }
        works[key] = work
        if work.messages.count > WatchLimits.messagesPerRequest { giveUp(key) }
    }

    private mutating func reported(_ message: Message, on connection: ConnectionID, at time: Timestamp) {
        let key = Reporter(connection: connection, title: message.title)
        guard reporters[key] != nil || reporters.count < WatchLimits.reporters else { return }
        var reports = reporters.removeValue(forKey: key) ?? Reports(last: message)
        reports.last = message
        reports.times.append(time)
        if reports.times.count > WatchLimits.reportsEach { reports.times.removeFirst() }
        reporters[key] = reports
    }

    private mutating func giveUpOldest() {
        guard let oldest = works.min(by: { $0.value.lastSeen < $1.value.lastSeen })?.key else { return }
        giveUp(oldest)
    }

    private mutating func giveUp(_ request: String) {
        guard let work = works.removeValue(forKey: request) else { return }
        for instance in work.instances {
            ofInstance[instance]?.remove(request)
            if ofInstance[instance]?.isEmpty ?? false { ofInstance[instance] = nil }
        }
    }

    // MARK: What does not come

    func isDue(at now: Timestamp) -> Bool { dueAt.map { now >= $0 } ?? true }

    /// What has come to stand still until `now`, in the order in which it did.
    mutating func due(at now: Timestamp, in pipeline: borrowing TracePipeline) -> [BusEvent] {
        dueAt = now + WatchLimits.interval
        let requests = requestsDue(at: now)
        var events = requests.isEmpty ? [] : stuck(requests, at: now, in: pipeline)
        if isAnyReportOverdue(at: now) { events += silent(at: now, in: pipeline) }
        return events
    }

    /// Requests after whose last message a limit has passed; those for which the last has are watched no longer.
    private mutating func requestsDue(at now: Timestamp) -> [String] {
        var due: [String] = []
        for (request, work) in works where work.judged < moments.count && now - work.lastSeen > moments[work.judged] {
            due.append(request)
        }
        due = Array(due.sorted().prefix(WatchLimits.judgedAtOnce))
        for request in due {
            guard let work = works[request] else { continue }
            works[request]?.judged = moments.lastIndex { now - work.lastSeen > $0 }.map { $0 + 1 } ?? work.judged
        }
        // What has long been over, for whatever reason, is forgotten, in its own time.
        let forgotten = works.filter { now - $0.value.lastSeen > .seconds(600) }.map(\.key)
        for request in forgotten { giveUp(request) }
        return due
    }

    private mutating func stuck(
        _ requests: [String], at now: Timestamp, in pipeline: borrowing TracePipeline
    ) -> [BusEvent] {
        var ids: Set<MessageID> = []
        for request in requests {
            var keys: Set<String> = [request]
            for instance in works[request]?.instances ?? [] { keys.formUnion(ofInstance[instance] ?? []) }
            for key in keys { ids.formUnion(works[key]?.messages ?? []) }
        }
        var builder = TraceBuilder(patience: patience)
        guard Self.gather(ids, at: now, from: pipeline, into: &builder) else { return [] }
        let trace = snapshot(of: builder, at: now, in: pipeline)
        var events: [BusEvent] = []
        for operation in trace.operations where operation.outcome == .stuck {
            guard let request = operation.requestID, requests.contains(request),
                let cause = operation.diagnosis?.cause
            else { continue }
            if cause == .answerLost, now - (operation.diagnosis?.since ?? now) < WatchLimits.lastRetry {
                // Still published again and again: it may arrive yet.
                works[request]?.judged = 0
                continue
            }
            guard works[request]?.toldCauses.insert(cause).inserted ?? false
            else { continue }
            var event = BusEvent(.stuck, at: now, message: nil, call: nil)
            event.operation = operation
            event.from = operation.diagnosis?.participant.map { trace.participants[$0] }
            event.sentence = operation.verdict
            events.append(event)
        }
        return events
    }

    /// Messages that are still kept for joining, their calls, and the answers to these.
    ///
    /// - Returns: whether they are all there: of some of them nothing can be concluded.
    private static func gather(
        _ ids: Set<MessageID>, at now: Timestamp, from pipeline: borrowing TracePipeline,
        into builder: inout TraceBuilder
    ) -> Bool {
        var (calls, answers) = (Set<String>(), Set<MessageID>())
        for id in ids.sorted() {
            guard let message = pipeline.correlator.message(id) else { return false }
            if let messageID = message.messageID, calls.insert(messageID).inserted,
                let call = pipeline.correlator.call(messageID, at: now)
            {
                if let reply = call.reply, !ids.contains(reply), answers.insert(reply).inserted {
                    guard let answer = pipeline.correlator.message(reply) else { return false }
                    builder.add(.message(answer))
                }
                builder.add(.call(call))
            }
            builder.add(.message(message))
        }
        return true
    }

    private func snapshot(
        of builder: consuming TraceBuilder, at now: Timestamp, in pipeline: borrowing TracePipeline
    ) -> BusTrace {
        var (capture, naming) = pipeline.summary(of: [])
        var source = CaptureSource(path: "-", linkType: "")
        source.kernelDropped = isLossy ? 1 : 0
        (capture.sources, capture.endedAt) = ([source], now)
        // Of all messages, which are not here.
        capture.sight = pipeline.correlator.sightOfDeliveries
        return builder.trace(capture: capture, naming: naming)
    }

    // MARK: Reports

    private func isAnyReportOverdue(at now: Timestamp) -> Bool {
        reporters.values.contains { reports in
            guard reports.times.count > 2, let last = reports.times.last, reports.toldAfter != last else {
                return false
            }
            let usual = (last - reports.times[0]) / Int64(reports.times.count - 1)
            return now - last > usual * SilentService.missedIntervals
        }
    }

    /// Those that fell silent, judged by their reports and by when others were heard.
    private mutating func silent(at now: Timestamp, in pipeline: borrowing TracePipeline) -> [BusEvent] {
        var builder = TraceBuilder(patience: patience)
        var id: MessageID = 0
        func add(_ message: Message, at time: Timestamp, of kind: Message.Kind, _ call: Call? = nil) {
            var report = message
            (report.id, report.kind, report.publishedAt, report.deliveries) = (id, kind, time, [])
            (report.call, report.messageID, report.operation) = (nil, nil, nil)
            if var call {
                // Of the answer only that it came counts.
                (call.id, call.request, call.reply) = (CallID(id.index), id, call.reply.map { _ in id })
                report.call = call.id
                builder.add(.call(call))
            }
            builder.add(.message(report))
            id = id.advanced(by: 1)
        }
        let inOrder = reporters.sorted { ($0.key.connection, $0.key.title) < ($1.key.connection, $1.key.title) }
        for (_, reports) in inOrder {
            for time in reports.times.dropLast() { add(reports.last, at: time, of: .cast) }
            guard let last = reports.times.last else { continue }
            var call: Call?
            if let messageID = reports.last.messageID { call = pipeline.correlator.call(messageID, at: now) }
            add(reports.last, at: last, of: reports.last.kind == .call && call != nil ? .call : .cast, call)
        }
        for (connection, time) in lastHeard {
            var message = Message(id: 0, kind: .opaque, exchange: "", routingKey: "", bytes: 0)
            message.connection = connection
            add(message, at: time, of: .opaque)
        }
        let trace = snapshot(of: builder, at: now, in: pipeline)
        var told: [BusEvent] = []
        for service in trace.silentServices {
            var isNew = false
            for (key, reports) in reporters where key.title == service.report && reports.times.last == service.since {
                isNew = isNew || reports.toldAfter != service.since
                reporters[key]?.toldAfter = service.since
            }
            guard isNew else { continue }
            var event = BusEvent(.silent, at: now, message: nil, call: nil)
            event.from = trace.participants[service.participant]
            event.sentence = service.sentence
            told.append(event)
        }
        // Whoever is overdue and yet not silent is looked at again with its next report.
        for (key, reports) in reporters where now - (reports.times.last ?? now) > .seconds(3600) {
            reporters[key] = nil
        }
        return told
    }
}
