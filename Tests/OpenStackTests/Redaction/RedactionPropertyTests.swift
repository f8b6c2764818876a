import Foundation
import TestSupport
import Testing

@testable import OpenStack

/// What holds for every text, tried on texts that nobody wrote.
@Suite struct `Redaction of any text` {
    private let redaction = Redaction()

    private static let keys = [
        "password", "adminPass", "X-Auth-Token", "admin_password", "chapsecret", "private_key", "auth_token", "secret",
    ]

    /// `K` is a key, `V` the secret.
    private static let forms = [
        "K=V", "K = V", "K: V", "K='V'", "K: \"V\"", "'K': 'V'", "\"K\": \"V\"", "'K': u'V'", "--K V", "--K=V",
        "<K>V</K>",
        "('K', 'V')", "['--K', 'V']", "'K', '-v', 'V'", "x.K -v V", "K 'V'", "K%3DV", "| K | V |", "K={'a': 'V'}",
        "K=['V', 'V']", "rabbit://u:V@h:5672", "u:V@h", "K\n=\nV", "K => V", "{'name': 'K', 'value': 'V'}", "K='''V'''",
        "{'parameter_name': 'K', 'parameter_value': 'V'}", "{'value': 'V', 'name': 'K'}", "<p name=\"K\">V</p>",
        "<p value='V' name='K'/>", "rabbit%3A%2F%2Fu%3AV%40h", "{&quot;K&quot;:&quot;V&quot;}", "{%22K%22:%22V%22}",
        "{'K': 'a'\n 'V'}", "\nK:\n  V\n", "(a, K) values ('a', 'V')", "(a, K) values (?, ?)] [parameters: (1, 'V')]",
        "racadm -o K -i 2 V9z", "<K><value>V</value></K>", "<i name=\"K\" value=\"V\">", "x: K:\n  - V\n", "K 7 V9z",
        "--K \\\n V", "\n\n\n| a | K |\n+---+---+\n| 1 | V |\n", "\na,K\n1,V\n",
    ]

    private static let surroundings = [
        "", " ", "Failed: ", "\n", "(", "[", "{", "Stderr: u'", "x=1, ", "compute1 ", "http://h/p?", "a: b, ", "<e>",
        "'", "\"",
        "\\\"", "--x ", "é", "\u{200B}",
    ]

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `lets no secret through, whatever stands around it`(seed: UInt64) {
        var texts = MarkedTexts(seed: seed)
        for _ in 0..<4000 {
            let mark = texts.mark()
            let form = texts.element(of: Self.forms)
            let secret = form.replacing("K", with: texts.element(of: Self.keys)).replacing("V", with: mark)
            let text =
                texts.element(of: Self.surroundings) + secret + texts.element(of: [" ", "\n", "", ", x", ") y", ". Z"])
            #expect(!redaction.redact(text: text).contains(mark), "\(text.debugDescription)")
            // In a string of JSON, once and twice escaped, and in base64.
            let inner: WireJSON = ["a": .string(text)]
            let outer: WireJSON = ["b": .string(inner.text)]
            for json in [inner.text, outer.text] {
                #expect(!redaction.redactedJSON(Array(json.utf8).span.bytes).contains(mark), "\(json)")
            }
            let packed = Data(text.utf8).base64EncodedString()
            if packed.utf8.count(where: { $0 != UInt8(ascii: "=") }) >= Limits.encodedBytes {
                #expect(!redaction.redact(text: "data \(packed)").contains(packed), "\(text.debugDescription)")
            }
        }
    }

