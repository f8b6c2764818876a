/// An excerpt as the comments of its file: of each thing that is told one record.
extension Excerpt {
    /// The comments, as `init(comments:)` reads them.
    package var comments: [String] { records.map(\.text) }

    /// The first record says how many packets the file holds: where somebody took some out, it tells nothing any more.
    private var records: [ExcerptRecord] {
        var head = ExcerptRecord("excerpt")
        head.add("version", "1")
        head.add("packets", count: packets)
        head.add("operations", count: operations)
        head.add("partial", flag: isPartial)
        head.add("first", first)
        head.add("last", last)
        head.add("kernel_dropped", kernelDropped.map(String.init))
        head.add("anomalies", count: anomalyCount)
        return [head]
            + requests.sorted().map { request in
                var record = ExcerptRecord("request")
                record.add("id", request)
                return record
            } + participants.map(record) + connections.flatMap(records(of:)) + anomalies.map(Self.record)
            + messageRecords
    }

    private var messageRecords: [ExcerptRecord] {
        refusals.sorted { $0.key < $1.key }.map { message, time in
            var record = ExcerptRecord("refused")
            record.add("message", message)
            record.add("at", time)
            return record
        }
            + undelivered.sorted().map { call in
                var record = ExcerptRecord("undelivered")
                record.add("call", call)
                return record
            }
            + asides.sorted { $0.key < $1.key }.flatMap { message, told in told.map { Self.record(of: $0, message) } }
            + lastTaken.sorted { $0.key < $1.key }.map { queue, delivery in
                var record = ExcerptRecord("last_taken")
                record.add("from", queue)
                record.add("at", delivery.at)
                record.add("by", delivery.to?.description)
                return record
            }
            + successors.map { ended in
                var record = ExcerptRecord("succeeded")
                record.add("request", ended.id.requestID)
                record.add("instance", ended.id.instance)
                record.add("kind", ended.successor.kind.rawValue)
                record.add("at", ended.successor.at)
                record.add("by", ended.successor.requestID)
                return record
            }
            + (sight.map { [Self.record(of: $0)] + Self.records(of: $0.ways) } ?? [])
            + ports.sorted { $0.key < $1.key }.map { port, instances in
                var record = ExcerptRecord("port")
                record.add("id", port)
                for instance in instances.sorted() { record.add("of", instance) }
                return record
            }
            + instanceNames.map { instance in
                var record = ExcerptRecord("instance")
                record.add("uuid", instance.uuid)
                record.add("name", instance.name)
                return record
            }
    }

    private static func record(of aside: AsideDelivery, _ message: String) -> ExcerptRecord {
        var record = ExcerptRecord("aside")
        record.add("message", message)
        record.add("at", aside.delivery.at)
        record.add("by", aside.delivery.to?.description)
        record.add("from", aside.queue)
        record.add("fetched", flag: aside.isFetched)
        record.add("acknowledged", aside.delivery.acknowledgedAt)
        record.add("rejected", aside.delivery.rejectedAt)
        record.add("requeued", flag: aside.delivery.settlement == .requeued)
        record.add("died_in", aside.death?.queue)
        record.add("died_of", aside.death?.reason)
        return record
    }

    /// Of places as many as tell one from several.
    private static func record(of sight: DeliverySight) -> ExcerptRecord {
        var record = ExcerptRecord("sight")
        for address in sight.addresses.sorted().prefix(2) { record.add("address", address) }
        for host in sight.hosts.sorted().prefix(2) { record.add("host", host) }
        record.add("answered", count: sight.answered)
        record.add("unseen", count: sight.unseen)
        if sight.ways.halves > 0 { record.add("whole", count: sight.ways.whole) }
        record.add("halves", count: sight.ways.halves)
        return record
    }

    /// Where everything was seen on its whole way nobody asks for one.
    private static func records(of ways: WaySight) -> [ExcerptRecord] {
        guard ways.halves > 0 else { return [] }
        return ways.tallies.map { way, tally in
            var record = ExcerptRecord("way")
            switch way {
            case .published(let participant): record.add("by", participant.description)
            case .taken(let queue, let virtualHost):
                record.add("from", queue)
                record.add("vhost", virtualHost)
            }
            record.add("seen", count: tally.seen)
            record.add("unseen", count: tally.unseen)
            return record
        }.sorted { $0.text < $1.text }
    }

