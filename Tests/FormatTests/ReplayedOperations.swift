import Foundation
import TestSupport

/// What `export --format json` says of the operations of a capture, without what an excerpt of it may name otherwise:
/// ids become what they stand for, packet numbers go.
struct ReplayedOperations {
    /// By kind, request and instances.
    private(set) var descriptions: [String: String] = [:]
    private(set) var verdicts: [String: String] = [:]
    let isExcerpt: Bool
    let messageCount: Int

    init(of paths: [String], _ selection: [String] = []) async throws {
        let result = try await ExternalProgram.novatrace.run(["export", "--format", "json"] + selection + paths)
        guard result.status == 0 else { throw Failure(description: result.errors) }
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
        let sources = (document["capture"] as? [String: Any])?["sources"] as? [[String: Any]] ?? []
        isExcerpt = !sources.isEmpty && sources.allSatisfy { $0["excerpt"] as? Bool == true }
        let messages = document["messages"] as? [[String: Any]] ?? []
        let calls = document["calls"] as? [[String: Any]] ?? []
        messageCount = messages.count
        let names = Self.names(messages, calls, document["participants"] as? [[String: Any]] ?? [])
        for operation in document["operations"] as? [[String: Any]] ?? [] {
            let own = messages.filter { $0["operation"] as? String == operation["id"] as? String }
            let ids = Set(own.compactMap { $0["id"] as? String })
            let whole: [Any] = [
                operation, own, calls.filter { ids.contains($0["request"] as? String ?? "") },
            ]
            verdicts[Self.key(of: operation)] = operation["verdict"] as? String
            descriptions[Self.key(of: operation)] = try Self.text(Self.plain(whole, names))
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static func key(of operation: [String: Any]) -> String {
        let instances = operation["instances"] as? [String] ?? []
        return ([operation["kind"], operation["request_id"]].map { $0 as? String ?? "-" } + instances)
            .joined(separator: " ")
    }

    private static func names(
        _ messages: [[String: Any]], _ calls: [[String: Any]], _ participants: [[String: Any]]
    ) -> [String: String] {
        var names: [String: String] = [:]
        for message in messages {
            names[message["id"] as? String ?? ""] = "message \(message["unique_id"] ?? message["published_at"] ?? "?")"
        }
        for call in calls { names[call["id"] as? String ?? ""] = "call \(call["msg_id"] ?? "?")" }
        for participant in participants { names[participant["id"] as? String ?? ""] = "\(participant["label"] ?? "?")" }
        return names
    }

    /// Publisher confirms cannot be joined without all publishes of their channel.
    private static let left: Set = ["id", "connection", "packets", "packet_sources", "operation", "confirmed_at"]

    private static func plain(_ value: Any, _ names: [String: String]) -> Any {
        switch value {
        case let object as [String: Any]:
            object.filter { !left.contains($0.key) }.mapValues { plain($0, names) }
        case let array as [Any]: array.map { plain($0, names) }
        case let text as String: names[text] ?? text
        default: value
        }
    }

    private static func text(_ value: Any) throws -> String {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed]
        return String(decoding: try JSONSerialization.data(withJSONObject: value, options: options), as: UTF8.self)
    }
}
