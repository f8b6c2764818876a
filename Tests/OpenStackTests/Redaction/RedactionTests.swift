import Foundation
import TestSupport
import Testing

@testable import OpenStack

private let fernet = "gAAAAABrBHMK-OcnsjDJWemiseBKSVmAF8kxbH8tnviOxjC43K_v02cBibuYTXLImr8u1M8L-gEs=="
private let pem = "-----BEGIN RSA PRIVATE KEY-----\nHUNTER2\nHUNTER2\n-----END RSA PRIVATE KEY-----"

@Suite struct `Secrets` {
    private let redaction = Redaction()

    /// What stands around a part of the secret in `text`; `nil` where there is none.
    private static func leak(_ text: String) -> String? {
        around("hunter", text) ?? around("20202", text)
    }

    private static func around(_ part: String, _ text: String) -> String? {
        guard let range = text.firstRange(of: part) else { return nil }
        return String(text[..<range.upperBound].suffix(120))
    }

    @Test(arguments: [
        "admin_password", "admin_pass", "adminPass", "new_pass", "rescue_password", "injected_files", "user_data",
        "key_data", "connection_info", "connector", "image_metadata", "metadata", "system_metadata", "password",
        "secret",
        "token", "hmac_key", "private_key", "cert", "auth_token", "_context_auth_token", "_context_service_catalog",
        "serviceCatalog", "auth_password", "auth_username", "secret_uuid", "keyring", "encryption_key", "access_url",
        "X-Auth-Token", "X-Subject-Token", "X-Service-Token", "Authorization", "ADMIN_PASSWORD", "personality",
    ])
    func `none survives, whatever holds it`(name: String) {
        let values: [WireJSON] = [
            "hunter2", ["hunter2"], [["/etc/x", "hunter2"]], ["a": ["b": "hunter2"]], .string(#"{"a": "hunter2"}"#),
            .number("202020"),
        ]
        for value in values {
            let secret = WireJSON.object([.init("x", 1), .init(name, value), .init("y", "kept")])
            let deeper: WireJSON = ["deeper": .string(secret.text)]
            let nested: WireJSON = ["a": [["b": secret]], "json": .string(deeper.text)]
            let bodies = [
                OsloBuilder.request("m", nested), OsloBuilder.request("m", nested, enveloped: false),
                OsloBuilder.reply(result: nested), OsloBuilder.notification("e", payload: nested),
                OsloBuilder.reply(
                    failure: OsloBuilder.failure(
                        "E", message: "failed with \(nested.text)", traceback: [nested.text], keywords: nested)),
            ]
            for body in bodies {
                for detail in [OsloDecoder.Detail.none, .args, .full] {
                    let text = decoded(body, detail: detail).everything
                    #expect(Self.leak(text) == nil)
                    if detail != .none { #expect(text.contains("kept")) }
                }
                guard value == "hunter2" || value == .number("202020") else { continue }
                for length in stride(from: 20, to: body.count, by: 61) {
                    let cut = decoded(Array(body.prefix(length)), detail: .full, isTruncated: true).everything
                    #expect(Self.leak(cut) == nil)
                }
            }
        }
    }

    @Test func `tokens and keys do not survive under any name`() {
        for value in ["x \(fernet) y", pem, "Bearer eyJhbGciOi.eyJzdWIiOiIx.SflKxwRJSMeK", "LS0tLS1CRUdJTiBSU0E+/abc="]
        {
            let body = OsloBuilder.request("m", ["plain": .string(value), "list": [.string(value)]])
            let text = decoded(body, detail: .full).everything
            for part in ["gAAAAA", "HUNTER2", "OcnsjDJ", "eyJ", "SflK", "LS0t"] {
                #expect(Self.around(part, text) == nil)
            }
        }
        #expect(redaction.redact(text: "\(fernet) and on") == "*** and on")
        #expect(redaction.redact(text: "a\(pem)b") == "a***b")
        #expect(redaction.redact(text: "-----BEGIN X") == "***")
    }

    @Test(arguments: [
        ("password='hunter2'", "password='***'"),
        ("{'auth_token': u'hunter2', 'b': 1}", "{'auth_token': u'***', 'b': 1}"),
        (#"{"auth_token": "hunter2"}"#, #"{"auth_token": "***"}"#),
        (#"{\"password\": \"hunter2\", \"b\": 1}"#, #"{\"password\": \"***\", \"b\": 1}"#),
        (#"'{\\"password\\": \\"hunter2\\"}'"#, #"'{\\"password\\": \\"***\\"}'"#),
        ("X-Auth-Token: hunter2\r\nHost: x", "X-Auth-Token: ***\r\nHost: x"),
        ("Authorization: Basic aHVudGVy hunter2\nHost: x", "Authorization: ***\nHost: x"),
        ("('X-Subject-Token', 'hunter2')", "('X-Subject-Token', '***')"),
        ("headers['X-Auth-Token'] = 'hunter2'", "headers['X-Auth-Token'] = '***'"),
        ("injected_files=[('/etc/x', 'hunter2')], x=1", "injected_files=***, x=1"),
        ("metadata={'a': 'hunter2}', 'b': {'c': 1}} end", "metadata=*** end"),
        ("admin_password=None", "admin_password=None"),
        ("admin_password='', x='y'", "admin_password='', x='y'"),
        ("user_data=hunter2)", "user_data=***)"),
        ("password=hun,ter2, x=1", "password=***, x=1"),
        ("?token=hunter2&x=1", "?token=***&x=1"),
        ("token%3Dhunter2", "token%3D***"),
        ("mysql --password hunter2 -h x", "mysql --password *** -h x"),
        ("<password>hunter2</password>", "<password>***</password>"),
        ("passwd='''hunter2'''", "passwd='***'''"),
        ("password='hun\\'ter2' x", "password='***' x"),
        ("mysql://root:hunter2@db/nova", "mysql://root:***@db/nova"),
        ("rabbit://u:hunter2@a:5672,u:hunter2@b:5672//", "rabbit://u:***@b:5672//"),
        ("http://hunter2@host/", "http://***@host/"),
        ("mysql://root:hun/ter2@db/nova", "mysql://root:***@db/nova"),
        ("http://h:8774/v2.1/ctl1@lab", "http://h:8774/v2.1/ctl1@lab"),
        ("No valid host was found. There are not enough hosts available.", ""),
        ("the password is wrong", ""),
        ("Instance 2672332b could not be found: token", ""),
    ])
    func `free text loses its secrets and nothing else`(text: String, expected: String) {
        #expect(redaction.redact(text: text) == (expected.isEmpty ? text : expected))
    }

    /// 250 kB in the square are a minute, in a line an instant.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [
            "://1:2/", "://u:p@", "://:@", "://a/b:c", #"\"#, #"\""#, #""u'"#, "token ", "password=(", "'secret', ",
            "-----BEGIN", "-----", "gAAAA", "eyJ.", "a", "chpasswd ", "passwords ",
            "gAAAAA\u{200B}", "ghp_é", "hidden: true\n",
        ])
    func `text that is made to be slow takes time in proportion to its length`(part: String) {
        let run = String(repeating: part, count: 250_000 / part.utf8.count)
        for text in [run, run + "@", "password=[" + run, "password=" + run + "@"] {
            #expect(!redaction.redact(text: text).isEmpty)
        }
    }

    @Test func `that there is no secret may be seen`() {
        let json = Array(#"{"admin_password": null, "user_data": "", "injected_files": [ ], "token": true}"#.utf8)
        #expect(
            redaction.redactedJSON(json.span.bytes)
                == #"{"admin_password": null, "user_data": "", "injected_files": [ ], "token": true}"#)
    }

    @Test func `secrets are shown where asked for`() {
        var decoder = OsloDecoder(detail: .args, showsSecrets: true)
        guard case .request(let request) = decoder.decode(OsloBuilder.request("m", ["password": "hunter2"])) else {
            Issue.record("no request")
            return
        }
        #expect(request.detail == #"{"password": "hunter2"}"#)
    }

    @Test func `a detail is JSON whatever the body was`() throws {
        let text = #"{"a": [1, {"b": "c\ud800", "n": NaN}], "s": "{\"password\": \"x\"}"}"#
        for length in 0...text.utf8.count {
            let json = Array(text.utf8.prefix(length))
            for limit in [4, 20, 1000] {
                let detail = redaction.redactedJSON(json.span.bytes, limit: limit)
                #expect(throws: Never.self, "\(detail)") {
                    try JSONSerialization.jsonObject(with: Data(detail.utf8), options: .fragmentsAllowed)
                }
                #expect(detail.utf8.count < 2 * limit + 100)
            }
        }
    }

    @Test func `real bodies keep no token, key or password`() throws {
        for body in try Fixture.bodies() {
            for detail in [OsloDecoder.Detail.args, .full] {
                let text = decoded(body, detail: detail).everything
                for secret in ["gAAAAA", "AAAAB3NzaC1yc2E", "BEGIN", "publicURL"] {
                    #expect(Self.around(secret, text) == nil)
                }
            }
        }
    }

    @Test func `redacting long and hostile text takes time in proportion`() {
        for part in [
            "://", "://a:", "password=(", "'password': \"", "-----BEGIN", "gAAAAA ", "\\\"token\\\": \\\"", "{[",
        ] {
            let text = String(repeating: part, count: 100_000)
            #expect(!redaction.redact(text: text).isEmpty)
        }
    }
}
