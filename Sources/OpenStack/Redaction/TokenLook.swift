/// A value: a kind of tokens and keys that are known by what they begin with, whatever the name beside them.
struct TokenLook: Sendable {
    let prefix: StaticString
    /// Signs behind that.
    let least: Int
    /// Whether they are base64, parts of it behind `:`; else letters, digits, `_` and `-`.
    let isBase64: Bool

    /// One row a kind: GitHub, GitLab, Vault, Slack, the keys of NVMe for DH-HMAC-CHAP and TLS.
    static let all: [TokenLook] = [
        row("ghp_", 30), row("gho_", 30), row("ghu_", 30), row("ghs_", 30), row("ghr_", 30), row("github_pat_", 40),
        row("glpat-", 16), row("hvs.", 20), row("hvb.", 20), row("xoxb-", 20), row("xoxp-", 20),
        row("DHHC-1:", 12, isBase64: true), row("NVMeTLSkey-1:", 12, isBase64: true),
    ]

    /// The same, as `NameAutomaton` takes them.
    static let folded = "ghp gho ghu ghs ghr githubpat glpat hvs hvb xoxb xoxp dhhc nvmetlskey"

    /// Signs in which a capital and a digit must stand: what somebody has thought of has none.
    private static let looked = 64

    private static func row(_ prefix: StaticString, _ least: Int, isBase64: Bool = false) -> TokenLook {
        TokenLook(prefix: prefix, least: least, isBase64: isBase64)
    }

    /// Where the token ends that begins at `start`; `nil` where none does.
    static func end(_ bytes: [UInt8], at start: Int) -> Int? {
        for look in all where bytes.matches(look.prefix, at: start) {
            func isSign(_ byte: UInt8) -> Bool {
                look.isBase64 ? byte.isBase64 || byte == .colon || byte == UInt8(ascii: "=") : byte.isWordByte
            }
            let part = bytes[(start + look.prefix.utf8CodeUnitCount)...].prefix(looked).prefix(while: isSign)
            guard part.count >= look.least, part.contains(where: { $0.isUpper }), part.contains(where: { $0.isDigit })
            else { return nil }
            return bytes.skip(from: part.endIndex, while: isSign)
        }
        return nil
    }
}
