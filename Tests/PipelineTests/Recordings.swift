import Foundation
import Pipeline
import Testing
import Trace

/// A recording of a real cloud in `captures/`, and the services' own account of it.
struct Recording: CustomTestStringConvertible, Sendable {
    let name: String

    static let all = ["boot-ok", "boot-midstream", "boot-novalidhost", "boot-conductor-down", "lifecycle"]
        .map(Recording.init)

    var testDescription: String { name }

    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "captures")

    var path: String { Self.folder.appending(path: name + ".pcap").path(percentEncoded: false) }

    func trace() throws -> BusTrace { try Self.trace(at: path) }

    /// The trace of any capture file.
    static func trace(at path: String) throws -> BusTrace {
        try TracePipeline.trace(of: [path])
    }

    func truth() throws -> Truth {
        let data = try Data(contentsOf: Self.folder.appending(path: name + ".truth.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Truth.self, from: data)
    }
}

/// What the services themselves logged, not what packets say.
struct Truth: Decodable {
    struct Call: Decodable {
        let answered: Bool
        let caller: String
        let callerHost: String?
        let elapsed: Double?
        let exchange: String
        let requestInCapture: Bool
        let server: String
        let serverHost: String?
        let topic: String
    }

    struct Cast: Decodable {
        /// `nil` for fanouts, whose exchange follows from the topic.
        let exchange: String?
        let fanout: Bool
        let notify: Bool
        let sender: String
        let senderHost: String?
        let topic: String
    }

    /// By `_msg_id`.
    let calls: [String: Call]
    /// By `_unique_id`.
    let casts: [String: Cast]
}
