package import Trace

extension Connection {
    /// What went wrong with it, in order of time.
    ///
    /// As a connection goes on, incidents are added at the end only. Where the capture lacks bytes of it nothing is
    /// concluded from what was not seen.
    package var incidents: [ConnectionIncident] {
        var incidents: [ConnectionIncident] = []
        for span in blocked {
            var incident = incident(.blocked, at: span.from)
            incident.until = span.until ?? end?.at
            (incident.text, incident.packet) = (span.reason, span.packet)
            incidents.append(incident)
        }
        for closing in channelClosings {
            var incident = incident(.channelClosed, at: closing.at)
            (incident.by, incident.code, incident.text) = (closing.by, closing.code, closing.text)
            (incident.method, incident.subject) = (closing.method, closing.subject)
            incident.packet = closing.packet
            incidents.append(incident)
        }
        for cancellation in cancelled {
            var incident = incident(.consumerCancelled, at: cancellation.at)
            (incident.subject, incident.packet) = (cancellation.queue, cancellation.packet)
            incident.until = cancellation.renewedAt
            incidents.append(incident)
        }
        incidents.sort { $0.at < $1.at }
        return incidents + [refusal ?? ending].compactMap(\.self)
    }

    private func incident(_ kind: ConnectionIncident.Kind, at time: Timestamp) -> ConnectionIncident {
        var incident = ConnectionIncident(kind, at: time, connection: id, client: client, server: server)
        incident.user = handshake?.user
        incident.virtualHost = virtualHost
        return incident
    }

    /// The broker does not speak what the client does.
    private var refusal: ConnectionIncident? {
        if let version = handshake?.refusedFor {
            // It was answered for what came first.
            var incident = incident(
                precededBy == nil ? .versionRefused : .foreignProtocol,
                at: lastSeenServer ?? openedAt ?? Timestamp(nanoseconds: 0))
            (incident.spoken, incident.answer) = (precededBy ?? protocolName, version)
            return incident
        }
        guard let answeredIn, let handshake, handshake.stage == .header else { return nil }
        let isVersion = answeredIn.hasPrefix("AMQP")
        var incident = incident(
            isVersion ? .versionRefused : .foreignAnswer, at: lastSeenServer ?? openedAt ?? Timestamp(nanoseconds: 0))
        (incident.spoken, incident.answer) = (protocolName, answeredIn)
        return incident
    }

    // MARK: The end

    private var ending: ConnectionIncident? {
        guard let end else { return nil }
        switch end.kind {
        case .closed: return end.isRegular ? nil : shown(closing(end), by: end)
        case .finished, .reset: return loss(end).map { shown($0, by: end) }
        case .replaced, .silent: return nil
        }
    }

    private func shown(_ incident: ConnectionIncident, by end: ConnectionEnd) -> ConnectionIncident {
        var incident = incident
        incident.packet = end.packet
        return incident
    }

    /// `connection.close` over a fault: when it comes tells what was refused.
    private func closing(_ end: ConnectionEnd) -> ConnectionIncident {
        let kind: ConnectionIncident.Kind
        // A broker that is stopped refuses nobody.
        let stage = end.code == Self.connectionForced ? nil : openingStage
        switch stage {
        case .header, .greeted, .login: kind = end.by == .server ? .loginRefused : .closed
        case .admitted, .opening: kind = end.by == .server ? .virtualHostRefused : .closed
        case .open, nil: kind = .closed
        }
        var incident = incident(kind, at: end.at)
        (incident.by, incident.code, incident.text) = (end.by, end.code, end.text)
        return incident
    }

    /// CONNECTION_FORCED (AMQP 0-9-1, 1.2): an operator closed the connection.
    private static let connectionForced = 320

    /// How far the opening came; `nil` where the capture does not hold it.
    private var openingStage: ConnectionHandshake.Stage? {
        guard let stage = handshake?.stage else { return nil }
        return messagesSent > 0 || messagesReceived > 0 ? .open : stage
    }

    /// TCP ended, and nobody had said `connection.close`.
    private func loss(_ end: ConnectionEnd) -> ConnectionIncident? {
        let isWhole = bytesMissing == 0 && gaps == 0 && !oneSided
        if let stage = openingStage, stage < .open, isWhole {
            guard end.by == .server else { return nil }
            if stage == .header, bytesReceived == 0 { return incident(.notServed, at: end.at) }
            if stage == .login, bytesReceived > 0 { return incident(.loginCutOff, at: end.at) }
        }
        if let missed = missedHeartbeats(end, isWhole: isWhole) { return missed }
        guard end.by != .client || end.kind == .reset || isAbandoned else { return nil }
        if end.mayHaveBeenClosed { return nil }
        var incident = incident(end.kind == .reset ? .reset : .cutOff, at: end.at)
        incident.by = end.by
        // In mid-stream it is not known how often heartbeats are due.
        if isWhole, let silence = silence(before: end), silence >= Self.noteworthySilence { incident.silence = silence }
        return incident
    }

    private static let noteworthySilence: Nanoseconds = .seconds(20)

    /// How long who ended it had heard nothing of the other end.
    private func silence(before end: ConnectionEnd) -> Nanoseconds? {
        guard !oneSided, let by = end.by, let heard = by == .server ? lastSeenClient : lastSeenServer else {
            return nil
        }
        // What passed while nothing was captured nobody knows.
        return end.at - max(heard, watched.stretch(at: end.at)?.from ?? heard)
    }

    /// An end gives up after two intervals without anything of the other; RabbitMQ looks once an interval, clients twice.
    private func missedHeartbeats(_ end: ConnectionEnd, isWhole: Bool) -> ConnectionIncident? {
        guard let heartbeat = handshake?.heartbeat, heartbeat > 0, isWhole, let silence = silence(before: end),
            silence >= .milliseconds(1900) * Int64(heartbeat)
        else { return nil }
        var incident = incident(.heartbeatsMissed, at: end.at)
        (incident.by, incident.silence, incident.heartbeat) = (end.by, silence, heartbeat)
        return incident
    }
}

extension ConnectionAttempts {
    /// The same as an incident that counts.
    package var incident: ConnectionIncident {
        let incidentKind: ConnectionIncident.Kind =
            switch kind {
            case .refused: .refused
            case .unanswered: .unanswered
            case .endedAtOnce: .notServed
            case .foreign: .foreignProtocol
            }
        var incident = ConnectionIncident(incidentKind, at: first, client: client, server: server)
        incident.count = count
        incident.sources = sources
        incident.until = last
        (incident.spoken, incident.answer) = (spoken, answer)
        return incident
    }
}
