import TestSupport
import Testing

/// The packets of one operation, by `export --format pcapng`, say of it what the whole capture says.
@Suite(.timeLimit(.minutes(10))) struct `The excerpt of an operation of a case` {
    private let scratch: Scratch
    private var excerpt: String { scratch.path("excerpt.pcapng") }

    init() throws { scratch = try Scratch() }

    /// Evidence, or a step, is lacking: what a blocked broker confirmed is not joined without the other publishes of its
    /// channel, nor what is told by them of confirmations; where packets were recorded in another order it is not known where
    /// a stream begins, and of a channel that is opened anew which acknowledgement is whose.
    private static let poorer: Set = [
        "op-09-blocked-memory-alarm.pcap", "again-3-the-same-process.pcap", "confirm-1-none.pcap",
        "confirm-2-late.pcap", "order-shuffled8.pcap",
    ]

    @Test(arguments: IncidentCase.all)
    func `is explained in the same words`(incident: IncidentCase) async throws {
        let facts = try await CaseFacts(file: incident.path)
        for request in Set(facts.operations.compactMap(\.requestId)).sorted() {
            let selection = ["--request", request]
            let export = ["export", incident.path, "--format", "pcapng", "-o", excerpt] + selection
            try #require(try await ExternalProgram.novatrace.run(export).status == 0)
            let original = try await explained([incident.path] + selection)
            let replayed = try await explained([excerpt])
            #expect(replayed.status == original.status)
            let isPoorer = Self.poorer.contains(incident.file)
            #expect(replayed.words.prefix(isPoorer ? 2 : .max) == original.words.prefix(isPoorer ? 2 : .max))
            #expect(original.words.count >= 2, "an operation and its verdict")
        }
    }

    /// Lines without the numbers of packets, and without notes on the capture.
    private func explained(_ arguments: [String]) async throws -> (words: [String], status: Int) {
        let result = try await ExternalProgram.novatrace.run(["explain", "--width", "1000"] + arguments)
        let lines = result.output.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
        return (lines.map { String($0).replacing(#/ \(packets? [^)]*\)/#, with: "") }, Int(result.status))
    }
}
