import Foundation
import TestSupport
import Testing

/// One at a time, beside the tests of how a capture behaves.
@Suite(
    .serialized, .timeLimit(.minutes(3)),
    .enabled(if: VirtualLink.isAvailable || ExternalProgram.mustBeInstalled, "needs '.ci/setup test' and root"))
struct `What a capture on a link finds` {}

extension `What a capture on a link finds` {
    private static let recordings = [
        "boot-ok", "boot-midstream", "boot-novalidhost", "boot-conductor-down", "lifecycle",
    ]

    @Test(arguments: recordings, ["pcap", "pcapng"])
    func `is the same document as its file replayed`(recording: String, format: String) async throws {
        try await VirtualLink.run { link in
            let file = link.path("bus.\(format)")
            let capture = try await LinkCapture.start(
                on: link, ["-w", file, "--format", "json", "--detail", "args"])
            try await link.play(recording)
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            let live = try LiveDocument(Data(result.output.utf8))
            #expect(live.messages > 10)
            let replay = try await link.export(file, ["--detail", "args"])
            #expect(try live == LiveDocument(Data(replay.utf8)))
        }
    }

    /// In a file, packets of both interfaces are counted together.
    @Test(arguments: [nil, 60])
    func `of two interfaces is the same document as its one file replayed`(speed: Double?) async throws {
        try await VirtualLink.run { link in
            let file = link.path("bus.pcapng")
            let capture = try await LinkCapture.start(
                on: link, ["-i", "bus0", "-i", "bus1", "-w", file, "--format", "json"])
            let sent = try await link.play("boot-ok", into: ["tx0", "tx1"], speed: speed)
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            let live = try LiveDocument(Data(result.output.utf8), withPackets: false)
            #expect(try await live == LiveDocument(Data(link.export(file).utf8), withPackets: false))
            let whole = try await link.read(file)
            #expect(whole.packets == sent)
            let trace = try TraceDocument(Array(result.output.utf8))
            #expect(live.sources.compactMap { $0["path"] as? String } == ["bus0", "bus1"])
            #expect(live.sources.allSatisfy { $0["packets"] as? Int ?? 0 > 500 })
            #expect(trace.calls.count == 55 && trace.calls.allSatisfy { $0.outcome == "ok" })
        }
    }
}

/// A value: a trace as JSON without what a live run and its file cannot have in common.
struct LiveDocument: Equatable {
    /// Written so that the same is written the same.
    private let text: Data
    let messages: Int
    /// As they were written.
    let sources: [[String: Any]]

    /// - Parameter withPackets: what the sources were, and which of their packets messages were in.
    init(_ text: Data, withPackets: Bool = true) throws {
        var document = try JSONSerialization.jsonObject(with: text) as? [String: Any] ?? [:]
        var capture = document["capture"] as? [String: Any] ?? [:]
        let sources = capture["sources"] as? [[String: Any]] ?? []
        self.sources = sources
        capture["sources"] = withPackets ? sources.map { $0.without("path", "kernel_dropped") } : nil
        // A file ends with its last packet.
        capture["ended_at"] = nil
        document["capture"] = capture
        if !withPackets {
            let messages = document["messages"] as? [[String: Any]]
            document["messages"] = messages?.map { $0.without("packets", "packet_sources") }
        }
        self.messages = (document["messages"] as? [Any])?.count ?? 0
        self.text = try JSONSerialization.data(withJSONObject: document, options: .sortedKeys)
    }

    static func == (left: LiveDocument, right: LiveDocument) -> Bool {
        left.text == right.text
    }
}

extension [String: Any] {
    fileprivate func without(_ keys: String...) -> [String: Any] { filter { !keys.contains($0.key) } }
}

extension VirtualLink {
    /// What `novatrace export` says of a file.
    func export(_ file: String, format: String = "json", _ arguments: [String] = []) async throws -> String {
        let result = try await run(
            [ExternalProgram.novatrace.location, "export", "--format", format, file] + arguments)
        guard result.status == 0, result.errors.isEmpty else { throw BusFailure("export: \(result.errors)") }
        return result.output
    }
}
