import TestSupport
import Testing
import Trace

@testable import OpenStack

@Suite struct `Bodies` {
    private func reason(_ text: String, isTruncated: Bool = false) -> OpaqueReason? {
        guard case .opaque(let reason) = decoded(Array(text.utf8), isTruncated: isTruncated) else { return nil }
        return reason
    }

    @Test func `a call tells its ids, its API and its context`() throws {
        let body = OsloBuilder.request(
            "select_destinations", namespace: "baseapi", version: "4.5", messageID: "b58cd0e7",
            replyQueue: "reply_b70e",
            uniqueID: "dcc7",
            context: OsloBuilder.context(
                requestID: "req-1", globalRequestID: "req-0", userID: "e82f", isAdmin: true)
                + [.init("_context_project_id", "1642")])
        for body in [body, OsloBuilder.request("ping", messageID: "b58cd0e7", enveloped: false)] {
            #expect(request(body)?.messageID == "b58cd0e7")
        }
        let call = try #require(request(body))
        #expect(call.method == "select_destinations")
        #expect(call.namespace == "baseapi")
        #expect(call.version == "4.5")
        #expect(call.replyQueue == "reply_b70e")
        #expect(call.uniqueID == "dcc7")
        #expect(call.callMonitorTimeout == nil)
        #expect(call.context.requestID == "req-1")
        #expect(call.context.globalRequestID == "req-0")
        #expect(call.context.userID == .some("e82f"))
        #expect(call.context.isAdmin == true)
        #expect(call.context.projectID == "1642")
        #expect(call.detail == nil)
        #expect(call.argumentNames.isEmpty)
    }

    @Test func `the call monitor's timeout is in seconds on the wire`() {
        let message = #"{"method": "m", "args": {}, "_timeout": 60, "_msg_id": "a"}"#
        #expect(request(OsloBuilder.envelope(message))?.callMonitorTimeout == .seconds(60))
        let absurd = #"{"method": "m", "args": {}, "_timeout": 1e300, "_msg_id": "a"}"#
        #expect(request(OsloBuilder.envelope(absurd))?.callMonitorTimeout == nil)
    }

    @Test func `a user is unknown, none or one`() {
        #expect(request(OsloBuilder.request("m"))?.context.userID == .unknown)
        let none = OsloBuilder.request("m", context: OsloBuilder.context(requestID: nil))
        #expect(request(none)?.context.userID == Known.none)
    }

    @Test func `what is no message says why`() {
        #expect(reason("") == .empty)
        #expect(reason("  ") == .empty)
        #expect(reason("[1]") == .notAnObject)
        #expect(reason("42") == .notAnObject)
        #expect(reason("null") == .notAnObject)
        #expect(reason("text") == .brokenJSON)
        #expect(reason("{}") == .unknownShape)
        #expect(reason(#"{"a": 1"#) == .brokenJSON)
        #expect(reason(#"{"method": "m"} x"#) == .brokenJSON)
        #expect(reason(#"{"oslo.version": "3.0", "oslo.message": "{}"}"#) == .unknownEnvelopeVersion("3.0"))
        #expect(reason(#"{"oslo.version": "2.0", "oslo.message": {}}"#) == .brokenJSON)
        #expect(reason(#"{"oslo.version": "2.0", "oslo.message": "[]"}"#) == .notAnObject)
        #expect(reason(#"{"oslo.version": "2.0", "oslo.message": "{\"method\": \"m"}"#) == .brokenJSON)
        #expect(reason(#"{"oslo.version": "2.0", "oslo.message": "{\"method\": \"m\"} x"}"#) == .brokenJSON)
        #expect(reason(#"{"oslo.version": "2.0""#, isTruncated: true) == .truncatedBeforeAnything)
        #expect(reason(#"{"oslo.message": "{\"args\": {"#, isTruncated: true) == .truncatedBeforeAnything)
        #expect(OpaqueReason.notJSON("text/plain").text == "not JSON: text/plain")
    }

