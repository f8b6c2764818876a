/// A value: what the specification says of one method.
package struct MethodDefinition: Sendable {
    /// The wire type of an argument (AMQP 0-9-1, 4.2.1).
    enum ArgumentType {
        case octet, short, long, longlong, shortstr, longstr, table
        /// Bits that follow each other share octets, lowest bit first.
        case bit
        /// A long string that is never kept, only its length: SASL responses, new secrets.
        case secret
    }

    struct Argument: Sendable {
        let name: String
        let type: ArgumentType

        static func octet(_ name: String) -> Argument { Argument(name: name, type: .octet) }
        static func short(_ name: String) -> Argument { Argument(name: name, type: .short) }
        static func long(_ name: String) -> Argument { Argument(name: name, type: .long) }
        static func longlong(_ name: String) -> Argument { Argument(name: name, type: .longlong) }
        static func shortstr(_ name: String) -> Argument { Argument(name: name, type: .shortstr) }
        static func longstr(_ name: String) -> Argument { Argument(name: name, type: .longstr) }
        static func table(_ name: String) -> Argument { Argument(name: name, type: .table) }
        static func bit(_ name: String) -> Argument { Argument(name: name, type: .bit) }
        static func secret(_ name: String) -> Argument { Argument(name: name, type: .secret) }
    }

    /// Which end may send it.
    enum Sender { case client, server, either }

    package let id: MethodID
    /// As in the specification, e.g. `basic.get-ok`.
    package let name: String
    let sender: Sender
    /// Whether a content header and body follow.
    let hasContent: Bool
    let arguments: [Argument]

    init(_ id: MethodID, _ name: String, _ sender: Sender, hasContent: Bool = false, _ arguments: [Argument]) {
        self.id = id
        self.name = name
        self.sender = sender
        self.hasContent = hasContent
        self.arguments = arguments
    }

    init(_ id: MethodID, _ name: String, _ sender: Sender, hasContent: Bool = false, _ arguments: Argument...) {
        self.init(id, name, sender, hasContent: hasContent, arguments)
    }
}
