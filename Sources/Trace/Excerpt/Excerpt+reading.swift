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
        case "port":
            guard let id = record["id"], ports.count < Limits.excerptRecords else { return }
            ports[id] = Set(record.all("of").prefix(Limits.recordsOfConnection))
        case "undelivered":
            if let call = record["call"], undelivered.count < Limits.excerptRecords { undelivered.insert(call) }
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
