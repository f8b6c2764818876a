/// A value: one method with its arguments.
///
/// The methods that are frequent or that something is concluded from have types of their own (`AMQPMethod`); the others
/// carry their arguments by name, as `MethodTable` lists them. All but the answers to messages have a place of their own,
/// so that a method is small wherever it is handed on.
package enum Method: Sendable, Equatable {
    indirect case connectionStart(ConnectionStart)
    indirect case connectionStartOk(ConnectionStartOk)
    indirect case connectionTune(ConnectionTune)
    indirect case connectionTuneOk(ConnectionTuneOk)
    indirect case connectionOpen(ConnectionOpen)
    indirect case connectionClose(ConnectionClose)
    indirect case connectionBlocked(ConnectionBlocked)
    case connectionUnblocked(ConnectionUnblocked)
    case channelOpen(ChannelOpen)
    indirect case channelClose(ChannelClose)
    indirect case exchangeDeclare(ExchangeDeclare)
    indirect case queueDeclare(QueueDeclare)
    indirect case queueDeclareOk(QueueDeclareOk)
    indirect case queueBind(QueueBind)
    indirect case basicConsume(BasicConsume)
    indirect case basicConsumeOk(BasicConsumeOk)
    indirect case basicCancel(BasicCancel)
    indirect case basicPublish(BasicPublish)
    indirect case basicReturn(BasicReturn)
    indirect case basicDeliver(BasicDeliver)
    indirect case basicGetOk(BasicGetOk)
    case basicAck(BasicAck)
    case basicReject(BasicReject)
    case basicNack(BasicNack)
    case confirmSelect(ConfirmSelect)
    /// Any other method of the specification.
    indirect case other(GenericMethod)
    /// A number that the specification does not have, or arguments that could not be read.
    indirect case undecoded(MethodID, name: String?, argumentBytes: Int)

    /// What the specification says of it.
    private var definition: MethodDefinition {
        switch self {
        case .connectionStart: ConnectionStart.definition
        case .connectionStartOk: ConnectionStartOk.definition
        case .connectionTune: ConnectionTune.definition
        case .connectionTuneOk: ConnectionTuneOk.definition
        case .connectionOpen: ConnectionOpen.definition
        case .connectionClose: ConnectionClose.definition
        case .connectionBlocked: ConnectionBlocked.definition
        case .connectionUnblocked: ConnectionUnblocked.definition
        case .channelOpen: ChannelOpen.definition
        case .channelClose: ChannelClose.definition
        case .exchangeDeclare: ExchangeDeclare.definition
        case .queueDeclare: QueueDeclare.definition
        case .queueDeclareOk: QueueDeclareOk.definition
        case .queueBind: QueueBind.definition
        case .basicConsume: BasicConsume.definition
        case .basicConsumeOk: BasicConsumeOk.definition
        case .basicCancel: BasicCancel.definition
        case .basicPublish: BasicPublish.definition
        case .basicReturn: BasicReturn.definition
        case .basicDeliver: BasicDeliver.definition
        case .basicGetOk: BasicGetOk.definition
        case .basicAck: BasicAck.definition
        case .basicReject: BasicReject.definition
        case .basicNack: BasicNack.definition
        case .confirmSelect: ConfirmSelect.definition
        case .other(let method): method.definition
        case .undecoded(let id, let name, _): MethodDefinition(id, name ?? id.description, .either)
        }
    }

    /// As in the specification, e.g. `basic.get-ok`; `60.99` for one that it does not have.
    package var name: String { definition.name }

    package var id: MethodID { definition.id }

    /// Which end may send it.
    var sender: MethodDefinition.Sender { definition.sender }

    /// The method that announces a content.
    package init(_ method: AMQPContent.Method) {
        switch method {
        case .publish(let method): self = .basicPublish(method)
        case .deliver(let method): self = .basicDeliver(method)
        case .return(let method): self = .basicReturn(method)
        case .getOk(let method): self = .basicGetOk(method)
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
