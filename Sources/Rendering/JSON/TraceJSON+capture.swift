import Diagnosis
import Trace

extension TraceJSON {
    func captureMembers(_ json: inout JSONWriter) {
        captureMembers(&json, troubles: trace.connectionTroubles, silent: trace.silentServices)
    }

    /// - Parameters:
    ///   - troubles, silent: as of the trace before its ids were changed, with the ids that are told here.
    func captureMembers(_ json: inout JSONWriter, troubles: [ConnectionTrouble], silent: [SilentService]) {
        json.key("sources")
        json.array { json in
            for source in trace.capture.sources { json.object { members(of: source, &$0) } }
        }
        json.member("ended_at", trace.capture.endedAt)
        json.key("connections")
        json.array { json in
            for connection in trace.capture.connections { json.object { members(of: connection, &$0) } }
        }
        attemptMembers(trace.capture.attempts, &json)
        troubleMembers(troubles, &json)
        silentMembers(silent, &json)
        json.key("anomalies")
        json.array { json in
            for anomaly in trace.capture.anomalies { json.object { members(of: anomaly, &$0) } }
        }
        json.member("anomaly_count", trace.capture.anomalyCount)
        json.key("other_protocols")
        json.object { json in
            for (name, count) in trace.capture.otherProtocols.sorted(by: { $0.key < $1.key }) {
                json.key(name)
                json.integer(count)
            }
        }
        json.key("network")
        json.object { members(of: trace.capture.network, &$0) }
    }

    private func members(of network: NetworkCounts, _ json: inout JSONWriter) {
        json.member("packets", network.packets)
        json.member("tcp_segments", network.segments)
        json.member("not_ip", network.notIP)
        json.member("not_tcp", network.notTCP)
        json.member("cut", network.cut)
        json.member("malformed", network.malformed)
        json.member("nested_too_deep", network.nestedTooDeep)
        json.member("fragments", network.fragments)
        json.member("unknown_link_type", network.unknownLinkType)
        json.member("fragments_in_vain", network.fragmentsInVain)
        json.key("tunnels")
        json.object { json in
            for (name, count) in network.tunnels.sorted(by: { $0.key < $1.key }) {
                json.key(name)
                json.integer(count)
            }
        }
        json.key("undecoded")
        json.object { json in
            for kind in network.undecoded {
                json.key(kind.name)
                json.integer(kind.packets)
            }
        }
        json.key("tcp")
        json.object { members(of: network.tcp, &$0) }
    }

    private func members(of tcp: TCPCounts, _ json: inout JSONWriter) {
        json.member("connections", tcp.connections)
        json.member("evicted", tcp.evicted)
        json.member("retransmissions", tcp.retransmissions)
        json.member("out_of_order", tcp.outOfOrder)
        json.member("conflicting_overlaps", tcp.conflictingOverlaps)
        json.member("strays", tcp.strays)
        json.member("overflows", tcp.overflows)
        json.member("gaps", tcp.gaps)
        json.member("missing_bytes", tcp.missingBytes)
        json.member("mirrored_connections", tcp.mirroredConnections)
        json.member("mirrored_segments", tcp.mirroredSegments)
    }

    private func members(of source: CaptureSource, _ json: inout JSONWriter) {
        json.member("path", source.path)
        json.member("link_type", source.linkType)
        json.member("packets", source.packets)
        json.member("bytes", source.bytes)
        json.member("first", source.first)
        json.member("last", source.last)
        json.member("kernel_dropped", source.kernelDropped)
        if source.isExcerpt { json.member("excerpt", true) }
        if source.cutPackets > 0 {
            json.member("cut_packets", source.cutPackets)
            json.member("snap_length", source.snapLength)
        }
        members(of: source.clock, &json)
    }

    private func members(of clock: SourceClock, _ json: inout JSONWriter) {
        if !clock.steps.isEmpty {
            json.key("clock_steps")
            json.array { json in
                for step in clock.steps {
                    json.object { json in
                        json.member("packet", step.packet)
                        json.member("size", seconds: step.size)
                    }
                }
            }
        }
        if clock.packetsAstray > 0 { json.member("packets_astray", clock.packetsAstray) }
        if clock.packetsOutOfOrder > 0 {
            json.member("packets_out_of_order", clock.packetsOutOfOrder)
            json.member("farthest_out_of_order", seconds: clock.farthestOutOfOrder)
        }
        guard let offset = clock.correction.offset else { return }
        json.member("clock_offset", seconds: offset.offset)
        if offset.lastOffset != offset.offset { json.member("last_clock_offset", seconds: offset.lastOffset) }
        json.member("clock_offset_uncertainty", seconds: offset.uncertainty)
        json.member("clock_reference", offset.reference)
        json.member("clock_corrected", offset.isCorrected)
    }

