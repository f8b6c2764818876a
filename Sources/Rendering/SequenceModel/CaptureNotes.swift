import Trace

extension SequenceBuilder {
    /// What the capture did not show of an operation, and of the services that have a part in it, one sentence each.
    ///
    /// - Parameter withTroubles: whether what went wrong with their connections is told too.
    func captureNotes(of operation: Operation, withTroubles: Bool = true) -> [String] {
        var (taken, involved) = (Set<ConnectionID>(), Set<ParticipantID>())
        var (truncated, unseen) = (0, 0)
        for id in operation.messages where trace.messages.contains(id) {
            let message = trace.messages[id]
            if let connection = message.connection { taken.insert(connection) }
            if let from = message.from { involved.insert(from) }
            for delivery in message.deliveries {
                taken.insert(delivery.connection)
                if let to = delivery.to { involved.insert(to) }
            }
            if message.isTruncated { truncated += 1 }
            if message.publishedAt == nil { unseen += 1 }
        }
        let connections = trace.capture.connections.filter { connection in
            taken.contains(connection.id) || connection.participant.map(involved.contains) ?? false
        }
        let kind = operation.kind == .other ? "operation" : operation.kind.rawValue
        var notes = CoverageNotes(
            connections: connections, carrying: connections.filter { taken.contains($0.id) }, of: kind,
            sources: trace.capture.sources
        ).sentences
        notes += trace.capture.clockNotes
        notes += withTroubles ? trace.troubleNotes(on: connections) : []
        notes += trace.capture.network.lossNotes + trace.capture.excerptNotes
        if unseen > 0 {
            notes.append("\(counted(unseen, "message")) seen only when delivered, not when sent")
        }
        if truncated > 0, !connections.contains(where: { $0.packetsCut > 0 }) {
            notes.append("\(counted(truncated, "message")) cut short by the capture: arguments may be missing")
        }
        return notes
    }
}

/// A value: what a capture's connections and drops leave open, in sentences without full stops.
struct CoverageNotes {
    var sentences: [String] = []

    /// That packets were cut or lost, whatever came of it.
    init(of capture: CaptureSummary) {
        if let cut = cutNote(capture.connections, capture.sources) { sentences.append(cut) }
        sentences += dropNotes(capture.sources)
    }

    init(connections: [Connection], of capture: CaptureSummary) {
        self.init(connections: connections, sources: capture.sources)
    }

    /// - Parameters:
    ///   - carrying: of which it is told that they were open, or seen in part; all when not given.
    ///   - kind: what those carried, and the services of the others have a part in; `nil` where it is the whole capture.
    init(
        connections: [Connection], carrying: [Connection]? = nil, of kind: String? = nil,
        sources: [CaptureSource]
    ) {
        let whose = kind.map { " that carried this \($0)" } ?? ""
        var (gaps, missing, skipped) = (0, 0, 0)
        for connection in connections {
            gaps = gaps.saturatingPlus(connection.gaps)
            missing = missing.saturatingPlus(connection.bytesMissing.saturatingMinus(connection.bytesCut))
            // What stands behind a cut is stepped over for that reason.
            skipped = skipped.saturatingPlus(connection.packetsCut > 0 ? 0 : connection.bytesSkipped)
        }
        let carrying = carrying ?? connections
        let (midstream, oneSided) = (carrying.count(where: \.midstream), carrying.count(where: \.oneSided))
        if let cut = cutNote(connections, sources) { sentences.append(cut) }
        sentences += dropNotes(sources)
        if gaps > 0 {
            let size = missing > 0 ? ", \(byteCount(missing))" : ""
            let place = kind.map { "the connections of this \($0)'s services have" } ?? "the capture has"
            sentences.append("\(place) \(counted(gaps, "gap"))\(size): messages may be missing")
        }
        if skipped > 0 { sentences.append("\(byteCount(skipped)) could not be read as AMQP") }
        if midstream > 0 {
            sentences.append(
                "\(counted(midstream, "connection"))\(whose) \(midstream == 1 ? "was" : "were") open before the capture "
                    + "began: what passed on \(midstream == 1 ? "it" : "them") before is not known"
            )
        }
        if oneSided > 0 { sentences.append("\(counted(oneSided, "connection"))\(whose) seen in one direction only") }
    }

    private func cutNote(_ connections: [Connection], _ sources: [CaptureSource]) -> String? {
        let packets = connections.total(of: \.packetsCut)
        guard packets > 0, let sentence = sources.cutSentence else { return nil }
        let bytes = connections.total(of: \.bytesCut)
        return "\(sentence), \(byteCount(bytes)) of messages are missing: capture with -s 0"
    }

    /// Live the kernel counts; in a file whoever wrote it did.
    private func dropNotes(_ sources: [CaptureSource]) -> [String] {
        let files = sources.filter { $0.kernelDropped ?? 0 > 0 }
        let drops = files.total { $0.kernelDropped ?? 0 }
        guard drops > 0 else { return [] }
        return ["the kernel dropped \(counted(drops, "packet")): messages may be missing"]
    }
}

extension CaptureSummary {
    /// That it holds only a part of what was captured, where that was meant to be so.
    var excerptNotes: [String] {
        guard let excerpts else { return [] }
        let operations = excerpts.total(of: \.operations)
        return [
            operations == 0 || excerpts.contains(where: \.isPartial)
                ? "an excerpt: it holds the packets of single messages only, and not all of any operation"
                : "an excerpt: it holds the packets of \(counted(operations, "operation")) only"
        ]
    }
}

/// A size for people: `812 bytes`, `1.4 MB`, in powers of ten.
func byteCount(_ bytes: Int) -> String {
    for (unit, size) in [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 10_000)] where bytes >= size {
        let scale = unit == "kB" ? 1000 : size
        return scale == 1000 ? "\(bytes / 1000) kB" : "\(bytes / scale).\(bytes % scale * 10 / scale) \(unit)"
    }
    return counted(bytes, "byte")
}

extension SequenceEvent {
    /// Replaces every lane number by what stands at its index.
    mutating func moveLanes(_ order: [Int]) {
        switch content {
        case .arrow(var arrow):
            arrow.from = arrow.from.map { order[$0] }
            arrow.missed = arrow.missed.map { order[$0] }
            arrow.to = Array(Set(arrow.to.map { order[$0] })).sorted()
            content = .arrow(arrow)
        case .state(var mark):
            mark.lane = mark.lane.map { order[$0] }
            content = .state(mark)
        case .giveUp(var giveUp):
            giveUp.lane = giveUp.lane.map { order[$0] }
            content = .giveUp(giveUp)
        case .standstill(var standstill):
            standstill.lane = standstill.lane.map { order[$0] }
            content = .standstill(standstill)
        case .pause, .captureEnd: break
        }
    }
}
