package import Foundation

/// A value: what the clients of a bus say they sent and took: the truth that a trace is held against.
///
/// Lines of JSON that each process writes for itself, described in `Tests/LiveTests/Clients/bus_account.py`.
package struct BusAccount: Sendable {
    /// A message that was about to be published.
    package struct Sent: Sendable {
        /// `call`, `cast`, `fanout`, `notification`, `reply` or `heartbeat`.
        package let kind: String
        package let method: String?
        package let eventType: String?
        /// Of a reply, the queue it goes to.
        package let topic: String
        package let server: String?
        package let requestID: String?
        package let messageID: String?
        package let uniqueID: String
        package let at: Date
        /// The lane of the sender.
        package let sender: String
        /// When the library was done with it; `nil` when the account ends before.
        package var endedAt: Date?
        /// `ok`, `error`, `timed_out`, or `failed` when it was not published.
        package var result: String?
        /// The class of the exception that ended it.
        package var error: String?
    }

    private struct Entry: Decodable {
        let event: String
        let at: Double
        let service: String
        let host: String
        let uniqueId: String?
        let kind: String?
        let method: String?
        let eventType: String?
        let topic: String?
        let server: String?
        let requestId: String?
        let msgId: String?
        let result: String?
        let error: String?
        let replyQ: String?
    }

    /// By `_unique_id`.
    package private(set) var sent: [String: Sent] = [:]
    /// The lanes of the servers that took a message, by its `_unique_id`.
    package private(set) var takers: [String: [String]] = [:]
    /// The methods of requests that were taken, each with the queue of its last one's answer, empty without one.
    package private(set) var replyQueues: [String: String] = [:]
    /// How many servers are done with a message, by its `_unique_id`.
    private var handled: [String: Int] = [:]

    /// The accounts in `folder`.
    init(folder: URL) throws {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "jsonl" }
        try self.init(try files.map { try Data(contentsOf: $0) })
    }

    /// The accounts of several processes; a line that is still being written is left out.
    package init(_ accounts: [Data]) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let newline = UInt8(ascii: "\n")
        for text in accounts {
            guard let end = text.lastIndex(of: newline) else { continue }
            for line in text[...end].split(separator: newline) { add(try decoder.decode(Entry.self, from: line)) }
        }
    }

    /// Whether every request sent from `start` on has reached its servers, they are done with it, and every call has
    /// ended.
    package func isSettled(from start: Date) -> Bool {
        sent.values.allSatisfy { message in
            guard message.at >= start else { return true }
            guard message.result != nil else { return false }
            switch message.kind {
            case "call", "cast":
                return message.topic == "consoleauth" || handled[message.uniqueID, default: 0] >= 1
            case "fanout":
                return handled[message.uniqueID, default: 0] >= (message.topic == "compute" ? 2 : 1)
            default: return true
            }
        }
    }

    /// How many boots have come to their end: a compute that is done with one says so.
    package var boots: Int {
        sent.values.count { $0.eventType == "compute.instance.create.end" && $0.result == "ok" }
    }

    private mutating func add(_ entry: Entry) {
        guard let uniqueID = entry.uniqueId else { return }
        let lane = entry.service == "nova-compute" ? "\(entry.service)@\(entry.host)" : entry.service
        let date = Date(timeIntervalSince1970: entry.at)
        switch entry.event {
        case "sent":
            sent[uniqueID] = Sent(
                kind: entry.kind ?? "", method: entry.method, eventType: entry.eventType, topic: entry.topic ?? "",
                server: entry.server, requestID: entry.requestId, messageID: entry.msgId, uniqueID: uniqueID, at: date,
                sender: lane)
        case "result":
            sent[uniqueID]?.endedAt = date
            sent[uniqueID]?.result = entry.result
            sent[uniqueID]?.error = entry.error
        case "taken":
            takers[uniqueID, default: []].append(lane)
            if let method = entry.method { replyQueues[method] = entry.replyQ ?? "" }
        case "handled": handled[uniqueID, default: 0] += 1
        default: break
        }
    }
}
