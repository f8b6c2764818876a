package import OpenStack
package import Trace

/// A value: one AMQP message as it passed on one connection, decoded.
package struct Passage: Sendable {
    /// Which of the ways a message passes.
    package enum Leg: Sendable {
        /// `basic.publish`, client to broker.
        case publish
        /// `basic.deliver` or `basic.get-ok`, broker to client.
        case deliver(redelivered: Bool)
        /// The same, to somebody whom it was not sent to.
        case aside
        /// `basic.return`, broker to client.
        case returned(Returned)

        var isAside: Bool { if case .aside = self { true } else { false } }
    }

    package var leg: Leg
    package var connection: ConnectionID
    /// The content's number on its connection, by which acknowledgements name it.
    package var contentID: Int
    package var exchange: String
    package var routingKey: String
    /// Of the body as announced.
    package var bytes: Int
    package var isTruncated: Bool
    /// The AMQP `expiration` property.
    package var expiration: Nanoseconds?
    /// When the first and the last byte passed.
    package var firstByteAt: Timestamp
    package var lastByteAt: Timestamp
    package var packets: [PacketReference]
    /// Tells bodies without `_unique_id` apart.
    package var bodyHash: UInt64
    package var body: OsloBody
    /// Where a delivery came from, as far as that is known.
    package var origin: DeliveryOrigin?

    package init(
        leg: Leg, connection: ConnectionID, contentID: Int, exchange: String, routingKey: String, bytes: Int,
        isTruncated: Bool, expiration: Nanoseconds?, firstByteAt: Timestamp, lastByteAt: Timestamp,
        packets: [PacketReference], bodyHash: UInt64, body: OsloBody, origin: DeliveryOrigin? = nil
    ) {
        self.origin = origin
        self.leg = leg
        self.connection = connection
        self.contentID = contentID
        self.exchange = exchange
        self.routingKey = routingKey
        self.bytes = bytes
        self.isTruncated = isTruncated
        self.expiration = expiration
        self.firstByteAt = firstByteAt
        self.lastByteAt = lastByteAt
        self.packets = packets
        self.bodyHash = bodyHash
        self.body = body
    }
}

/// A value: an acknowledgement of one message on one connection.
package struct Acknowledgement: Sendable {
    package enum Kind: Sendable {
        /// The broker took the publish, or gave it back.
        case confirmed, refused
        /// The consumer took the delivery, dropped it, or gave it back.
        case taken, dropped, requeued
    }

    package var kind: Kind
    package var connection: ConnectionID
    package var contentID: Int
    package var at: Timestamp
    /// `nil` where packets are not listed.
    package var packet: PacketReference?

    package init(
        kind: Kind, connection: ConnectionID, contentID: Int, at: Timestamp, packet: PacketReference? = nil
    ) {
        self.packet = packet
        self.kind = kind
        self.connection = connection
        self.contentID = contentID
        self.at = at
    }
}
