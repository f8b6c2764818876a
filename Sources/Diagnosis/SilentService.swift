package import Trace

/// A value: a service whose periodic reports stopped while others went on.
package struct SilentService: Sendable, Equatable {
    /// Who it is, and its label.
    package var participant: ParticipantID
    package var label: String
    /// Title of the report, e.g. `Service.save`.
    package var report: String
    /// Reports seen, and the usual time from one to the next.
    package var count: Int
    package var interval: Nanoseconds
    /// When the last report was sent.
    package var since: Timestamp
    /// Up to when a report would have been seen; the file that ended then, where others went on.
    package var captureEnd: Timestamp
    package var file: String?
    /// Between which moments nothing was captured, where that was after the last report.
    package var gap: WatchedTime.Stretch?
    /// When it sent anything else after that.
    package var heardAt: Timestamp?
    /// How many of its connections are open at the end of the capture; when the last of the others ended.
    package var openConnections: Int
    package var endedAt: Timestamp?

    /// nova `servicegroup/drivers/db.py`, neutron `agent/rpc.py`, cinder `manager.py`: by each service's own clock. A compute
    /// saves its `ComputeNode` when its resources change, with each claim (nova `compute/resource_tracker.py`, `_update`).
    private static let reports: Set = [
        "Service.save", "service_update", "report_state", "update_service_capabilities",
        "notify_service_capabilities",
    ]
    /// So many intervals without a report are a silence.
    package static let missedIntervals: Int64 = 3

    /// Whether a message is a report that a service sends at steady intervals.
    package static func isReport(_ message: Message) -> Bool {
        (message.kind.isRequest || message.kind == .fanout) && reports.contains(message.title)
    }

    /// How long no report has come.
    package var silence: Nanoseconds { captureEnd - (gap?.until ?? since) }

    /// `nova-compute@cmp3 fell silent at 10:01:04: …`
    package var sentence: String {
        let name = heardAt == nil ? "\(label) fell silent" : "the reports of \(label) stopped"
        let reports = "its reports (\(report)) came every \(length(interval)) until then, and none in the "
        let end = file.map { " until \($0) ended" } ?? " since"
        let heard = heardAt.map { "; other messages of it were seen until \(clock($0))" } ?? ""
        guard let gap else {
            return "\(name) at \(clock(since)): \(reports)\(length(silence))\(end)\(heard); \(connections)"
        }
        let between = "between \(clock(since)) and \(clock(gap.until))"
        let missing = "nothing was captured of it from \(clock(gap.from)) to \(clock(gap.until))"
        return "\(name) \(between), \(missing): \(reports)\(length(silence))\(end)\(heard); \(connections)"
    }

    private var connections: String {
        switch (openConnections, endedAt) {
        case (0, let end?): "all its connections ended, the last at \(clock(end))"
        case (0, nil): "no connection of it is known to be open"
        case (_, nil):
            openConnections == 1 ? "its connection is still open" : "its \(openConnections) connections are still open"
        case (_, let end?):
            "\(openConnections) of its connections \(openConnections == 1 ? "is" : "are") still open, others ended, the "
                + "last at \(clock(end))"
        }
    }

    /// In whole seconds: a report's clock is no better.
    private func length(_ time: Nanoseconds) -> String {
        let seconds = Int(saturating: time.seconds)
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        if hours > 0 { return "\(hours) h \(minutes) min" }
        return seconds >= 120 ? "\(minutes) min \(seconds % 60) s" : "\(seconds) s"
    }

    private func clock(_ time: Timestamp) -> String { String(time.clock.prefix(8)) }
}

extension BusTrace {
    /// The services whose periodic reports stopped, by when they did.
    ///
    /// What is told of a report is what the wire shows: three or more at a steady interval, the last of them answered,
    /// then none for more than three intervals, in a stretch without loss in which others are heard.
    package var silentServices: [SilentService] { SilenceReader(self).silentServices }
}

/// A view of a trace that looks for reports that stopped.
private struct SilenceReader {
    private struct Reporter: Hashable {
        let service: String
        let host: String?
        /// Tells those without a host apart.
        let participant: ParticipantID?
        let report: String
    }

    private struct Reports {
        var times: [Timestamp] = []
        /// On which they were published, as far as that was seen.
        var connections: Set<ConnectionID> = []
        var participant: ParticipantID
        /// Whether the last one waits for its answer: whoever should answer is the one to look at then.
        var isWaiting = false
    }

    let trace: BusTrace
    private let end: Timestamp?
    private let isWhole: Bool
    /// The connections of each participant, in their order.
    private let connections: [ParticipantID: [ConnectionID]]

    init(_ trace: BusTrace) {
        self.trace = trace
        end = trace.capture.end
        connections = trace.capture.connections.ids.reduce(into: [:]) { connections, id in
            if let participant = trace.capture.connections[id].participant {
                connections[participant, default: []].append(id)
            }
        }
        // What was left out on purpose, or dropped, is no silence.
        isWhole =
            trace.capture.excerpts == nil
            && trace.capture.sources.allSatisfy { ($0.kernelDropped ?? 0) == 0 && !$0.isExcerpt }
    }

    private static let fewestReports = 3

