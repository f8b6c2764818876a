/// A value: what was captured and how much of it could be read.
package struct CaptureSummary: Sendable {
    package var sources: [CaptureSource] = []
    package var connections: [Connection] = []
    /// Attempts to reach a broker that never became one of `connections`, in the order of the first of each.
    package var attempts: [ConnectionAttempts] = []
    /// At most `CaptureSummary.anomalyLimit` of them, in order of time; `anomalyCount` counts all.
    package var anomalies: [Anomaly] = []
    package var anomalyCount = 0
    /// How many of those are of bytes that were not read as AMQP or as a message.
    package var unreadCount = 0
    /// Traffic that was seen and is not AMQP 0-9-1, by the protocol's name, e.g. `TLS` on port 5671: connections.
    package var otherProtocols: [String: Int] = [:]
    /// Of queues by routing key the last delivery, where an excerpt tells of one that it does not hold.
    package var lastTaken: [String: Delivery] = [:]
    /// What put an end to operations, where an excerpt tells of one that it does not hold.
    package var successors: [EndedOperation.ID: Operation.Successor] = [:]
    /// The instances that have had a port, by its id, as an excerpt tells.
    package var ports: [String: Set<String>] = [:]
    /// What an excerpt tells of when anything was heard of participants last, and which of them were given a request
    /// addressed to their host.
    package var lastHeard: [ParticipantID: Timestamp] = [:]
    package var addressed: Set<ParticipantID> = []
    /// What an excerpt tells of what its capture showed of deliveries; `nil` where that is to be seen.
    package var sight: DeliverySight?
    /// What became of the packets.
    package var network = NetworkCounts()
    /// When a live capture ended; `nil` for files, which hold nothing of how long they ran on after their last packet.
    package var endedAt: Timestamp?

    /// Whether some connections were watched for a part of the capture only.
    package var hasParts: Bool { sources.captureCount > 1 || excerptHasParts }
    /// The same of the capture that this is an excerpt of.
    package var excerptHasParts = false

    package static let anomalyLimit = 1000

    package init() {}

    /// Up to when it is known what was on the wire: when a live capture ended, else when the last packet came.
    package var end: Timestamp? { (sources.map(\.last) + [endedAt]).compactMap(\.self).max() }
}

/// A value: one capture file or interface.
package struct CaptureSource: Sendable {
    /// The path as given, `-` for standard input.
    package var path: String
    /// libpcap's name of the link type, e.g. `EN10MB`.
    package var linkType: String
    package var packets = 0
    /// Bytes captured, packet headers of the file not counted.
    package var bytes = 0
    package var first: Timestamp?
    package var last: Timestamp?
    /// Packets that were lost on the way into the capture. `nil` where that is not known, as in most files.
    package var kernelDropped: Int?
    /// Packets of which only the first bytes were captured.
    package var cutPackets = 0
    /// The length that those were cut at; `nil` where there are none, or where they were cut at different lengths.
    package var snapLength: Int?
    /// How the times of its packets are to be read.
    package var clock = SourceClock()
    /// What the file says of the capture that it is an excerpt of; `nil` for a whole capture.
    package var excerpt: Excerpt?
    /// Whether it is an interface, which is watched from the beginning of the capture to its end.
    package var isLive = false

    /// Whether packets were left out of it on purpose.
    package var isExcerpt: Bool { excerpt != nil }

    package init(path: String, linkType: String) {
        self.path = path
        self.linkType = linkType
    }
}

/// A value: one TCP connection that carried AMQP.
package struct Connection: Sendable, Identifiable {
    package var id: ConnectionID
    /// `address:port`, IPv6 in brackets.
    package var client: String
    package var server: String
    /// E.g. `AMQP 0-9-1`, `AMQP 0-8`.
    package var protocolName: String
    /// Stream bytes seen in both directions.
    package var bytes = 0
    /// Of `bytes`, those that belong to decoded frames.
    package var bytesDecoded = 0
    /// Of `bytes`, those that were stepped over to find a frame.
    package var bytesSkipped = 0
    /// Stream bytes that the capture does not hold.
    package var bytesMissing = 0
    /// Of `bytesMissing`, those that were cut off packets.
    package var bytesCut = 0
    /// Packets that bytes were cut off.
    package var packetsCut = 0
    /// When the last of those came.
    package var lastCut: Timestamp?
    /// Holes in the stream, both directions; what was cut off packets not counted.
    package var gaps = 0
    /// Whether the capture began when the connection was already open.
    package var midstream = false
    /// Whether only one of the two directions was seen.
    package var oneSided = false
    /// Times in which the broker let it publish nothing, in order; the first of very many.
    package var blocked: [BlockedSpan] = []
    /// Its channels that were closed over a fault, in order; the first of very many.
    package var channelClosings: [ChannelClosing] = []
    /// Its consumers that the broker ended, in order; the first of very many.
    package var cancelled: [ConsumerCancellation] = []
    /// What it consumed from of which a consumer was ended before, in order; the first of very many.
    package var renewals: [ConsumerRenewal] = []
    /// The queues that it consumed from, in order; the first of very many.
    package var consumers: [QueueConsumer] = []
    /// `nil` where it was still open when the capture ended.
    package var end: ConnectionEnd?
    /// Whether its client ended TCP without `connection.close`, and not as a part of stopping in order.
    package var isAbandoned = false
    /// `connection_name` of the client properties: for oslo.messaging `argv0:pid:uuid`.
    package var connectionName: String?
    /// The client.
    package var participant: ParticipantID?
    /// `nil` where the capture does not hold its opening.
    package var handshake: ConnectionHandshake? {
        get { sharedHandshake?.value }
        set { sharedHandshake = newValue.map { InPlace($0) } }
    }
    /// The same: those that were opened alike have it in common.
    package var sharedHandshake: InPlace<ConnectionHandshake>?
    /// The name space of its queues and exchanges (`connection.open`); where the capture does not hold that, what
    /// follows from messages that passed on it; `nil` where nothing tells.
    package var virtualHost: String?
    /// Which of several buses it is of, where brokers were told apart by the messages that passed on them; else `nil`.
    package var bus: Int?
    /// The tunnel that it was in, e.g. `VXLAN 7`; `nil` for none.
    package var network: String?
    /// The protocol of the broker's answer where that is none that is decoded, e.g. `TLS`.
    package var answeredIn: String?
    /// The client that a PROXY header names, as `client`, which is the proxy then; `nil` where none does.
    package var proxiedClient: String?
    /// What the client sent in front of AMQP: `PROXY header`, `unknown` for bytes of no protocol; `nil` for nothing.
    package var precededBy: String?
    /// When it was opened; `nil` in mid-stream.
    package var openedAt: Timestamp?
    /// When bytes of each end came last: messages, acknowledgements, heartbeats.
    package var lastSeenClient: Timestamp?
    package var lastSeenServer: Timestamp?
    /// Of `bytes`, those of each end.
    package var bytesSent = 0
    package var bytesReceived = 0
    /// Messages that the client published, and that the broker gave to it.
    package var messagesSent = 0
    package var messagesReceived = 0
    /// When it was watched, where several files were read; else for the whole capture.
    package var watched = WatchedTime()
    /// Indexes into `CaptureSummary.sources` of those that showed it, where several files were read.
    package var sources: Set<Int> = []

    package init(id: ConnectionID, client: String, server: String, protocolName: String) {
        self.id = id
        self.client = client
        self.server = server
        self.protocolName = protocolName
    }
}
