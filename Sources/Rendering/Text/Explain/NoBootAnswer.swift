import Advice
package import Trace

extension BusTrace {
    /// Why there is no boot to explain, in one sentence without the full stop: what the capture holds instead.
    package var noBootSentence: String { noBootSentence(troublesTold: false) }

    /// - Parameter troublesTold: whether what went wrong with connections was told, and need not be said again.
    package func noBootSentence(troublesTold: Bool) -> String {
        // The broker's words may be in it.
        DiagramOptions().glyphs.text("no boot found: \(NoBoot(trace: self, troublesTold: troublesTold).reason)").string
    }
}

/// A view of a trace without a boot.
private struct NoBoot {
    let trace: BusTrace
    let troublesTold: Bool

    private var packets: Int { trace.capture.sources.total(of: \.packets) }

    var reason: String {
        if let trouble { return trouble }
        if packets == 0 { return "the capture holds no packets" }
        if let cut = trace.cutReason { return cut }
        if trace.capture.connections.isEmpty { return withoutAMQP }
        if trace.capture.connections.allSatisfy(\.oneSided) {
            return "only one direction of the connections was captured; capture on the broker's host, on all interfaces"
        }
        if trace.messages.isEmpty {
            return "\(counted(trace.capture.connections.count, "AMQP connection")), and not one message on them"
        }
        if trace.messages.allSatisfy({ $0.kind == .opaque }) {
            if let content = trace.messages.first?.facts?.content, content.hasPrefix("compressed"),
                trace.messages.allSatisfy({ $0.facts?.content == content })
            {
                return "the \(counted(trace.messages.count, "message")) are \(content)"
            }
            return "the \(counted(trace.messages.count, "message")) are another application's, not oslo.messaging's"
        }
        if !isNovaSeen, !isOtherProjectTold {
            return
                "the \(counted(trace.messages.count, "message")) are another application's RPC: none of nova's services "
                + "speaks here"
        }
        if trace.operations.isEmpty {
            return
                "nova's services speak, but no request of a user was seen; begin the capture before the server is created"
        }
        return "the capture holds \(counted(trace.operations.count, "other operation")) (novatrace list shows them)"
    }

    /// Where no request came through, what may have kept it.
    private var trouble: String? {
        let connections = trace.capture.connections
        guard trace.operations.isEmpty, connections.isEmpty || !connections.allSatisfy(\.oneSided),
            let sentence = trace.troubleNotes.first
        else { return nil }
        return troublesTold ? holds : "\(holds); \(sentence)"
    }

    private var holds: String {
        if trace.capture.connections.isEmpty { return "no AMQP in \(counted(packets, "packet"))" }
        if trace.messages.isEmpty {
            return "not one message on \(counted(trace.capture.connections.count, "AMQP connection"))"
        }
        return "no request of a user was seen"
    }

    private var withoutAMQP: String {
        let others = trace.capture.otherProtocols.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { $0.key == "unknown" ? "an unknown protocol" : $0.key }
        let holds = others.isEmpty ? "" : ", only \(others.joined(separator: ", "))"
        let carriers = trace.capture.network.carriers.prefix(3).map(\.sentence)
        guard carriers.isEmpty else {
            return "no AMQP in \(counted(packets, "packet"))\(holds): \(carriers.joined(separator: ", ")) "
                + "could not be read, and the bus may be inside; capture where it is not in a tunnel"
        }
        return "no AMQP in \(counted(packets, "packet"))\(holds); is this the broker's interface and port?"
    }

    /// Whether operations are told of that another project's services take part in, e.g. cinder's.
    private var isOtherProjectTold: Bool {
        trace.operations.contains { operation in
            operation.messages.contains { id in
                let message = trace.messages[id]
                return ([message.from] + message.deliveries.map(\.to)).contains {
                    trace.participants[ifKnown: $0]?.isOfOpenStack ?? false
                }
            }
        }
    }

    /// Nova's services by name, or its exchange.
    private var isNovaSeen: Bool {
        trace.participants.contains { $0.service?.hasPrefix("nova") ?? false }
            || trace.messages.contains {
                $0.amqp.map { $0.exchange == "nova" || $0.exchange.hasPrefix("nova_") } ?? false
            }
    }
}
