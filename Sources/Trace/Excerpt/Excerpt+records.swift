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
        var record = ExcerptRecord("blocked")
        record.add("connection", connection.description)
        record.add("from", span.from)
        record.add("until", span.until)
        record.add("reason", span.reason)
        return record
    }

    private static func record(of closing: ChannelClosing, on connection: ConnectionID) -> ExcerptRecord {
        var record = ExcerptRecord("channel_closed")
        record.add("connection", connection.description)
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
        var record = ExcerptRecord("consumer")
        record.add("connection", connection.description)
        record.add("queue", consumer.queue)
        record.add("since", consumer.since)
        record.add("until", consumer.until)
        record.add("end", consumer.end?.rawValue)
        return record
    }

    private static func record(of cancellation: ConsumerCancellation, on connection: ConnectionID) -> ExcerptRecord {
        var record = ExcerptRecord("cancelled")
        record.add("connection", connection.description)
        record.add("at", cancellation.at)
        record.add("tag", cancellation.consumerTag)
        record.add("queue", cancellation.queue)
        record.add("renewed", cancellation.renewedAt)
        return record
    }

    private static func record(of end: ConnectionEnd, of connection: ConnectionID) -> ExcerptRecord {
        var record = ExcerptRecord("ended")
        record.add("connection", connection.description)
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

extension ExcerptRecord {
    /// A time is written in nanoseconds since 1970.
    mutating func add(_ key: String, _ time: Timestamp?) {
        add(key, time.map { String($0.nanoseconds) })
    }

    func time(_ key: String) -> Timestamp? {
        self[key].flatMap { Int64($0) }.map { Timestamp(nanoseconds: $0) }
    }
}

extension Excerpt {
    /// Reads what the comments tell; `nil` where they do not begin with an excerpt's first record. What cannot be
    /// understood is stepped over.
    package init?(comments: some Sequence<String>) {
        self.init()
        var isExcerpt = false
        var places: [Int: Int] = [:]
        for record in comments.lazy.compactMap({ ExcerptRecord(text: $0) }).prefix(4 * Limits.excerptRecords) {
            guard isExcerpt else {
                guard record.kind == "excerpt", record["version"] == "1" else { return nil }
                isExcerpt = true
                begin(record)
                continue
            }
            if record.kind == "connection" {
                guard let id = record.integer("id"), places[id] == nil, connections.count < Limits.excerptRecords else {
                    continue
                }
                places[id] = connections.count
                addConnection(record, id: ConnectionID(id))
            } else if let connection = record.integer("connection").flatMap({ places[$0] }) {
                tell(record, of: connection)
            } else {
                add(record)
            }
        }
        guard isExcerpt else { return nil }
    }

    private mutating func begin(_ record: ExcerptRecord) {
        packets = record.count("packets")
        operations = record.count("operations")
        isPartial = record.flag("partial")
        first = record.time("first")
        last = record.time("last")
        kernelDropped = record["kernel_dropped"].map { _ in record.count("kernel_dropped") }
        anomalyCount = record.count("anomalies")
    }

    private mutating func addConnection(_ record: ExcerptRecord, id: ConnectionID) {
        var connection = Connection(
            id: id, client: record["client"] ?? "", server: record["server"] ?? "",
            protocolName: record["protocol"] ?? "AMQP")
        connection.participant = record.integer("participant").map { ParticipantID($0) }
        connection.connectionName = record["name"]
        connection.bytes = record.count("bytes")
        connection.bytesDecoded = record.count("decoded")
        connection.bytesSkipped = record.count("skipped")
        connection.bytesMissing = record.count("missing")
        connection.gaps = record.count("gaps")
        connection.midstream = record.flag("midstream")
        connection.oneSided = record.flag("one_sided")
        connection.isAbandoned = record.flag("abandoned")
        if record.flag("cut") { cutConnections.insert(id) }
        record.tell(&connection)
        connections.append(connection)
    }

    private mutating func tell(_ record: ExcerptRecord, of place: Int) {
        let side = record["by"].flatMap { ConnectionRole(rawValue: $0) }
        switch record.kind {
        case "anomaly": add(record)
        case "blocked":
            guard let from = record.time("from"), connections[place].blocked.count < Limits.recordsOfConnection else {
                return
            }
            connections[place].blocked.append(
                BlockedSpan(from: from, until: record.time("until"), reason: record["reason"] ?? ""))
        case "channel_closed":
            guard let at = record.time("at"), let side,
                connections[place].channelClosings.count < Limits.recordsOfConnection
            else { return }
            connections[place].channelClosings.append(
                ChannelClosing(
                    at: at, channel: record.number("channel", as: UInt16.self) ?? 0, by: side,
                    code: record.number("code", as: UInt16.self) ?? 0,
                    text: record["text"] ?? "", method: record["method"], subject: record["subject"]))
        case "cancelled":
            guard let at = record.time("at"), connections[place].cancelled.count < Limits.recordsOfConnection else {
                return
            }
            connections[place].cancelled.append(
                ConsumerCancellation(
                    at: at, consumerTag: record["tag"] ?? "", queue: record["queue"], renewedAt: record.time("renewed"))
            )
        case "consumer":
            guard let since = record.time("since"), let queue = record["queue"],
                connections[place].consumers.count < Limits.recordsOfConnection
            else { return }
            var consumer = QueueConsumer(queue: queue, since: since)
            (consumer.until, consumer.end) = (record.time("until"), record["end"].flatMap(QueueConsumer.End.init))
            connections[place].consumers.append(consumer)
        case "ended":
            guard let at = record.time("at"), let kind = record["kind"].flatMap({ ConnectionEnd.Kind(rawValue: $0) })
            else { return }
            var end = ConnectionEnd(
                kind, at: at, by: side, code: record.number("code", as: UInt16.self), text: record["text"])
            end.mayHaveBeenClosed = record.flag("unseen")
            connections[place].end = end
        default: break
        }
    }

    private mutating func add(_ record: ExcerptRecord) {
        switch record.kind {
        case "participant":
            guard let id = record.integer("id"), participants.count < Limits.excerptRecords else { return }
            var participant = Participant(
                id: ParticipantID(id), service: record["service"], host: record["host"],
                pid: record.number("pid", as: UInt32.self),
                label: record["label"] ?? "", learnedFrom: record.all("learned_from"))
            participant.virtualHost = record["vhost"]
            participants.append(participant)
            lastHeard[ParticipantID(id)] = lastHeard[ParticipantID(id)] ?? record.time("heard")
            if record.flag("addressed") { addressed.insert(ParticipantID(id)) }
        case "anomaly":
            guard let at = record.time("at"), anomalies.count < CaptureSummary.anomalyLimit else { return }
            anomalies.append(
                Anomaly(
                    at: at, connection: record.integer("connection").map { ConnectionID($0) },
                    kind: record["kind"].flatMap { AnomalyKind(rawValue: $0) } ?? .unknown,
                    detail: record["detail"] ?? ""))
        case "request":
            if let id = record["id"], requests.count < 2 * Limits.excerptRecords { requests.insert(id) }
        case "last_taken":
            guard let at = record.time("at"), let queue = record["from"], lastTaken.count < Limits.excerptRecords else {
                return
            }
            lastTaken[queue] = Delivery(
                to: record.integer("by").map { ParticipantID($0) }, at: at, redelivered: false, connection: -1)
        case "succeeded":
            guard let at = record.time("at"), let instance = record["instance"], let kind = record["kind"],
                successors.count < Limits.excerptRecords
            else { return }
            successors.append(
                EndedOperation(
                    id: EndedOperation.ID(requestID: record["request"], instance: instance),
                    successor: Operation.Successor(
                        kind: Operation.Kind(rawValue: kind), at: at, requestID: record["by"], message: nil)))
        case "sight":
            var told = DeliverySight()
            for address in record.all("address") { told.saw(address: address) }
            for host in record.all("host") { told.saw(host: host) }
            let (answered, unseen) = (record.count("answered"), record.count("unseen"))
            told.sawAnswer(wasSeenWhole: true, times: max(0, answered - unseen))
            told.sawAnswer(wasSeenWhole: false, times: min(unseen, answered))
            told.ways.count(whole: record.count("whole"), halves: record.count("halves"))
            told.ways.merge(sight?.ways ?? WaySight())
            sight = told
        case "way":
            let way =
                record.integer("by").map { Way.published(by: ParticipantID($0)) }
                ?? record["from"].map { Way.taken(from: $0, virtualHost: record["vhost"]) }
            guard let way else { return }
            var ways = WaySight()
            ways.saw(way, times: record.count("seen"))
            ways.missed(way, times: record.count("unseen"))
            sight = sight ?? DeliverySight()
            sight?.ways.merge(ways)
        case "instance":
            guard let uuid = record["uuid"], let name = record["name"], instanceNames.count < Limits.excerptRecords
            else {
                return
            }
            instanceNames.append(InstanceName(uuid: uuid, name: name))
        case "aside": addAside(record)
        case "refused":
            guard let at = record.time("at"), let message = record["message"], refusals.count < Limits.excerptRecords
            else { return }
            refusals[message] = at
        default: break
        }
    }

    private mutating func addAside(_ record: ExcerptRecord) {
        guard let at = record.time("at"), let message = record["message"], asides.count < Limits.excerptRecords,
            asides[message, default: []].count < Limits.recordsOfConnection
        else { return }
        var delivery = Delivery(
            to: record.integer("by").map { ParticipantID($0) }, at: at, redelivered: false, connection: -1)
        if let time = record.time("acknowledged") { delivery.settle(.acknowledged, at: time) }
        if let time = record.time("rejected") {
            delivery.settle(record.flag("requeued") ? .requeued : .dropped, at: time)
        }
        let death = record["died_in"].map { AsideDelivery.Death(queue: $0, reason: record["died_of"] ?? "") }
        asides[message, default: []].append(
            AsideDelivery(delivery, from: record["from"], isFetched: record.flag("fetched"), death: death))
    }
}
