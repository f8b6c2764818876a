import Foundation

/// A value: the parts of a `novatrace.trace/1` document that tests of a live bus look at.
package struct TraceDocument: Decodable, Sendable {
    package struct Connection: Decodable, Sendable {
        package let connectionName: String?
        package let midstream: Bool
        package let gaps: Int
        package let bytesSkipped: Int
    }

    package struct Anomaly: Decodable, Sendable {
        package let kind: String
        package let detail: String
    }

    package struct Capture: Decodable, Sendable {
        package let connections: [Connection]
        package let anomalies: [Anomaly]
    }

    package struct Participant: Decodable, Sendable {
        package let id: String
        package let label: String
        package let service: String?
        package let pid: Int?
    }

    package struct Delivery: Decodable, Sendable {
        package let to: String?
    }

    package struct Message: Decodable, Sendable {
        package let id: String
        package let kind: String
        package let uniqueId: String?
        package let msgId: String?
        package let method: String?
        package let eventType: String?
        package let exchange: String
        package let routingKey: String
        package let requestId: String?
        package let from: String?
        package let publishedAt: String?
        package let deliveries: [Delivery]
    }

    package struct Call: Decodable, Sendable {
        package struct Failure: Decodable, Sendable {
            package let `class`: String
            package let module: String?
        }

        package let msgId: String
        package let method: String?
        package let outcome: String
        package let from: String?
        package let to: String?
        package let reply: String?
        package let latency: Double?
        package let heartbeats: Int
        package let error: Failure?
    }

    package struct Operation: Decodable, Sendable {
        package let kind: String
        package let outcome: String
        package let instances: [String]
        package let instanceName: String?
        package let verdict: String?
    }

    package let capture: Capture
    package let participants: [Participant]
    package let messages: [Message]
    package let calls: [Call]
    /// `nil` in a document without them.
    package let operations: [Operation]?

    /// The boots among the operations.
    package var boots: [Operation] { (operations ?? []).filter { $0.kind == "boot" } }

    package init(_ text: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: Data(text))
    }
}
