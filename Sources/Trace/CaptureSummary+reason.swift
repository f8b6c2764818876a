/// Why hardly anything was found: the capture keeps only the first bytes of packets (`tcpdump -s`, a snapshot length), or
/// another protocol is spoken.
extension CaptureSummary {
    /// `packets are cut at 128 bytes`; `nil` where none of a connection is.
    package var cutSentence: String? {
        guard let sentence = sources.cutSentence else { return nil }
        return connections.contains { $0.packetsCut > 0 } || connections.isEmpty ? sentence : nil
    }

    /// Why hardly a message could be read, with what to do: a good part of what the connections said was cut off.
    package var cutReason: String? {
        guard let cutSentence else { return nil }
        let whole = connections.reduce(0.0) { $0 + Double($1.bytes) + Double($1.bytesMissing) }
        let cut = connections.reduce(0.0) { $0 + Double($1.bytesCut) }
        let packets = sources.total(of: \.packets)
        let cutPackets = sources.total(of: \.cutPackets)
        guard connections.isEmpty ? cutPackets * 4 >= packets : cut * 20 >= whole else { return nil }
        return "\(cutSentence), so that messages cannot be read: capture with -s 0"
    }

    /// That other protocols are spoken and AMQP is not, with their connections; `nil` where there is none, or AMQP as well.
    package var otherProtocolReason: String? {
        guard connections.isEmpty, !otherProtocols.isEmpty else { return nil }
        let others = otherProtocols.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { name, count in
            let what = ["unknown": "an unknown protocol", "PROXY header": "a PROXY header alone"][name] ?? name
            return "\(count) connection\(count == 1 ? "" : "s") of \(what)"
        }
        return "no AMQP, only \(others.joined(separator: ", "))"
    }

    /// A sentence that nothing was found, with the reason where one is known.
    package func withReason(_ nothing: String) -> String {
        (cutReason ?? otherProtocolReason).map { "\(nothing): \($0)" } ?? nothing
    }
}

extension BusTrace {
    /// Why what is looked for may not be found, with what to do: a good part of the messages was cut off packets.
    package var cutReason: String? {
        if let reason = capture.cutReason { return reason }
        guard let sentence = capture.cutSentence, !messages.isEmpty,
            messages.count(where: \.isTruncated) * 4 >= messages.count
        else { return nil }
        return "\(sentence), so that messages cannot be read: capture with -s 0"
    }

    /// A sentence that nothing was found, with the reason where one is known.
    package func withReason(_ nothing: String) -> String {
        (cutReason ?? capture.otherProtocolReason).map { "\(nothing): \($0)" } ?? nothing
    }
}

extension [CaptureSource] {
    /// `packets are cut at 128 bytes`; `nil` where none is.
    package var cutSentence: String? {
        let cut = filter { $0.cutPackets > 0 }
        guard !cut.isEmpty else { return nil }
        let lengths = Set(cut.map(\.snapLength))
        if lengths.count == 1, let length = cut[0].snapLength { return "packets are cut at \(length) bytes" }
        return "packets are cut short"
    }
}
