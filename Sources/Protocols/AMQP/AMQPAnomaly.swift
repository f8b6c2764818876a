import Trace

/// A value: something in a stream that had to be stepped over, without any byte of a payload.
package struct AMQPAnomaly: Sendable, Equatable {
    /// Fixed names; they appear in exported traces.
    package enum Kind: String, Sendable, CaseIterable {
        /// Bytes that the capture does not hold.
        case gap
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
        /// What was under way on a connection, dropped because too much was held of all of them.
        case heldAboveLimit = "held-above-limit"
        case channelsAboveLimit = "channels-above-limit"
        /// Publishes or deliveries without an answer, dropped because there are too many.
        case outstandingAboveLimit = "outstanding-above-limit"
        /// The server confirms a publish that was not seen.
        case confirmNumberingLost = "confirm-numbering-lost"
        case protocolHeaderRepeated = "protocol-header-repeated"
        /// The server refused the client's version and named its own.
        case protocolRefused = "protocol-refused"
        /// What was taken for the client proved to be the server.
        case rolesReversed = "roles-reversed"
    }

    package let kind: Kind
    /// One sentence.
    package let detail: String
    package let stamp: PacketStamp

    package init(kind: Kind, detail: String, stamp: PacketStamp) {
        self.kind = kind
        self.detail = detail
        self.stamp = stamp
    }
}
