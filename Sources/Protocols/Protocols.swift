import Trace

/// A value: a row of the list of protocols that are decoded; each has a folder of its own.
///
/// Those that are only told apart by their first bytes stand in `StreamSignature.all`.
package struct ProtocolRow: Sendable {
    package let name: String
    package let ports: [UInt16]
    /// Whether its decoder finds a place to begin where the capture does not hold the beginning of a stream.
    package let isFoundAnywhere: Bool
    package let probe: @Sendable (RawSpan) -> Probe
    package let open: @Sendable (StreamOpening) -> ProtocolDecoder

    package init<Protocol: StreamProtocol>(
        _ type: Protocol.Type, isFoundAnywhere: Bool = false,
        open: @escaping @Sendable (StreamOpening) -> ProtocolDecoder
    ) {
        name = Protocol.name
        ports = Protocol.ports
        self.isFoundAnywhere = isFoundAnywhere
        probe = { Protocol.probe($0) }
        self.open = open
    }

    /// The first that is found anywhere is tried where nothing speaks for another.
    package static let all = [
        ProtocolRow(AMQPConnection.self, isFoundAnywhere: true) { .amqp(InPlace(AMQPConnection($0))) }
    ]
}
