import Bytes

/// A machine without state that takes secrets out of what is shown: passwords, tokens, keys, user data.
///
/// It goes by the names of keys, at any depth of JSON and of JSON inside strings, in the reprs of Python and in
/// `name=value` text; and by what a value looks like whatever its name: Fernet tokens, signed tokens, PEM blocks, the
/// user information of URLs. When in doubt it hides.
package struct Redaction: Sendable {
    /// What stands in a secret's place.
    package static let mask = "***"

    /// Leaves everything as it is (`--show-secrets`).
    package let showsSecrets: Bool

    package init(showsSecrets: Bool = false) {
        self.showsSecrets = showsSecrets
    }

    /// Free text, such as the message of an exception, a traceback or a URL, without its secrets.
    package func redact(text: String) -> String {
        redact(bytes: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// As `redact(text:)`; `nil` where the text holds no secret.
    func redact(bytes: [UInt8]) -> [UInt8]? {
        showsSecrets ? nil : TextRedactor.redact(bytes)
    }

    /// JSON without its secrets, written anew in one line with its keys in their order; numbers that JSON does not have
    /// become strings.
    ///
    /// A text that is cut, broken, too deep or too long is closed where it ends, with `…` for what is missing, so that
    /// the result is JSON always. At most `limit` bytes, and the closing brackets.
    package func redactedJSON(_ json: RawSpan, limit: Int = Limits.detailBytes) -> String {
        var redactor = JSONRedactor(self, limit: limit)
        redactor.run(json)
        return String(decoding: redactor.output, as: UTF8.self)
    }

    /// Whether what is called `name` is secret: a key of JSON, an argument, a header; case, `-` and `_` do not matter.
    package func isSecret(name: String) -> Bool {
        isSecret(name: Array(name.utf8))
    }
}

extension Redaction {
    func isSecret(name: [UInt8]) -> Bool {
        !showsSecrets && SecretNames.contains(name, name.indices)
    }
}

/// The names of what is secret (nova, keystone, cinder, oslo.utils strutils): one place for all of them.
enum SecretNames {
    /// Whether the name in `range` of `bytes` is one of them.
    static func contains(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let end = range.upperBound
        var start = range.lowerBound
        while start < end, bytes[start].folded == UInt8(ascii: "_") { start += 1 }
        if has("context_", bytes, start, end) { start += 8 }
        guard end - start >= 4 else { return false }
        for index in start..<end where isPart(bytes, index, end) { return true }
        return isWhole(bytes, start, end) || isEnd(bytes, start, end)
    }

    /// Secret wherever they are part of a name, written with `_` in lower case.
    private static func isPart(_ bytes: [UInt8], _ index: Int, _ end: Int) -> Bool {
        func has(_ part: StaticString) -> Bool { Self.has(part, bytes, index, end) }
        return switch bytes[index].folded {
        case UInt8(ascii: "a"): has("api_key") || has("apikey") || has("authorization")
        case UInt8(ascii: "c"): has("credential") || has("connection_info") || has("cookie")
        case UInt8(ascii: "e"): has("encryption_key")
        case UInt8(ascii: "h"): has("hmac")
        case UInt8(ascii: "i"): has("injected_file")
        case UInt8(ascii: "k"): has("keyring")
        case UInt8(ascii: "m"): has("metadata")
        case UInt8(ascii: "p"):
            has("password") || has("passwd") || has("passphrase") || has("private_key") || has("privatekey")
        case UInt8(ascii: "s"): has("secret") || has("service_catalog") || has("servicecatalog")
        case UInt8(ascii: "t"): has("token")
        case UInt8(ascii: "u"): has("user_data") || has("userdata")
        default: false
        }
    }

    /// Secret as the whole name.
    private static func isWhole(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        func isName(_ name: StaticString) -> Bool {
            name.utf8CodeUnitCount == end - start && has(name, bytes, start, end)
        }
        return isName("pass") || isName("cert") || isName("catalog") || isName("key_data") || isName("adminpass")
            || isName("connector") || isName("access_url") || isName("public_key") || isName("personality")
            || isName("auth_username")
    }

    /// Secret as the end of a name.
    private static func isEnd(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        end - start > 5 && has("_pass", bytes, end - 5, end)
            || end - start > 11 && has("_access_url", bytes, end - 11, end)
    }

    @inline(__always)
    private static func has(_ text: StaticString, _ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard start + count <= end else { return false }
        for index in 0..<count where bytes[start + index].folded != text.utf8Start[index] { return false }
        return true
    }
}

extension UInt8 {
    /// In lower case, and `-` as `_`.
    fileprivate var folded: UInt8 {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): self | 0x20
        case UInt8(ascii: "-"): UInt8(ascii: "_")
        default: self
        }
    }
}
