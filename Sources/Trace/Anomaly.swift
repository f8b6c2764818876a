/// A value: something out of the ordinary: what could not be read, or what an end said that went wrong.
package struct Anomaly: Sendable {
    package var at: Timestamp
    /// `nil` where none is concerned.
    package var connection: ConnectionID?
    package var kind: AnomalyKind
    /// One sentence without payload bytes.
    package var detail: String

    package init(at: Timestamp, connection: ConnectionID?, kind: AnomalyKind, detail: String) {
        self.at = at
        self.connection = connection
        self.kind = kind
        self.detail = detail
    }

    /// Whether bytes that are there were not read: neither lost by the capture nor said by an end, which is told in words.
    package var isUnread: Bool { kind.isUnread }
}

/// A value: the kinds of anomalies; the names appear in exported traces.
package enum AnomalyKind: String, Sendable, CaseIterable {
    // MARK: Streams of any protocol

    /// Bytes that the capture does not hold.
    case gap
    /// What was under way on a connection, dropped because too much was held of all of them.
    case heldAboveLimit = "held-above-limit"
    /// Bytes where a stream begins that are no part of its protocol.
    case strayBytes = "stray-bytes"
    /// The server refused the client's version and named its own.
    case protocolRefused = "protocol-refused"
    /// What was taken for the client proved to be the server.
    case rolesReversed = "roles-reversed"

    // MARK: AMQP

    /// A frame does not end in 0xCE.
    case frameEndMissing = "frame-end-missing"
    case frameTooLarge = "frame-too-large"
    /// A frame above the frame_max that both ends agreed on; it is decoded all the same.
    case frameAboveFrameMax = "frame-above-frame-max"
    case frameTypeUnknown = "frame-type-unknown"
    /// A frame of which the capture lost a part.
    case frameLost = "frame-lost"
    /// A frame begins where the stream ends.
    case frameIncomplete = "frame-incomplete"
    /// A heartbeat with a payload, or on a channel.
    case heartbeatMalformed = "heartbeat-malformed"
    case methodUnknown = "method-unknown"
    case methodMalformed = "method-malformed"
    case methodFromWrongSide = "method-from-wrong-side"
    /// A field table that holds what cannot be read; its first entries are kept.
    case tableIncomplete = "table-incomplete"
    case contentHeaderMalformed = "content-header-malformed"
    case contentHeaderUnexpected = "content-header-unexpected"
    case contentClassUnknown = "content-class-unknown"
    case contentBodyUnexpected = "content-body-unexpected"
    /// More body than the content header announced.
    case contentBodyTooLong = "content-body-too-long"
    /// A method where more of a content was due; what there was of it is dropped.
    case contentInterrupted = "content-interrupted"
    /// A content of which the end, or a part, was not captured.
    case contentTruncated = "content-truncated"
    case bodyAboveLimit = "body-above-limit"
    case channelsAboveLimit = "channels-above-limit"
    /// Publishes or deliveries without an answer, dropped because there are too many.
    case outstandingAboveLimit = "outstanding-above-limit"
    /// The server confirms a publish that was not seen.
    case confirmNumberingLost = "confirm-numbering-lost"
    case protocolHeaderRepeated = "protocol-header-repeated"

    // MARK: Connections

    case connectionBlocked = "connection-blocked"
    case consumerCancelled = "consumer-cancelled"
    case channelClosed = "channel-closed"
    case connectionClosed = "connection-closed"
    case connectionReset = "connection-reset"
    /// A body that should have been readable by its content type.
    case bodyUnreadable = "body-unreadable"

    // MARK: The capture as a whole

    case captureDamaged = "capture-damaged"
    case connectionsNotListed = "connections-not-listed"
    case connectionFactsLeftOut = "connection-facts-left-out"
    case joiningEndedEarly = "joining-ended-early"
    case traceAboveLimit = "trace-above-limit"
    case messagesLeftOut = "messages-left-out"
    case operationsNotListed = "operations-not-listed"
    /// Of an excerpt that another version wrote.
    case unknown

    /// Whether bytes that are there were not read.
    fileprivate var isUnread: Bool {
        switch self {
        // What an end said, and how connections ended.
        case .connectionBlocked, .consumerCancelled, .channelClosed, .connectionClosed, .connectionReset,
            .protocolRefused:
            false
        // What the capture lacks.
        case .gap, .frameLost, .frameIncomplete, .contentTruncated, .captureDamaged, .confirmNumberingLost: false
        // What was read all the same, or is no loss of bytes.
        case .frameAboveFrameMax, .rolesReversed, .protocolHeaderRepeated, .outstandingAboveLimit,
            .connectionsNotListed, .connectionFactsLeftOut, .joiningEndedEarly, .traceAboveLimit:
            false
        default: true
        }
    }
}
