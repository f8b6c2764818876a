import Foundation
import Rendering
import TestSupport
import Testing

@Suite struct `Names as bad as names can be` {
    private let scratch: Scratch
    private let capture: String

    init() throws {
        scratch = try Scratch()
        capture = try scratch.write("hostile.pcap", HostileBoot.pcap())
    }

    private func export(_ format: String, _ options: [String] = []) async throws -> String {
        let result = try await ExternalProgram.novatrace.run(["export", capture, "--format", format] + options)
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    /// Controls, escape sequences, bidirectional overrides and zero-width characters are written visibly, in every format;
    /// in JSON as its escapes.
    @Test(arguments: Formats.all.filter { !$0.isBinary }.map(\.name))
    func `bring no control character into any format`(format: String) async throws {
        let text = try await export(format)
        #expect(text.contains("select_destinations"))
        #expect(text.hiddenCharacters(of: format) == [])
    }

    @Test func `are there in the JSON, to the letter`() async throws {
        let document = try await export("json")
        let object = try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any]
        let messages = try #require(object?["messages"] as? [[String: Any]])
        let methods = Set(messages.compactMap { $0["method"] as? String })
        let classes = Set(messages.compactMap { ($0["error"] as? [String: Any])?["class"] as? String })
        for name in HostileBoot.names {
            #expect(methods.contains(name) || classes.contains(name), "\(name.debugDescription)")
        }
    }
}
