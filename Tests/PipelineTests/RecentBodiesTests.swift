import OpenStack
import TestSupport
import Testing

@testable import Pipeline

@Suite struct `Bodies published a moment ago` {
    private let id = "dcc74c5e5679411087db0a094a2e09ab"

    /// A decoded body in `recent`, and what is found for another one.
    private func find(_ other: [UInt8], after published: [UInt8], as contentType: String? = nil) -> OsloBody? {
        var decoder = OsloDecoder()
        var recent = RecentBodies()
        let decoded = decoder.decode(
            published.span.bytes, contentType: nil, compression: nil, isTruncated: false)
        if let range = decoder.uniqueIDRange {
            recent.add(decoded, of: published.span.bytes, uniqueID: range, contentType: nil)
        }
        return recent.find(other.span.bytes, contentType: contentType)
    }

    @Test(arguments: [true, false])
    func `the same body is found, with what it says`(isEnveloped: Bool) {
        let body = OsloBuilder.request("ping", ["arg": "x"], uniqueID: id, enveloped: isEnveloped)
        guard case .request(let request) = find(body, after: body) else {
            Issue.record("not found")
            return
        }
        #expect(request.method == "ping")
        #expect(request.uniqueID == id)
    }

    @Test func `a body of another size, another id or another content type is not found`() {
        let body = OsloBuilder.request("ping", ["arg": "x"], uniqueID: id)
        #expect(find(body + [UInt8(ascii: " ")], after: body) == nil)
        let other = "acc74c5e5679411087db0a094a2e09ab"
        #expect(find(OsloBuilder.request("ping", ["arg": "x"], uniqueID: other), after: body) == nil)
        #expect(find(body, after: body, as: "application/octet-stream") == nil)
    }

    @Test func `the same digits under another key are another body`() {
        let body = OsloBuilder.request("ping", uniqueID: id)
        let other = String(decoding: body, as: UTF8.self).replacing("_unique_id", with: "_uniquE_id")
        #expect(Array(other.utf8).count == body.count)
        #expect(find(Array(other.utf8), after: body) == nil)
    }

    @Test func `a body without an id, or whose id is written with escapes, is not kept`() {
        let without = OsloBuilder.request("ping")
        #expect(find(without, after: without) == nil)
        let escaped = OsloBuilder.envelope(
            #"{"method": "ping", "_unique_id": "\u0064cc74c5e5679411087db0a094a2e09ab"}"#)
        #expect(find(escaped, after: escaped) == nil)
    }

    @Test func `what could not be read where it was published is read anew where it is delivered`() {
        let body = OsloBuilder.request("ping", uniqueID: id)
        let damaged = String(decoding: body, as: UTF8.self).replacing("method", with: "Qethod")
        #expect(find(body, after: Array(damaged.utf8)) == nil)
    }

    @Test func `the oldest makes room`() {
        var decoder = OsloDecoder()
        var recent = RecentBodies()
        let bodies = (100..<400).map { OsloBuilder.request("ping", uniqueID: id.dropLast(3) + "\($0)") }
        for body in bodies {
            let decoded = decoder.decode(body.span.bytes, contentType: nil, compression: nil, isTruncated: false)
            guard let range = decoder.uniqueIDRange else { continue }
            recent.add(decoded, of: body.span.bytes, uniqueID: range, contentType: nil)
        }
        let found = bodies.map { recent.find($0.span.bytes, contentType: nil) != nil }
        #expect(found == (0..<300).map { $0 >= 300 - 128 })
    }
}