    private func record(of participant: Participant) -> ExcerptRecord {
        var record = ExcerptRecord("participant")
        record.add("id", participant.id.description)
        record.add("label", participant.label)
        record.add("service", participant.service)
        record.add("host", participant.host)
        record.add("pid", participant.pid.map(String.init))
        record.add("vhost", participant.virtualHost)
        record.add("heard", lastHeard[participant.id])
        record.add("addressed", flag: addressed.contains(participant.id))
        for reason in participant.learnedFrom { record.add("learned_from", reason) }
        return record
    }

    private func records(of connection: Connection) -> [ExcerptRecord] {
        var record = ExcerptRecord("connection")
        record.add("id", connection.id.description)
        record.add("client", connection.client)
        record.add("server", connection.server)
        record.add("protocol", connection.protocolName)
        record.add("participant", connection.participant?.description)
        record.add("name", connection.connectionName)
        record.add("bytes", count: connection.bytes)
        record.add("decoded", count: connection.bytesDecoded)
        record.add("skipped", count: connection.bytesSkipped)
        record.add("missing", count: connection.bytesMissing)
        record.add("gaps", count: connection.gaps)
        record.add("midstream", flag: connection.midstream)
        record.add("one_sided", flag: connection.oneSided)
        record.add("abandoned", flag: connection.isAbandoned)
        record.add("cut", flag: cutConnections.contains(connection.id))
        record.add(connection)
        return [record] + connection.blocked.map { Self.record(of: $0, on: connection.id) }
            + connection.channelClosings.map { Self.record(of: $0, on: connection.id) }
            + connection.cancelled.map { Self.record(of: $0, on: connection.id) }
            + connection.consumers.map { Self.record(of: $0, on: connection.id) }
            + (connection.end.map { [Self.record(of: $0, of: connection.id)] } ?? [])
    }

    private static func record(of span: BlockedSpan, on connection: ConnectionID) -> ExcerptRecord {
        var record = ExcerptRecord("blocked", of: connection)
        record.add("from", span.from)
        record.add("until", span.until)
        record.add("reason", span.reason)
        return record
    }

    private static func record(of closing: ChannelClosing, on connection: ConnectionID) -> ExcerptRecord {
        var record = ExcerptRecord("channel_closed", of: connection)
        record.add("at", closing.at)
        record.add("channel", String(closing.channel))
        record.add("by", closing.by.rawValue)
        record.add("code", String(closing.code))
        record.add("text", closing.text)
        record.add("method", closing.method)
        record.add("subject", closing.subject)
        return record
    }

    private static func record(of consumer: QueueConsumer, on connection: ConnectionID) -> ExcerptRecord {
        var record = ExcerptRecord("consumer", of: connection)
        record.add("queue", consumer.queue)
        record.add("since", consumer.since)
        record.add("until", consumer.until)
        record.add("end", consumer.end?.rawValue)
        return record
    }

    private static func record(of cancellation: ConsumerCancellation, on connection: ConnectionID) -> ExcerptRecord {
        var record = ExcerptRecord("cancelled", of: connection)
        record.add("at", cancellation.at)
        record.add("tag", cancellation.consumerTag)
        record.add("queue", cancellation.queue)
        record.add("renewed", cancellation.renewedAt)
        return record
    }

    private static func record(of end: ConnectionEnd, of connection: ConnectionID) -> ExcerptRecord {
        var record = ExcerptRecord("ended", of: connection)
        record.add("kind", end.kind.rawValue)
        record.add("at", end.at)
        record.add("by", end.by?.rawValue)
        record.add("code", end.code.map(String.init))
        record.add("text", end.text)
        record.add("unseen", flag: end.mayHaveBeenClosed)
        return record
    }

    private static func record(of anomaly: Anomaly) -> ExcerptRecord {
        var record = ExcerptRecord("anomaly")
        record.add("at", anomaly.at)
        record.add("connection", anomaly.connection?.description)
        record.add("kind", anomaly.kind.rawValue)
        record.add("detail", anomaly.detail)
        return record
    }
}