    var silentServices: [SilentService] {
        guard isWhole, let end else { return [] }
        var reporters: [Reporter: Reports] = [:]
        var lastHeard: [ParticipantID: Timestamp] = [:]
        let askers = askers
        for id in trace.messages.ids {
            // One whose publish was not captured is known by who reads the answers to it.
            guard let from = trace.messages[id].from ?? trace.messages[id].amqp?.replyQueue.flatMap({ askers[$0] }),
                let at = trace.time(of: id), trace.participants.contains(from)
            else { continue }
            lastHeard[from] = max(lastHeard[from] ?? at, at)
            guard trace.messages[id].method != nil, !trace.messages[id].kind.isAnswer else { continue }
            let message = trace.messages[id]
            guard SilentService.isReport(message), let service = trace.participants[from].service
            else { continue }
            let host = trace.participants[from].host
            let key = Reporter(
                service: service, host: host, participant: host == nil ? from : nil, report: message.title)
            var reports = reporters[key] ?? Reports(participant: from)
            reports.participant = from
            reports.times.append(at)
            if let connection = message.connection { reports.connections.insert(connection) }
            reports.isWaiting = isWaiting(message)
            reporters[key] = reports
        }
        let latest = lastHeard
        let found = reporters.compactMap { key, reports in silence(of: key, reports, latest, end) }
        return Self.firstOfEach(found.sorted { ($0.since, $0.label, $0.report) < ($1.since, $1.label, $1.report) })
    }

    /// Who wants answers in a reply queue.
    private var askers: [String: ParticipantID] {
        trace.messages.ids.reduce(into: [:]) { askers, id in
            if let from = trace.messages[id].from, let queue = trace.messages[id].amqp?.replyQueue {
                askers[queue] = from
            }
        }
    }

    /// Of several kinds of reports of one service the one that came most often, which tells soonest.
    private static func firstOfEach(_ found: [SilentService]) -> [SilentService] {
        var kept: [SilentService] = []
        for silent in found {
            guard let place = kept.firstIndex(where: { $0.participant == silent.participant }) else {
                kept.append(silent)
                continue
            }
            if silent.interval < kept[place].interval { kept[place] = silent }
        }
        return kept
    }

    private func isWaiting(_ message: Message) -> Bool {
        guard message.kind == .call, let call = trace.calls[ifKnown: message.call] else { return false }
        return call.reply == nil
    }

    private func silence(
        of reporter: Reporter, _ reports: Reports, _ lastHeard: [ParticipantID: Timestamp], _ end: Timestamp
    ) -> SilentService? {
        let times = reports.times
        guard times.count >= Self.fewestReports, let last = times.last, !reports.isWaiting else { return nil }
        let participant = trace.participants[reports.participant]
        let own = self.connections(of: reports.participant)
        // Its other connections may be watched where its reports are not.
        let watched =
            reports.connections.isEmpty
            ? WatchedTime.union(own.lazy.map(\.watched)) : trace.watched(reports.connections)
        let seen = watched.stretch(at: last)
        var (end, gap) = (seen?.until ?? end, WatchedTime.Stretch?.none)
        let intervals = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
        let interval = intervals[intervals.count / 2]
        let steady = intervals.count { ($0 - interval).magnitude <= interval / 4 }
        guard interval >= .seconds(1), steady * 5 >= intervals.count * 4, steady >= 2 else { return nil }
        if end - last <= interval * SilentService.missedIntervals, let seen, let later = watched.stretches.last,
            later != seen
        {
            (end, gap) = (later.until, WatchedTime.Stretch(from: seen.until, until: later.from))
        }
        guard end - (gap?.until ?? last) > interval * SilentService.missedIntervals,
            isHeard(otherThan: reports.participant, lastHeard, after: gap?.until ?? last, interval, end),
            !isLost(reports.participant, since: last)
        else { return nil }
        let heardAt = lastHeard[participant.id].flatMap { $0 - last > interval ? $0 : nil }
        return SilentService(
            participant: participant.id, label: participant.label, report: reporter.report, count: times.count,
            interval: interval, since: last, captureEnd: end, file: trace.fileEnding(at: end), gap: gap,
            heardAt: heardAt,
            openConnections: own.count { $0.end == nil }, endedAt: own.compactMap { $0.end?.at }.max())
    }

    private func connections(of participant: ParticipantID) -> [Connection] {
        (connections[participant] ?? []).map { trace.capture.connections[$0] }
    }

    /// Whether the bus goes on: somebody else sends in the last intervals.
    private func isHeard(
        otherThan participant: ParticipantID, _ lastHeard: [ParticipantID: Timestamp], after time: Timestamp,
        _ interval: Nanoseconds,
        _ end: Timestamp
    ) -> Bool {
        let limit = max(time + interval * 2, end - interval * SilentService.missedIntervals)
        return lastHeard.contains { $0.key != participant && $0.value >= limit }
    }

    /// Whether a report may have passed unseen, or on a connection whose end was not seen.
    private func isLost(_ participant: ParticipantID, since time: Timestamp) -> Bool {
        let own = connections(of: participant)
        if own.contains(where: { $0.gaps > 0 || $0.oneSided }) { return true }
        if own.contains(where: { $0.lastCut.map { $0 >= time } ?? false }) { return true }
        return own.contains { $0.end?.kind == .replaced || $0.end?.kind == .silent }
    }
}
