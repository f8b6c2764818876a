package import Trace

/// A value: what happened in an AMQP connection.
///
/// Every method is an event of its own at the moment its frame is complete: those that a message follows as `begun`, and
/// then the message as `content`, whose body is the span emitted beside the event (empty for all other events).
package enum AMQPEvent: Sendable {
    /// Eight bytes from `AMQP` on; from the server, they refuse the client's version.
    case protocolHeader(AMQPVersion, ConnectionRole, PacketStamp)
    /// A method that no content follows.
    case method(AMQPMethodEvent)
    /// A method that a content follows, of which no more than that is known yet.
    case begun(InPlace<AMQPContent>)
    case content(InPlace<AMQPContent>)
    case settled(Settlement)
    case heartbeat(ConnectionRole, PacketStamp)
}

/// A value: a method frame that no content follows.
package struct AMQPMethodEvent: Sendable {
    package let side: ConnectionRole
    /// 0 for methods of class connection.
    package let channel: UInt16
    package let method: Method
    /// The packet with the last byte of the frame.
    package let stamp: PacketStamp
}

/// A value: the end of the wait for publishes or deliveries.
package struct Settlement: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// From the server to the client: publisher confirms.
        case confirmed, nacked
        /// From the client to the server.
        case acknowledged, rejected, requeued
    }

    /// Ids of the contents concerned, ascending, at least one.
    package let contentIDs: ContentIDs
    package let kind: Kind
    package let channel: UInt16
    package let stamp: PacketStamp
}

/// A value: ids of contents; one alone, which is the rule, needs no allocation.
package struct ContentIDs: Sendable, Equatable, RandomAccessCollection {
    private var first: Int
    private var others: [Int] = []

    package init(_ first: Int) {
        self.first = first
    }

    mutating func append(_ id: Int) {
        others.append(id)
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { others.count + 1 }

    package subscript(position: Int) -> Int {
        position == 0 ? first : others[position - 1]
    }
}
