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
        guard !showsSecrets else { return text }
        return TextRedactor.redact(text)
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
        !showsSecrets && SecretNames.contains(Array(name.utf8)[...])
    }
}

/// The names of what is secret (nova, keystone, cinder, oslo.utils strutils): one place for all of them.
enum SecretNames {
    /// Secret wherever they are part of a name, written with `_` in lower case.
    private static let parts: [[UInt8]] = [
        "password", "passwd", "passphrase", "secret", "token", "credential", "private_key", "privatekey", "keyring",
        "hmac", "user_data", "userdata", "api_key", "apikey", "authorization", "service_catalog", "servicecatalog",
        "connection_info", "injected_file", "encryption_key", "metadata", "cookie",
    ].map { Array($0.utf8) }

    /// Secret as the whole name.
    private static let names: Set<[UInt8]> = Set(
        [
            "pass", "passwords", "adminpass", "personality", "key_data", "public_key", "connector", "cert",
            "auth_username",
            "access_url",
            "catalog",
        ].map { Array($0.utf8) })

    /// Secret as the end of a name.
    private static let ends: [[UInt8]] = ["_pass", "_access_url"].map { Array($0.utf8) }

    static func contains(_ name: ArraySlice<UInt8>) -> Bool {
        guard name.count >= 4 else { return false }
        var name = name.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "-"): UInt8(ascii: "_")
            default: byte
            }
        }[...]
        while name.first == UInt8(ascii: "_") { name.removeFirst() }
        if name.starts(with: "context_".utf8) { name.removeFirst("context_".utf8.count) }
        return names.contains(Array(name)) || parts.contains { name.contains($0) }
            || ends.contains { name.count >= $0.count && name.suffix($0.count).elementsEqual($0) }
    }
}
