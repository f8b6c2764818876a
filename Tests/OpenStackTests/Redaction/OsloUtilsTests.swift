import Foundation
import TestSupport
import Testing

@testable import OpenStack

/// Against the real library: what it masks is masked here, and what it learns to mask is noticed.
@Suite(.enabled(if: OsloUtils.isInstalled || ExternalProgram.mustBeInstalled))
struct `What oslo.utils masks` {
    private let redaction = Redaction()

    /// The library's forms, each with texts that it is for: `K` is a key, `V` the secret.
    private static let forms: [String: [String]] = [
        #"(%(key)s[0-9]*\s*[=]\s*)[^\s^\'^\"]+"#: ["K=V", "K12 = V", "x K\n=\u{A0}V", "aK=V b"],
        #"(%(key)s[0-9]*\s*[=]\s*[\"\'])[^\"\']*([\"\'])"#: ["K='V'", "K1 = \"V w\"", "<e K=\"V\"/>"],
        #"(%(key)s[0-9]*\s*[=]\s*[\"])[^\"]*([\"])"#: ["K=\"it's V\""],
        #"(%(key)s[0-9]*\s*[=]\s*[\'])[^\']*([\'])"#: ["K='so \"V'"],
        #"(%(key)s[0-9]*\s+[\"\'])[^\"\']*([\"\'])"#: ["K 'V'", "run K0  \"V\""],
        #"([-]{2}%(key)s[0-9]*\s+)[^\'^\"^=^\s]+([\s]*)"#: ["x --K V", "--K7  V -x"],
        #"(<%(key)s[0-9]*>)[^<]*(</%(key)s[0-9]*>)"#: ["<K>V</K>", "<K1>\n  V\n</K1>"],
        #"([\"\']%(key)s[0-9]*[\"\']\s*:\s*[\"\'])[^\"\']*([\"\'])"#: ["{'K': 'V'}", #"{"K" : "V"}"#],
        #"([\'"][^"\']*%(key)s[0-9]*[\'"]\s*:\s*u?[\'"])[^\"\']*([\'"])"#: ["{'the_K': u'V', 'a': 1}"],
        #"([\'"][^\'"]*%(key)s[0-9]*[\'"]\s*,\s*\'--?[A-z]+\'\s*,\s*u?[\'"])[^\"\']*([\'"])"#: [
            "['x', 'node.K', '-v', 'V']", "('node.K', '--value', u'V', 'y')",
        ],
        #"(%(key)s[0-9]*\s*--?[A-z]+\s*)\S+(\s*)"#: ["node.K -v V", "K --value V x"],
        #"([\'\"][^\"\']*%(key)s[0-9]*[\'\"]\s*:\s*u?[\'\"].*[\'\"])[^\"\']*([\'\"])"#: [
            "{'K': 'V'w'}", #"{"K": "w"V"}"#,
        ],
    ]

    @Test func `its keys are secret in every spelling`() async throws {
        let library = try await OsloUtils.mask([])
        #expect(library.keys.count >= 35)
        for key in library.keys {
            let words = key.split(separator: "_").map(String.init)
            let camel = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
            let spellings = [
                key, key.uppercased(), words.joined(), words.joined(separator: "-"), camel, "old_\(key)", "\(key)2",
                "_context_\(key)", key.map { "\($0)\u{200B}" }.joined(), "\u{FEFF}\(key)",
            ]
            for spelling in spellings {
                let name = Array(spelling.utf8)
                #expect(SecretNames.kind(name, name.indices) == .secret, "\(spelling)")
            }
        }
    }

    @Test func `its forms are all known here, and masked`() async throws {
        let library = try await OsloUtils.mask([])
        for pattern in library.patterns {
            let texts = try #require(Self.forms[pattern], "oslo.utils \(library.version) has a new form: \(pattern)")
            for key in library.keys + ["adminPass", "CHAPPASSWORD", "original_password"] {
                for text in texts {
                    let secret = text.replacing("K", with: key).replacing("V", with: "Hunter2x")
                    #expect(!redaction.redact(text: secret).contains("Hunter2x"), "\(secret)")
                }
            }
        }
    }

    /// Texts that nobody wrote show what nobody thought of.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `whatever it masks is masked`(seed: UInt64) async throws {
        let keys = try await OsloUtils.mask([]).keys + ["adminPass", "X-Auth-Token", "node.session.auth.password"]
        var texts = MarkedTexts(seed: seed)
        let jumbles = (0..<5000).map { _ in texts.jumble(of: keys) }
        let masked = try await OsloUtils.mask(jumbles.map(\.text)).masked
        var (count, missed) = (0, [String]())
        for (jumble, theirs) in zip(jumbles, masked) {
            let ours = redaction.redact(text: jumble.text)
            for mark in jumble.marks where !theirs.contains(mark) {
                count += 1
                if ours.contains(mark) { missed.append("\(jumble.text.debugDescription) is \(ours.debugDescription)") }
            }
        }
        #expect(count > 300)
        #expect(missed.isEmpty, "\(missed.count) of \(count): \(missed.prefix(5).joined(separator: "\n"))")
    }

    /// `mask_dict_password`: keys, and texts as values, at any depth.
    @Test func `its dictionaries are masked`() async throws {
        for key in try await OsloUtils.mask([]).keys {
            for value: WireJSON in ["Hunter2x", ["Hunter2x"], ["a": "Hunter2x"], .number("20202")] {
                let json: WireJSON = ["a": [.object([.init(key, value), .init("b", "kept")])]]
                let text = redaction.redactedJSON(Array(json.text.utf8).span.bytes)
                #expect(!text.contains("Hunter2x") && !text.contains("20202") && text.contains("kept"), "\(text)")
            }
        }
        let commands: WireJSON = ["args": [["cmd --password Hunter2x", "safe"]], "t": "token = Hunter2x"]
        let text = redaction.redactedJSON(Array(commands.text.utf8).span.bytes)
        #expect(text == #"{"args": [["cmd --password ***", "safe"]], "t": "token = ***"}"#)
    }
}
