import Capture
import Trace

/// A value: the renderer that copies the packets of the selected operations out of the capture files, which it reads
/// once more, into a pcapng file (draft-ietf-opsawg-pcapng).
///
/// Packets are written as they were captured. Each comment on a packet names the operation and the message; the
/// section's first says what the file is, and the others tell what the rest of the capture showed (`Excerpt`),
/// so that replaying the file comes to the same verdicts. The login of connections, with the broker's password, is in
/// none of these packets unless a message shares one with it.
struct PcapngRenderer: Renderer {
    var writesLoneMessages: Bool { true }

    func render(_ extract: TraceExtract, to sink: @escaping OutputSink) throws(RenderingFailure) {
        let trace = extract.trace
        let sources = trace.capture.sources
        if let source = sources.first(where: { !CaptureFiles.canRepeat($0.path) }) {
            let name = source.path == "-" ? "standard input" : source.path
            throw RenderingFailure(
                .packetsUnreadable, "packets cannot be read from \(name) a second time: write them to a file first")
        }
        let selection = PacketSelection(extract)
        guard selection.count > 0 else {
            throw RenderingFailure(.nothingSelected, "no operation was found whose packets could be written")
        }
        var comments = PacketComments(trace, operations: selection.operations)
        var buffer: [UInt8] = []
        var encoder = ExcerptEncoder(
            comments: [title(selection, comments, sources)] + (try Excerpt(extract, selection)).comments,
            sources: sources, to: &buffer)
        try copy(selection, of: trace) { header, bytes, messages in
            encoder.append(header, bytes, comments: comments.comments(on: messages), to: &buffer)
            guard buffer.count >= Limits.chunkSize else { return }
            sink(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
        encoder.finish(to: &buffer)
        sink(buffer)
    }

    /// What whoever passes the file on has to know.
    static func warning(for extract: TraceExtract) -> String {
        let count = PacketSelection(extract).count
        let background = extract.options.showsBackground ? "; background traffic of no operation is not among them" : ""
        return "\(counted(count, "packet")) written as captured: not redacted, they may hold passwords and tokens"
            + background
    }

    /// Reads the capture files once more, up to the last packet that is wanted.
    private func copy(
        _ selection: PacketSelection, of trace: BusTrace, _ write: (PacketHeader, RawSpan, [MessageID]) -> Void
    ) throws(RenderingFailure) {
        let sources = trace.capture.sources
        do throws(CaptureError) {
            // As it was found when the file was read first.
            let step = { (path: String, packet: Int) in
                sources.lazy.filter { $0.path == path }.flatMap(\.clock.steps).first { $0.packet == packet }?.size
            }
            let files = try CaptureFiles(
                paths: sources.map(\.path), corrections: sources.map(\.clock.correction),
                judge: ClockJudge(
                    isStep: { step($0, $1) != nil }, sizeOfLeap: { max(0, step($0.path, $0.packet) ?? 0) }))
            var cursors = sources.indices.map { PacketCursor(selection.carriages, source: Int32($0)) }
            var left = selection.count
            while left > 0 {
                let isThere = try files.nextPacket { header, bytes in
                    let source = Int(header.stamp.source)
                    guard let messages = cursors[source].take(header.stamp.number) else { return }
                    let displaced = sources[source].clock.farthestOutOfOrder
                    if messages.contains(where: { trace.messages[$0].contradicts(header.stamp, displaced) }) { return }
                    left -= 1
                    write(header, bytes, messages)
                }
                guard isThere else { break }
            }
            guard left > 0 else { return }
        } catch {
            throw RenderingFailure(.packetsUnreadable, error.description)
        }
        let names = sources.map(\.path).joined(separator: ", ")
        throw RenderingFailure(
            .packetsUnreadable, "\(names) changed while being read: it no longer holds the packets of the operations")
    }

    private func title(_ selection: PacketSelection, _ comments: PacketComments, _ sources: [CaptureSource]) -> String {
        let named = selection.operations.prefix(8).map { comments.title(of: comments.trace.operations[$0]) }
        let more = selection.operations.count - named.count
        let files = sources.map { $0.path.split(separator: "/").last.map(String.init) ?? $0.path }
        let what = named.isEmpty ? counted(selection.messages.count, "message") : named.joined(separator: "; ")
        let text =
            "novatrace excerpt: \(counted(selection.count, "packet")) of \(what)"
            + (more > 0 ? " and \(more) more operations" : "")
            + ", from \(files.joined(separator: ", ")), as they were captured and not redacted"
        return TerminalText(text).string
    }
}

extension Message {
    /// Whether its first packet has another time than when it was read first: the file holds other packets now.
    ///
    /// Whether the publish or a delivery was read first is not known, so that only bounds are.
    ///
    /// - Parameter displaced: how far packets of the source stand out of order at most: the first of a message may be as
    ///   much later than the last.
    fileprivate func contradicts(_ stamp: PacketStamp, _ displaced: Nanoseconds) -> Bool {
        guard let publishedAt, packets.first == stamp.reference else { return false }
        let latest = deliveries.map(\.at).reduce(publishedAt, max)
        return stamp.time > latest + displaced || publishedAt > stamp.time + .seconds(60) + displaced
    }
}

/// A machine that goes through the wanted packets of one source in the order in which they are read.
private struct PacketCursor {
    private let carriages: ArraySlice<PacketSelection.Carriage>
    private var place: Int

    init(_ carriages: [PacketSelection.Carriage], source: Int32) {
        let start = carriages.partitioningIndex { $0.packet.source >= source }
        let end = carriages.partitioningIndex { $0.packet.source > source }
        self.carriages = carriages[start..<end]
        place = start
    }

    /// The messages that the packet with this number carries; `nil` for one that is not wanted.
    mutating func take(_ number: Int64) -> [MessageID]? {
        guard place < carriages.endIndex, carriages[place].packet.number == number else { return nil }
        let start = place
        while place < carriages.endIndex, carriages[place].packet.number == number { place += 1 }
        return carriages[start..<place].map(\.message)
    }
}

extension Array {
    /// The first index whose element, and all behind it, satisfies the condition.
    fileprivate func partitioningIndex(where condition: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
