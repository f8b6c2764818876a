import Trace

/// A value: the packets of an extract, by source in the order of their numbers, and which messages each carries.
///
/// Beside the packets of the selected messages it holds those in which their receivers took them.
struct PacketSelection {
    /// A value: that a packet carries a part of a message.
    struct Carriage {
        let packet: PacketReference
        let message: MessageID
    }

    let operations: [OperationID]
    /// Ids, ascending.
    let messages: [MessageID]
    /// In order of source and number; a packet stands as often as it carries messages.
    let carriages: [Carriage]
    /// Packets, each counted once.
    let count: Int

    init(_ extract: TraceExtract) {
        let trace = extract.trace
        operations = extract.operations?.filter(trace.operations.contains) ?? Array(trace.operations.ids)
        var wanted = Set(operations.flatMap { trace.operations[$0].messages })
        wanted.formUnion(extract.messages ?? [])
        var carriages: [Carriage] = []
        for id in wanted where trace.messages.contains(id) {
            let message = trace.messages[id]
            for packet in message.packets + message.settlements {
                carriages.append(Carriage(packet: packet, message: id))
            }
        }
        carriages.sort { left, right in
            (left.packet.source, left.packet.number, left.message)
                < (right.packet.source, right.packet.number, right.message)
        }
        messages = wanted.sorted()
        self.carriages = carriages
        count = carriages.indices.count { $0 == 0 || carriages[$0 - 1].packet != carriages[$0].packet }
    }
}
