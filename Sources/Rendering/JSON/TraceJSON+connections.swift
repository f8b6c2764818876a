package import Diagnosis
package import Trace

/// What is told of connections beside the connections themselves.
extension TraceJSON {
    func members(of handshake: ConnectionHandshake, _ json: inout JSONWriter) {
        json.member("stage", handshake.stage.rawValue)
        json.member("user", handshake.user)
        json.member("mechanism", handshake.mechanism)
        json.member("product", handshake.product)
        json.member("product_version", handshake.productVersion)
        json.member("platform", handshake.platform)
        json.member("server_product", handshake.serverProduct)
        json.member("server_version", handshake.serverVersion)
        json.member("cluster", handshake.cluster)
        json.member("heartbeat", handshake.heartbeat)
        json.member("channel_max", handshake.channelMax)
        json.member("frame_max", handshake.frameMax)
        json.member("refused_for", handshake.refusedFor)
    }

    /// Absent for none.
    func attemptMembers(_ attempts: [ConnectionAttempts], _ json: inout JSONWriter) {
        guard !attempts.isEmpty else { return }
        json.key("attempts")
        json.array { json in
            for attempt in attempts {
                json.object { json in
                    json.member("kind", attempt.kind.rawValue)
                    json.member("client", attempt.client)
                    json.member("server", attempt.server)
                    json.member("spoken", attempt.spoken)
                    json.member("answer", attempt.answer)
                    json.member("count", attempt.count)
                    json.member("first", attempt.first)
                    json.member("last", attempt.last)
                }
            }
        }
    }

    /// Absent for none.
    func troubleMembers(_ troubles: [ConnectionTrouble], _ json: inout JSONWriter) {
        guard !troubles.isEmpty else { return }
        json.key("troubles")
        json.array { json in
            for trouble in troubles { json.object { members(of: trouble, &$0) } }
        }
    }

    private func members(of trouble: ConnectionTrouble, _ json: inout JSONWriter) {
        members(of: trouble.incident, &json)
        json.member("count", trouble.count)
        json.member("first", trouble.first)
        json.member("last", trouble.last)
        json.member("who", trouble.who)
        json.member("connections", ids: "c", trouble.connections)
        json.member("participants", ids: "p", trouble.participants)
        if !trouble.packets.isEmpty { writePackets(trouble.packets, &json) }
        json.member("sentence", trouble.sentence)
    }

    /// What incidents that are counted have in common.
    private func members(of incident: ConnectionIncident, _ json: inout JSONWriter) {
        json.member("kind", incident.kind.rawValue)
        json.member("server", incident.server)
        json.member("by", incident.by?.rawValue)
        json.member("user", incident.user)
        json.member("virtual_host", incident.virtualHost)
        json.member("code", incident.code)
        json.member("text", incident.text)
        json.member("method", incident.method)
        json.member("subject", incident.subject)
        json.member("spoken", incident.spoken)
        json.member("answer", incident.answer)
        json.member("heartbeat", incident.heartbeat)
    }

    /// One incident as it happens.
    func incidentMembers(_ incident: ConnectionIncident, client: String?, _ json: inout JSONWriter) {
        members(of: incident, &json)
        json.member("at", incident.at)
        json.member("client", incident.client)
        json.member("label", client)
        json.member("connection", id: "c", incident.connection)
        json.member("count", incident.count)
        json.member("sentence", incident.sentence(times: incident.count))
    }

    /// Absent for none.
    func silentMembers(_ services: [SilentService], _ json: inout JSONWriter) {
        guard !services.isEmpty else { return }
        json.key("silent")
        json.array { json in
            for service in services {
                json.object { json in
                    json.member("participant", id: "p", service.participant)
                    json.member("label", service.label)
                    json.member("report", service.report)
                    json.member("count", service.count)
                    json.member("interval", seconds: service.interval)
                    json.member("since", service.since)
                    json.member("heard_at", service.heardAt)
                    json.member("open_connections", service.openConnections)
                    json.member("ended_at", service.endedAt)
                    json.member("sentence", service.sentence)
                }
            }
        }
    }
}

/// A value: some connections, and what went wrong with them, as JSON (`novatrace.connections/1`): one document, the
/// objects of which are those of `novatrace.trace/1`.
package struct ConnectionsJSON: Sendable {
    private let trace: BusTrace
    private let selection: ConnectionSelection

    package init(_ trace: BusTrace, _ selection: ConnectionSelection) {
        self.trace = trace
        self.selection = selection
    }

    package func write(to sink: @escaping OutputSink) {
        let trace = TraceJSON(trace)
        var json = JSONWriter(to: sink, pretty: true)
        json.object { json in
            json.key("schema")
            json.string("novatrace.connections/1")
            json.key("connections")
            json.array { json in
                for connection in selection.connections { json.object { trace.members(of: connection, &$0) } }
            }
            json.key("participants")
            json.array { json in
                let named = Set(selection.connections.compactMap(\.participant) + selection.silent.map(\.participant))
                for participant in self.trace.participants where named.contains(participant.id) {
                    json.object { trace.members(of: participant, &$0) }
                }
            }
            trace.attemptMembers(selection.attempts, &json)
            trace.troubleMembers(selection.troubles, &json)
            trace.silentMembers(selection.silent, &json)
        }
        json.endLine()
        json.flush()
    }
}
