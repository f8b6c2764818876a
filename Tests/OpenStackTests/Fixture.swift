import Foundation
import TestSupport

@testable import OpenStack

/// Bodies of real messages, one a line, taken from `captures/`: one of each method, event and kind of reply.
enum Fixture {
    static func bodies() throws -> [[UInt8]] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/bodies.jsonl")
        return try Data(contentsOf: file).split(separator: 0x0A).map { [UInt8]($0) }
    }
}

extension OsloDecoder {
    mutating func decode(_ body: [UInt8], isTruncated: Bool = false) -> OsloBody {
        decode(body.span.bytes, contentType: "application/json", compression: nil, isTruncated: isTruncated)
    }
}

func decoded(_ body: [UInt8], detail: OsloDecoder.Detail = .none, isTruncated: Bool = false) -> OsloBody {
    var decoder = OsloDecoder(detail: detail)
    return decoder.decode(body, isTruncated: isTruncated)
}

func request(_ body: [UInt8], detail: OsloDecoder.Detail = .none, isTruncated: Bool = false) -> RPCRequest? {
    guard case .request(let request) = decoded(body, detail: detail, isTruncated: isTruncated) else { return nil }
    return request
}

func reply(_ body: [UInt8], detail: OsloDecoder.Detail = .none) -> RPCReply? {
    guard case .reply(let reply) = decoded(body, detail: detail) else { return nil }
    return reply
}

func notification(_ body: [UInt8], detail: OsloDecoder.Detail = .none) -> OpenStack.Notification? {
    guard case .notification(let notification) = decoded(body, detail: detail) else { return nil }
    return notification
}