    @Test func `a content type that is not JSON is not looked into`() {
        var decoder = OsloDecoder()
        let body = OsloBuilder.request("m")
        let bytes = body.span.bytes
        let msgpack = decoder.decode(
            bytes, contentType: "application/x-msgpack", compression: nil, isTruncated: false)
        #expect(msgpack.facts == ["opaque: not JSON: application/x-msgpack"])
        for type in [nil, "application/json", "application/json; charset=utf-8"] {
            let body = decoder.decode(bytes, contentType: type, compression: nil, isTruncated: false)
            #expect(body.facts.first == "request")
        }
    }

    @Test func `other applications' JSON is no message of oslo.messaging`() {
        let foreign = [
            #"{"task_id": "a", "status": "SUCCESS", "result": 4, "traceback": null, "children": []}"#,
            #"{"status": "FAILURE", "result": {"exc_type": "X"}, "failure": "x", "task_id": "a"}"#,
            #"{"result": 1}"#, #"{"jsonrpc": "2.0", "result": 19, "id": 1}"#,
            #"{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}"#,
            #"{"event_type": "deploy", "id": 7}"#,
        ]
        for text in foreign { #expect(reason(text) == .unknownShape, "\(text)") }
        #expect(reason(#"[[2, 2], {}, {"callbacks": null}]"#) == .notAnObject)
    }

    @Test func `answers of every release are answers`() {
        let answers = [
            #"{"result": 1, "failure": null}"#, #"{"result": null, "failure": null, "ending": true}"#,
            #"{"failure": ["X", "x", []], "result": null}"#,
            #"{"result": 1, "failure": null, "_msg_id": "a", "_unique_id": "b"}"#,
        ]
        for text in answers {
            guard case .reply = decoded(Array(text.utf8)) else {
                Issue.record("no answer: \(text)")
                continue
            }
        }
        guard case .reply = decoded(OsloBuilder.envelope(#"{"result": 1}"#)) else {
            Issue.record("an envelope says enough")
            return
        }
    }

    @Test func `text without a content type is another application's, with one that says JSON it is broken`() {
        var decoder = OsloDecoder()
        let text = Array("PUT /sensu ok".utf8)
        let plain = decoder.decode(text.span.bytes, contentType: nil, compression: nil, isTruncated: false)
        #expect(plain.facts == ["opaque: not JSON, without a content type"])
        let broken = decoder.decode(
            text.span.bytes, contentType: "application/json", compression: nil, isTruncated: false)
        #expect(broken.facts == ["opaque: broken JSON"])
    }

    @Test func `the envelope's keys may stand in any order and the last of two counts`() {
        let inner = WireJSON.quoted(#"{"method": "m", "method": "n", "args": {}}"#)
        let first = #"{"oslo.message": \#(inner), "oslo.version": "2.0"}"#
        #expect(request(Array(first.utf8))?.method == "n")
        let twice = #"{"oslo.message": "{\"method\": \"x\"}", "oslo.version": "2.0", "oslo.message": \#(inner)}"#
        #expect(request(Array(twice.utf8))?.method == "n")
    }

    @Test func `half a surrogate pair, NaN and escaped keys are no obstacle`() {
        let inner = #"{"\u006dethod": "a\ud800b", "args": {"x": NaN, "y": [Infinity, -Infinity]}, "_unique_id": "u"}"#
        for body in [OsloBuilder.envelope(inner), Array(inner.utf8)] {
            #expect(request(body)?.method == "a\u{FFFD}b")
            #expect(request(body)?.uniqueID == "u")
        }
    }

    @Test func `bytes that are not UTF-8 are replaced`() {
        var body = OsloBuilder.request("XX")
        let index = body.firstIndex(of: UInt8(ascii: "X")) ?? 0
        body[index] = 0xFF
        #expect(request(body)?.method == "\u{FFFD}X")
    }

    @Test func `a depth bomb is named, not fallen into`() {
        for opening in ["[", "{\"instance\":", "{\"nova_object.data\":{\"instance\":"] {
            let bomb = #"{"method": "m", "args": {"instance": "# + String(repeating: opening, count: 200_000)
            #expect(reason(bomb) == .tooDeep || reason(bomb) == .brokenJSON)
            _ = decoded(OsloBuilder.envelope(bomb), detail: .full, isTruncated: true)
        }
    }

    @Test func `a body cut by the capture says what stands before the cut`() {
        let uuid = "2672332b-b870-49a9-bbeb-902381dffe38"
        let instance = OsloBuilder.object("Instance", ["uuid": .string(uuid), "display_name": "vm-ok", "host": "c1"])
        let body = OsloBuilder.request("stop_instance", ["instance": instance, "x": [1, 2, 3]], messageID: "a")
        let cut = request(Array(body.dropLast(60)), isTruncated: true)
        #expect(cut?.method == "stop_instance")
        #expect(cut?.instances == [uuid])
        #expect(cut?.messageID == nil)
        guard case .opaque(.brokenJSON) = decoded(Array(body.dropLast(60))) else {
            Issue.record("a cut body that is not known to be cut is broken")
            return
        }
    }

    @Test func `a reply cut inside its result is still a reply with a result`() {
        let body = OsloBuilder.reply(result: [["nova_object.name": "Selection"]], messageID: "a")
        guard case .reply(let reply) = decoded(Array(body.prefix(75)), isTruncated: true) else {
            Issue.record("no reply")
            return
        }
        #expect(reply.hasResult)
        #expect(reply.isEnding == nil)
    }
}

@Suite struct `Replies` {
    @Test func `result, heartbeat and end are told apart`() {
        let result = reply(OsloBuilder.reply(result: ["echo": "x"], messageID: "a", uniqueID: "u"))
        #expect(result?.hasResult == true && result?.isHeartbeat == false)
        #expect(result?.messageID == "a" && result?.uniqueID == "u" && result?.isEnding == true)
        let heartbeat = reply(OsloBuilder.reply(ending: false))
        #expect(heartbeat?.isHeartbeat == true)
        let old = reply(OsloBuilder.reply(ending: nil, enveloped: false))
        #expect(old?.isHeartbeat == false && old?.isEnding == nil)
        #expect(reply(OsloBuilder.reply(ending: true))?.isEnding == true)
    }

    @Test func `failures of both eras are understood`() {
        let modern = reply(
            OsloBuilder.reply(
                failure: OsloBuilder.failure("NoValidHost_Remote", module: "nova.exception_Remote", message: "No host.")
            ))
        #expect(
            modern?.failure
                == RemoteFailure(className: "NoValidHost", module: "nova.exception", message: "No host."))
        let diablo = reply(
            OsloBuilder.reply(failure: ["RemoteError", "it broke", ["Traceback"]], ending: nil, enveloped: false))
        #expect(diablo?.failure == RemoteFailure(className: "RemoteError", module: nil, message: "it broke"))
        let text = reply(OsloBuilder.reply(failure: "no JSON at all"))
        #expect(text?.failure?.message == "no JSON at all")
    }

    @Test func `a failure's message is bounded`() {
        let long = String(repeating: "x y ", count: 100_000)
        let failure = reply(OsloBuilder.reply(failure: OsloBuilder.failure("E", message: long)))?.failure
        #expect(failure?.message.count == 1000)
    }

    @Test func `the hosts that the scheduler selected are found, alternates are not`() {
        func selection(_ host: String) -> WireJSON {
            OsloBuilder.object("Selection", ["service_host": .string(host), "nodename": .string(host)])
        }
        let new = reply(
            OsloBuilder.reply(result: [[selection("c1"), selection("c2")], [selection("c3")]]))
        #expect(new?.selectedHosts == ["c1", "c3"])
        let old = reply(OsloBuilder.reply(result: [["host": "c1", "nodename": "n", "limits": [:]]]))
        #expect(old?.selectedHosts == ["c1"])
        let other = reply(OsloBuilder.reply(result: [["host": "c1", "updated_at": "x"], nil]))
        #expect(other?.selectedHosts == [])
    }
}
