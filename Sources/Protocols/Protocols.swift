/// The protocols that are decoded; each has a folder of its own. Those that are only told apart by their first bytes
/// stand in `StreamSignature.all`.
package enum Protocols {
    package static var decoded: [any StreamProtocol.Type] {
        [
            AMQPConnection.self
        ]
    }
}
