/// What a connection's record tells of its opening and of what passed on it.
extension ExcerptRecord {
    mutating func add(_ connection: Connection) {
        add("vhost", connection.virtualHost)
        add("network", connection.network)
        add("answered_in", connection.answeredIn)
        add("proxied_client", connection.proxiedClient)
        add("preceded_by", connection.precededBy)
        add("opened", connection.openedAt)
        add("client_seen", connection.lastSeenClient)
        add("server_seen", connection.lastSeenServer)
        add("bytes_sent", count: connection.bytesSent)
        add("bytes_received", count: connection.bytesReceived)
        add("sent", count: connection.messagesSent)
        add("received", count: connection.messagesReceived)
        for stretch in connection.watched.stretches {
            add("watched", "\(stretch.from.nanoseconds)-\(stretch.until.nanoseconds)")
        }
        guard let handshake = connection.handshake else { return }
        add("stage", handshake.stage.rawValue)
        add("user", handshake.user)
        add("mechanism", handshake.mechanism)
        add("product", handshake.product)
        add("version", handshake.productVersion)
        add("platform", handshake.platform)
        add("server_product", handshake.serverProduct)
        add("server_version", handshake.serverVersion)
        add("cluster", handshake.cluster)
        add("heartbeat", handshake.heartbeat.map(String.init))
        add("channel_max", handshake.channelMax.map(String.init))
        add("frame_max", handshake.frameMax.map(String.init))
        add("refused_for", handshake.refusedFor)
    }

    /// Puts what the record tells into a connection.
    func tell(_ connection: inout Connection) {
        connection.virtualHost = self["vhost"]
        connection.network = self["network"]
        connection.answeredIn = self["answered_in"]
        connection.proxiedClient = self["proxied_client"]
        connection.precededBy = self["preceded_by"]
        connection.openedAt = time("opened")
        connection.lastSeenClient = time("client_seen")
        connection.lastSeenServer = time("server_seen")
        connection.bytesSent = count("bytes_sent")
        connection.bytesReceived = count("bytes_received")
        connection.messagesSent = count("sent")
        connection.messagesReceived = count("received")
        connection.watched = WatchedTime(all("watched").compactMap(WatchedTime.Stretch.init))
        guard let stage = self["stage"].flatMap({ ConnectionHandshake.Stage(rawValue: $0) }) else { return }
        var handshake = ConnectionHandshake()
        handshake.stage = stage
        handshake.user = self["user"]
        handshake.mechanism = self["mechanism"]
        handshake.product = self["product"]
        handshake.productVersion = self["version"]
        handshake.platform = self["platform"]
        handshake.serverProduct = self["server_product"]
        handshake.serverVersion = self["server_version"]
        handshake.cluster = self["cluster"]
        handshake.heartbeat = number("heartbeat", as: UInt16.self)
        handshake.channelMax = number("channel_max", as: UInt16.self)
        handshake.frameMax = number("frame_max", as: UInt32.self)
        handshake.refusedFor = self["refused_for"]
        connection.handshake = handshake
    }
}

extension WatchedTime.Stretch {
    /// Two times in nanoseconds since 1970, `1700000000000000000-1700000005000000000`.
    fileprivate init?(_ text: String) {
        let times = text.split(separator: "-").compactMap { Int64($0) }
        guard times.count == 2, times[0] <= times[1] else { return nil }
        self.init(from: Timestamp(nanoseconds: times[0]), until: Timestamp(nanoseconds: times[1]))
    }
}
