/// What writes a trace in one format.
package protocol Renderer: Sendable {
    /// Whether it writes messages that belong to no operation.
    var writesLoneMessages: Bool { get }

    /// Writes the format's bytes to the sink, in chunks; the same input gives the same bytes.
    ///
    /// - Throws: `RenderingFailure` when the format cannot hold so much; what was written before is of no use then.
    func render(_ extract: TraceExtract, to sink: @escaping OutputSink) throws(RenderingFailure)
}

/// A value: why a format could not be written.
package struct RenderingFailure: Error, Equatable {
    package enum Kind: Sendable {
        /// More is selected than the format can show.
        case tooMuch
        /// The captured packets could not be read once more.
        case packetsUnreadable
        /// There is nothing that the format could hold.
        case nothingSelected
    }

    package let kind: Kind
    /// One sentence without the full stop.
    package let sentence: String

    package init(_ kind: Kind, _ sentence: String) {
        self.kind = kind
        self.sentence = sentence
    }

    /// More than a format can show, with the number and the options that narrow what is selected.
    ///
    /// - Parameter hasDetail: whether leaving out the messages' arguments would help.
    static func tooMuch(
        _ count: Int, _ noun: String, limit: Int, format: String, hasDetail: Bool = false
    ) -> RenderingFailure {
        RenderingFailure(
            .tooMuch,
            "\(format) shows at most \(limit) \(noun), and \(count) are selected: "
                + "narrow with --instance, --request, --problems, --since and --until"
                + (hasDetail ? ", or leave out --detail" : ""))
    }
}
