package import Trace

/// A value: a message as it went over the wire once: the method that carries it, its properties, its packets.
///
/// The body is handed out beside it. A truncated body holds the bytes up to the first that are missing.
package struct AMQPContent: Sendable {
    /// The method before the content header.
    package enum Method: Sendable, Equatable {
        case publish(BasicPublish)
        case deliver(BasicDeliver)
        case `return`(BasicReturn)
        case getOk(BasicGetOk)

        package var exchange: String {
            switch self {
            case .publish(let method): method.exchange
            case .deliver(let method): method.exchange
            case .return(let method): method.exchange
            case .getOk(let method): method.exchange
            }
        }

        package var routingKey: String {
            switch self {
            case .publish(let method): method.routingKey
            case .deliver(let method): method.routingKey
            case .return(let method): method.routingKey
            case .getOk(let method): method.routingKey
            }
        }

        /// Which of them it is; of those that are answered with the tag that the answer names.
        enum Kind {
            case publish, `return`
            case deliver(tag: UInt64)
            case getOk(tag: UInt64)

            /// What the specification says of it.
            var definition: MethodDefinition {
                switch self {
                case .publish: BasicPublish.definition
                case .deliver: BasicDeliver.definition
                case .return: BasicReturn.definition
                case .getOk: BasicGetOk.definition
                }
            }

            /// Which end may send it.
            var sender: MethodDefinition.Sender {
                if case .publish = self { .client } else { .server }
            }
        }

        var kind: Kind {
            switch self {
            case .publish: .publish
            case .deliver(let method): .deliver(tag: method.deliveryTag)
            case .return: .return
            case .getOk(let method): .getOk(tag: method.deliveryTag)
            }
        }
    }

    /// Counts from 0 per connection, in order of the methods.
    package let id: Int
    package let side: ConnectionRole
    package let channel: UInt16
    package let method: Method
    package let exchange: String
    package let routingKey: String
    /// Empty where the content header was lost.
    package var properties = BasicProperties()
    /// Bytes that the content header announced, up to 2^64 - 1; 0 where it was lost.
    package var bodySize: UInt64 = 0
    package var isTruncated = false
    /// The packet in which the method frame began.
    package let firstPacket: PacketStamp
    /// The packet with the last byte that belongs to it.
    package var lastPacket: PacketStamp
    /// The packets between the first and the last; empty for nearly all.
    package var middlePackets: [PacketReference] = []

    init(
        id: Int, side: ConnectionRole, channel: UInt16, method: consuming Method, began: PacketStamp,
        at stamp: PacketStamp
    ) {
        self.id = id
        self.side = side
        self.channel = channel
        (exchange, routingKey) = (method.exchange, method.routingKey)
        self.method = method
        firstPacket = began
        lastPacket = stamp
    }

    /// Bytes of memory that a packet of `middlePackets` takes.
    static let bytesPerPacket = MemoryLayout<PacketReference>.stride

    /// Every packet once, in order.
    package var packets: [PacketReference] {
        let ends = [firstPacket.reference, lastPacket.reference]
        return ends[0] == ends[1] ? [ends[0]] : [ends[0]] + middlePackets + [ends[1]]
    }

    /// Bytes of it came in that packet.
    mutating func note(_ stamp: PacketStamp, limit: Int) {
        if !stamp.isSamePacket(lastPacket), !lastPacket.isSamePacket(firstPacket), middlePackets.count < limit {
            middlePackets.append(lastPacket.reference)
        }
        lastPacket = stamp
    }
}

extension PacketStamp {
    @inline(__always)
    fileprivate func isSamePacket(_ other: PacketStamp) -> Bool { number == other.number && source == other.source }
}
