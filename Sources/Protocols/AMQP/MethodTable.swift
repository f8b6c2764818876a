/// A value: what the specification says of one method.
package struct MethodDefinition: Sendable {
    /// The wire type of an argument (AMQP 0-9-1, 4.2.1).
    package enum ArgumentType: Sendable {
        case octet, short, long, longlong, timestamp, shortstr, longstr, table
        /// Bits that follow each other share octets, lowest bit first.
        case bit
        /// A long string that is never kept, only its length: SASL responses, new secrets.
        case secret
    }

    package struct Argument: Sendable {
        package let name: String
        package let type: ArgumentType

        package init(_ name: String, _ type: ArgumentType) {
            self.name = name
            self.type = type
        }
    }

    /// Which end may send it.
    package enum Sender: Sendable { case client, server, either }

    package let id: MethodID
    /// As in the specification, e.g. `basic.get-ok`.
    package let name: String
    package let sender: Sender
    /// Whether a content header and body follow.
    package let hasContent: Bool
    package let arguments: [Argument]

    init(
        _ classID: UInt16, _ methodID: UInt16, _ name: String, _ sender: Sender, hasContent: Bool = false,
        _ arguments: [Argument]
    ) {
        id = MethodID(classID, methodID)
        self.name = name
        self.sender = sender
        self.hasContent = hasContent
        self.arguments = arguments
    }
}

/// A value: the methods of one version of AMQP by number.
package struct MethodTable: Sendable {
    package let methods: [MethodDefinition]
    private let indices: [UInt32: Int]

    init(_ methods: [MethodDefinition]) {
        self.methods = methods
        indices = Dictionary(methods.enumerated().map { ($1.id.code, $0) }) { first, _ in first }
    }

    /// The method of that number; `nil` where the specification has none.
    package subscript(id: MethodID) -> MethodDefinition? {
        indices[id.code].map { methods[$0] }
    }

    /// AMQP 0-9-1 with RabbitMQ's extensions: 66 methods.
    package static let v091 = MethodTable(
        connection091 + channel091 + access + exchange091 + queue + basic091 + confirm + tx)

    /// AMQP 0-8 as RabbitMQ spoke it; its classes file, stream, dtx and tunnel were never implemented.
    package static let v08 = MethodTable(connection08 + channel08 + access + exchange08 + queue + basic08 + tx)
}