    /// Most of a text is stepped over at a first look; nothing is found when every word is looked at that is not found so.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `is the same whether every word is looked at or most are stepped over`(seed: UInt64) throws {
        var texts = MarkedTexts(seed: seed)
        var random = SeededGenerator(seed: seed)
        let bodies = try Fixture.bodies().filter { $0.count > 100 }
        for _ in 0..<3000 {
            let body = texts.element(of: bodies)
            let start = texts.number(0...(body.count - 50))
            let part = Array(body[start..<min(body.count, start + texts.number(20...400))])
            var mixed = Array(texts.jumble(of: Self.keys + Self.signs).text.utf8)
            mixed.insert(contentsOf: part.prefix(60), at: Int(random.next() % UInt64(mixed.count + 1)))
            let packed = Array(Data(mixed).base64EncodedString().utf8)
            for text in [part, mixed, packed + mixed, mixed + [0x2F] + packed] {
                let (short, long) = (TextRedactor.redact(text), TextRedactor.redact(text, looksAtAll: true))
                #expect(short == long, "\(String(decoding: text, as: UTF8.self).debugDescription)")
                #expect(!SecretSearch.isClean(text.span.bytes, text.indices) || long == nil)
            }
        }
    }

    @Test func `passes plain names by, of any length and with any byte in any place`() {
        for length in 1...20 {
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    var name = Array("abz09_-.abz09_-.abz09".utf8.prefix(length))
                    name[place] = byte
                    let isPlain = "abcdefghijklmnopqrstuvwxyz0123456789_-.".utf8.contains(byte)
                    #expect(ByteClass.isPlain(name.span.bytes, name.indices) == isPlain)
                }
            }
        }
    }

    /// What tells of secrets without being a key's name.
    private static let signs = [
        "gAAAAA", "-----BEGIN", "AKIAIOSFODNN7S1XMPLE", "eyJhIjoi", "$6$salt$", "#cloud-config", "Bearer ", "Basic ",
        "-P ", "-W ", "-u a:", "--user a:", "CHAP a ", "://u:x@h", "u:x@h", "'value': 'x', 'name': ", "'data'",
        "\"val\"", "auth", "payload", "snmp_x", "metadata", "Host", "reply_1", "ＴＯＫＥＮ", "to\u{212A}en", "pass", "psk",
        "%41", "&quot;", "\\u0022", "{SSHA}", "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", "mysql -px", "root_pw",
        "'param_value': 'x', 'param_name': ", "{a", "InvalidToken", "echo x |", "token_host",
        "cinder-rtstool create a b c x", "net user a x", "net use \\\\h\\s x", "auth sha x priv aes x",
        "jdbc:oracle:thin:u/x@h", "--payload x", "--proxy-user u:x", "sqlplus u/x", "IncomingUser a x", "masterauth x",
        "[p11_crypto_plugin] login=x", "(a, password) VALUES (?, 'x')", "[parameters: ('a', 'x')]", "u:x to chpasswd",
        "SET PASSWORD FOR a = 'x'", "password 7 x", "virsh set-user-password a b x", "ssh-keygen -P x",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "hvs.CAESIJZyZ0abcdef1234567890", "DHHC-1:00:ia6zGodOr4SEG0Zz:",
        "AKIAIOSFODNN7S1XMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "echo x | sudo -S", "su <<< x", "\\\n",
        "\n| a | token |\n|---|---|\n| 1 | x |\n", "\na,token\n1,x\n", "Connection(key='x')",
    ]

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `changes nothing when it is done again`(seed: UInt64) {
        var texts = MarkedTexts(seed: seed)
        for _ in 0..<4000 {
            let text = texts.jumble(of: Self.keys).text
            let once = redaction.redact(text: text)
            #expect(redaction.redact(text: once) == once, "\(text.debugDescription)")
            let json: WireJSON = ["a": .string(text), "password": .string(text), "b": [.string(text), "x"]]
            let detail = redaction.redactedJSON(Array(json.text.utf8).span.bytes)
            #expect(redaction.redactedJSON(Array(detail.utf8).span.bytes) == detail, "\(json.text)")
        }
    }

    /// Bytes flipped, cut and doubled in real bodies.
    @Test(arguments: [1, 2] as [UInt64])
    func `gives JSON, whatever the body was`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for body in try Fixture.bodies() where body.count < 20_000 {
            var bytes = body
            for _ in 0..<8 {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.insert(contentsOf: Array("\"\\{[,:}]".utf8).shuffled(using: &random).prefix(2), at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + 3))
                }
                if bytes.isEmpty { bytes = body }
            }
            let detail = redaction.redactedJSON(bytes.span.bytes, limit: 4096)
            #expect(throws: Never.self, "\(detail)") {
                try JSONSerialization.jsonObject(with: Data(detail.utf8), options: .fragmentsAllowed)
            }
        }
    }

    /// Parts that make some step look far ahead, over and over. The limit counts how long other tests have the processor.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [
            "password -v ", "password\t", "token ", "a:", "a:b@", "'value': '", "'password', ", "['password', '-v', ",
            "<password ",
            "<password>", "password=,", "password=(", "eyJ/", "eyJhIjoi", "/eyJ", "W3si", "AQ", "$6$", "%3D",
            "password%22",
            "-P ", "Bearer ", "CHAP a ", "name=password value=", "&lt;password&gt;", "password|", "tokens/",
            "password 'a'b", "é",
            "\u{200B}", "password\u{A0}", "-----BEGIN", "Z0FBQUFB", "{\"name\":\"password\",\"value\":1,", "[[",
            "{\"a\":[",
            "[\"password\",", "\\\"password\\\": \\\"",
            "<p name=\"password\" ", "<p value=\"\" name=\"password\" ", "password:\n ", "password: |\n a\n",
            "'password': 'a'\n'", "'password': 'a'\n'b':", "%41", "&#34;password&#34;:", "mysql 'a", "echo |passwd",
            "gAAAAA\n0123456789abcdefA", "Authorization: a=\"", "'name': 'password', 'a': 'b', ", "pass: 1 ", "cert: /",
            "(password, ", "(a, token) VALUES (", "token=? ", "[parameters: (", "SET PASSWORD FOR '", "net user ",
            "a:b to chpasswd ", "auth sha a ", "[p11_crypto_plugin]", "<token><value>", "oracle:a/",
            "ghs_", "xoxb-1", "DHHC-1:", "hvs.", "AKIAIOSFODNN7EXAMPLE ", "password \\\n", "echo |sudo -S ",
            "su <<< a ", "su ", "password|", "| password |\n|---|\n", "a,password\n", "token\t", "Connection(",
            "password,\"",
            "[\"-----BEGIN\",", "{\"parameters\":{\"a\":{\"hidden\":true,\"default\":1},",
        ])
    func `takes time in proportion to its length`(part: String) {
        let text = String(repeating: part, count: 60_000 / part.utf8.count)
        for text in [text, "x=" + text + "'", "password=[" + text, text + "@h", "{\"a\": \"" + text] {
            #expect(!redaction.redact(text: text).isEmpty)
            #expect(!redaction.redactedJSON(Array(text.utf8).span.bytes).isEmpty)
        }
    }
}
