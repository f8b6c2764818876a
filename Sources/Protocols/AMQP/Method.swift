/// A value: one method with its arguments.
///
/// The methods that are frequent or that something is concluded from have types of their own; the others carry their
/// arguments by name, as `MethodTable` lists them.
package enum Method: Sendable, Equatable {
    case connectionStart(ConnectionStart)
    case connectionStartOk(ConnectionStartOk)
    case connectionTune(ConnectionTune)
    case connectionTuneOk(ConnectionTune)
    case connectionOpen(virtualHost: String)
    case connectionClose(ClosingReason)
    case connectionBlocked(reason: String)
    case connectionUnblocked
    case channelOpen
    case channelClose(ClosingReason)
    case exchangeDeclare(ExchangeDeclare)
    case queueDeclare(QueueDeclare)
    case queueDeclareOk(QueueDeclareOk)
    case queueBind(QueueBind)
    case basicConsume(BasicConsume)
    case basicConsumeOk(consumerTag: String)
    case basicCancel(BasicCancel)
    case basicPublish(BasicPublish)
    case basicReturn(BasicReturn)
    case basicDeliver(BasicDeliver)
    case basicGetOk(BasicGetOk)
    case basicAck(BasicAck)
    case basicReject(BasicReject)
    case basicNack(BasicNack)
    case confirmSelect(noWait: Bool)
    /// Any other method of the specification.
    case other(GenericMethod)
    /// A number that the specification does not have, or arguments that could not be read.
    case undecoded(MethodID, name: String?, argumentBytes: Int)

    /// As in the specification, e.g. `basic.get-ok`; `60.99` for one that it does not have.
    package var name: String {
        switch self {
        case .basicPublish: "basic.publish"
        case .basicDeliver: "basic.deliver"
        case .basicAck: "basic.ack"
        case .other(let method): method.definition.name
        case .undecoded(let id, let name, _): name ?? id.description
        default: MethodTable.v091[id]?.name ?? id.description
        }
    }

    package var id: MethodID {
        switch self {
        case .connectionStart: MethodID(10, 10)
        case .connectionStartOk: MethodID(10, 11)
        case .connectionTune: MethodID(10, 30)
        case .connectionTuneOk: MethodID(10, 31)
        case .connectionOpen: MethodID(10, 40)
        case .connectionClose: MethodID(10, 50)
        case .connectionBlocked: MethodID(10, 60)
        case .connectionUnblocked: MethodID(10, 61)
        case .channelOpen: MethodID(20, 10)
        case .channelClose: MethodID(20, 40)
        case .exchangeDeclare: MethodID(40, 10)
        case .queueDeclare: MethodID(50, 10)
        case .queueDeclareOk: MethodID(50, 11)
        case .queueBind: MethodID(50, 20)
        case .basicConsume: MethodID(60, 20)
        case .basicConsumeOk: MethodID(60, 21)
        case .basicCancel: MethodID(60, 30)
        case .basicPublish: MethodID(60, 40)
        case .basicReturn: MethodID(60, 50)
        case .basicDeliver: MethodID(60, 60)
        case .basicGetOk: MethodID(60, 71)
        case .basicAck: MethodID(60, 80)
        case .basicReject: MethodID(60, 90)
        case .basicNack: MethodID(60, 120)
        case .confirmSelect: MethodID(85, 10)
        case .other(let method): method.definition.id
        case .undecoded(let id, _, _): id
        }
    }

    /// Which end may send it.
    package var sender: MethodDefinition.Sender {
        switch self {
        case .basicPublish: .client
        case .basicDeliver: .server
        case .basicAck, .undecoded: .either
        case .other(let method): method.definition.sender
        default: MethodTable.v091[id]?.sender ?? .either
        }
    }
}

/// A value: a method that has no type of its own, with its arguments by the names of the specification.
package struct GenericMethod: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case bit(Bool)
        case number(UInt64)
        case text(String)
        case table(FieldTable)
        /// A secret, of which only the length in bytes is kept.
        case redacted(byteCount: Int)
    }

    package struct Argument: Sendable, Equatable {
        package let name: String
        package let value: Value
    }

    package let definition: MethodDefinition
    package let arguments: [Argument]

    /// The argument of that name.
    package subscript(name: String) -> Value? {
        arguments.first { $0.name == name }?.value
    }

    package static func == (left: GenericMethod, right: GenericMethod) -> Bool {
        left.definition.id == right.definition.id && left.arguments == right.arguments
    }
}