    func members(of connection: Connection, _ json: inout JSONWriter) {
        json.member("id", id: "c", connection.id)
        json.member("client", connection.client)
        json.member("server", connection.server)
        json.member("protocol", connection.protocolName)
        json.member("bytes", connection.bytes)
        json.member("bytes_decoded", connection.bytesDecoded)
        json.member("bytes_skipped", connection.bytesSkipped)
        json.member("bytes_missing", connection.bytesMissing)
        if connection.packetsCut > 0 {
            json.member("bytes_cut", connection.bytesCut)
            json.member("packets_cut", connection.packetsCut)
            json.member("last_cut", connection.lastCut)
        }
        json.member("gaps", connection.gaps)
        json.member("midstream", connection.midstream)
        json.member("one_sided", connection.oneSided)
        if !connection.blocked.isEmpty {
            json.key("blocked")
            json.array { json in
                for span in connection.blocked { json.object { members(of: span, &$0) } }
            }
        }
        if !connection.channelClosings.isEmpty {
            json.key("channel_closings")
            json.array { json in
                for closing in connection.channelClosings { json.object { members(of: closing, &$0) } }
            }
        }
        if !connection.cancelled.isEmpty {
            json.key("cancelled_consumers")
            json.array { json in
                for cancellation in connection.cancelled { json.object { members(of: cancellation, &$0) } }
            }
        }
        if let end = connection.end {
            json.key("end")
            json.object { members(of: end, &$0) }
        }
        json.member("connection_name", connection.connectionName)
        json.member("participant", id: "p", connection.participant)
        json.member("virtual_host", connection.virtualHost)
        if let handshake = connection.handshake { members(of: handshake, &json) }
        json.member("answered_in", connection.answeredIn)
        json.member("proxied_client", connection.proxiedClient)
        json.member("preceded_by", connection.precededBy)
        json.member("opened_at", connection.openedAt)
        json.member("closed_at", connection.end?.at)
        json.member("closed_by", connection.end?.by?.rawValue)
        json.member("close_code", connection.end?.code)
        json.member("close_text", connection.end?.text)
        json.member("last_seen_client", connection.lastSeenClient)
        json.member("last_seen_server", connection.lastSeenServer)
        json.member("bytes_sent", connection.bytesSent)
        json.member("bytes_received", connection.bytesReceived)
        json.member("messages_sent", connection.messagesSent)
        json.member("messages_received", connection.messagesReceived)
    }

    private func members(of span: BlockedSpan, _ json: inout JSONWriter) {
        json.member("from", span.from)
        json.member("until", span.until)
        json.member("reason", span.reason)
    }

    private func members(of closing: ChannelClosing, _ json: inout JSONWriter) {
        json.member("at", closing.at)
        json.member("channel", closing.channel)
        json.member("by", closing.by.rawValue)
        json.member("code", closing.code)
        json.member("text", closing.text)
        json.member("method", closing.method)
        json.member("subject", closing.subject)
    }

    private func members(of cancellation: ConsumerCancellation, _ json: inout JSONWriter) {
        json.member("at", cancellation.at)
        json.member("consumer_tag", cancellation.consumerTag)
        json.member("queue", cancellation.queue)
        json.member("consumed_again_at", cancellation.renewedAt)
    }

    private func members(of end: ConnectionEnd, _ json: inout JSONWriter) {
        json.member("kind", end.kind.rawValue)
        json.member("at", end.at)
        json.member("by", end.by?.rawValue)
        json.member("code", end.code)
        json.member("text", end.text)
    }

    private func members(of anomaly: Anomaly, _ json: inout JSONWriter) {
        json.member("at", anomaly.at)
        json.member("connection", id: "c", anomaly.connection)
        json.member("kind", anomaly.kind.rawValue)
        json.member("detail", anomaly.detail)
    }

    func members(of participant: Participant, _ json: inout JSONWriter) {
        json.member("id", id: "p", participant.id)
        json.member("service", participant.service)
        json.member("host", participant.host)
        json.member("pid", participant.pid)
        json.member("virtual_host", participant.virtualHost)
        json.member("label", participant.label)
        json.member("learned_from", participant.learnedFrom)
    }
}
