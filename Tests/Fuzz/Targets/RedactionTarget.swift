import Foundation
import OpenStack

/// Redaction: what stands under the name of a secret, or in a form of one, comes out nowhere.
///
/// An input is a name (1 byte), a form (1), how it is packed (1), then what builds its surroundings.
extension FuzzTarget {
    static let redaction = FuzzTarget(
        "redaction", "a secret survives in no place", longest: 2048,
        seeds: { traffic in
            CapturedTraffic.spread(traffic.bodies, most: 12).enumerated().map { index, body in
                [UInt8(index), UInt8(index &* 7), UInt8(index), UInt8(index &* 5)] + body.bytes.prefix(1500)
            }
                + (0..<32).flatMap { form in
                    [form, form | 0x80].map {
                        [UInt8(form), UInt8(form), UInt8($0)] + Array("\u{3}Failed: \n(x=1, ".utf8)
                    }
                }
        },
        run: { input in
            var reader = InputReader(input)
            let (keyNumber, formNumber, packing) = (Int(reader.octet()), Int(reader.octet()), reader.octet())
            let key = keys[keyNumber % keys.count]
            // Inputs that were kept go on to name the same forms.
            let list = packing & 0x80 == 0 ? forms : formNumber < 240 ? laterForms : latestForms
            let form = list[formNumber % list.count]
            if packing & 4 == 0 {
                let text =
                    "\(text(&reader)) \(form.replacing("K", with: key).replacing("V", with: secret)) \(text(&reader))"
                let packed =
                    packing & 1 == 0
                    ? text : packing & 2 == 0 ? quoted(text) : "{\"a\": \(quoted("[\(quoted(text))]"))}"
                let redacted =
                    packing & 1 == 0
                    ? Redaction().redact(text: packed) : Redaction().redactedJSON(Array(packed.utf8).span.bytes)
                try expect(
                    !redacted.contains(secret), "\(packed.debugDescription) is shown as \(redacted.debugDescription)")
            } else {
                var document = ""

                writeJSON(&reader, &document, member: "\(quoted(key)): \(value(packing))")
                let redacted = Redaction().redactedJSON(Array(document.utf8).span.bytes)
                try expect(!redacted.contains(secret), "\(document) is shown as \(redacted)")
                let inside = "{\"args\": \(quoted(document))}"
                let text = Redaction().redactedJSON(Array(inside.utf8).span.bytes)
                try expect(!text.contains(secret), "\(inside) is shown as \(text)")
            }
        })

    private static let secret = "S1xMark7Qz"

    private static let keys = [
        "password", "adminPass", "X-Auth-Token", "admin_password", "chapsecret", "private_key", "auth_token", "secret",
        "pass\u{200B}word", "ＴＯＫＥＮ", "P-A-S-S-W-O-R-D", "user_data", "sslkey",
    ]

    /// `K` is a name, `V` the secret.
    private static let forms = [
        "K=V", "K = V", "K: V", "K='V'", "K: \"V\"", "'K': 'V'", "\"K\": \"V\"", "'K': u'V'", "--K V", "--K=V",
        "<K>V</K>",
        "('K', 'V')", "['--K', 'V']", "'K', '-v', 'V'", "K%3DV", "| K | V |", "K={'a': 'V'}", "K=['V', 'V']",
        "rabbit://u:V@h:5672", "K => V", "{'name': 'K', 'value': 'V'}", "K='''V'''",
    ]

    private static let laterForms = [
        "{'parameter_name': 'K', 'parameter_value': 'V'}", "{'name': 'K', 'type': 'x', 'value': 'V'}",
        "{\"op\": \"add\", \"path\": \"/a/K\", \"value\": \"V\"}", "<property name=\"K\">V</property>",
        "<property value=\"V\" name=\"K\"/>", "<e key='K'><s>V</s></e>", "rabbit%3A%2F%2Fu%3AV%40h%3A5672",
        "{%22K%22:%22V%22}", "{&quot;K&quot;:&quot;V&quot;}", "&lt;p name=&quot;K&quot;&gt;V&lt;/p&gt;", "K%253DV",
        "\nK:\n  V\n", "\nK: |\n  x\n  V\n", "{'K': 'a'\n 'V'}", "{'K': 'a' 'V'}", #"\u0022K\u0022: \u0022V\u0022"#,
    ]

    private static let latestForms = [
        "INSERT INTO t (a, K) values (1, V)", "<K><value>V</value></K>", "<input name=\"K\" value=\"V\">",
        "SET K FOR a@h = V", "--K \\\n V",
    ]

    private static func value(_ packing: UInt8) -> String {
        switch packing >> 4 & 3 {
        case 0: quoted(secret)
        case 1: "[\(quoted(secret)), {\"a\": \(quoted(secret))}]"
        case 2: "{\"b\": [1, \(quoted("x \(secret)"))]}"
        default: quoted("{\"c\": \(quoted(secret))}")
        }
    }

    /// A text of some bytes of the input.
    private static func text(_ reader: inout InputReader) -> String {
        // The marker is the secret, and stands nowhere else.
        String(decoding: reader.piece(Int(reader.octet()) & 63), as: UTF8.self).replacing(secret, with: "")
    }

    private static func quoted(_ text: String) -> String {
        // Foundation escapes what it must.
        let data = try? JSONSerialization.data(withJSONObject: text, options: .fragmentsAllowed)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    /// Writes an object that is built as the input says, with the member in it, at any depth.
    private static func writeJSON(
        _ reader: inout InputReader, _ document: inout String, member: String
    ) {
        document += "{"
        var closing = ["}"]
        for _ in 0..<Int(reader.octet() & 15) {
            let choice = reader.octet()
            let isObject = closing.last == "}"
            let name = isObject ? "\(quoted(text(&reader))): " : ""
            switch choice & 3 {
            case 0:
                document += "\(name){"
                closing.append("}")
            case 1:
                document += "\(name)["
                closing.append("]")
            case 2: document += "\(name)\(quoted(text(&reader))), "
            default:
                guard closing.count > 1, let bracket = closing.popLast() else { continue }
                document += "\(isObject ? "\"z\": 0" : "0")\(bracket), "
            }
        }
        document += closing.last == "}" ? member : "{\(member)}"
        document += closing.reversed().joined()
    }
}
