import Bytes

/// A machine without state that takes secrets out of what is shown: passwords, tokens, keys, user data.
///
/// It goes by the names of keys in any spelling, at any depth of JSON and of JSON inside strings, in the reprs of Python,
/// in commands, settings, XML and queries; and by what a value looks like whatever its name: Fernet tokens, signed
/// tokens, PEM blocks, keys of Ceph and EC2, the user information of URLs, base64 of any of these. It hides at least what
/// oslo.utils hides (strutils.py, `mask_password`, `mask_dict_password`), and when in doubt.
package struct Redaction: Sendable {
    /// What stands in a secret's place.
    package static let mask = "***"

    /// Leaves everything as it is (`--show-secrets`).
    package let showsSecrets: Bool

    package init(showsSecrets: Bool = false) {
        self.showsSecrets = showsSecrets
    }

    /// Free text, such as the message of an exception, a traceback or a URL, without its secrets; and every name off the
    /// wire, be it a queue's or a method's.
    package func redact(text: String) -> String {
        if isClean(text.utf8.span.bytes) { return text }
        return redact(bytes: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// As `redact(text:)`; `nil` where the text holds no secret.
    func redact(bytes: [UInt8]) -> [UInt8]? {
        showsSecrets ? nil : TextRedactor.redact(bytes)
    }

    /// Whether a text is shown as it is, told at a first look; most are.
    func isClean(_ text: RawSpan) -> Bool {
        showsSecrets || SecretSearch.isClean(text, 0..<text.byteCount)
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

    /// Whether what is called `name` is hidden, or shown in parts only: a key of JSON, an argument, a header; case and
    /// separators do not matter.
    package func isSecret(name: String) -> Bool {
        let bytes = Array(name.utf8)
        return kind(of: bytes) != .plain
    }

    func kind(of name: [UInt8]) -> NameKind {
        showsSecrets ? .plain : SecretNames.kind(name, name.indices)
    }
}
