import Foundation
import TestSupport

/// A value: what the real oslo.utils masks, in the environment that `.ci/setup test` makes.
struct OsloUtils: Decodable {
    let version: String
    let keys: [String]
    let patterns: [String]
    /// The texts that were asked for.
    let masked: [String]

    static var isInstalled: Bool { OsloRelease.newest.isInstalled }

    static func mask(_ texts: [String]) async throws -> OsloUtils {
        let script = ExternalProgram.projectFolder.appending(path: "Tests/OpenStackTests/Programs/oslo_masks.py")
        let result = try await OsloRelease.newest.python.run(
            [script.path(percentEncoded: false)], input: [UInt8](try JSONEncoder().encode(texts)),
            environment: ["PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1"])
        return try JSONDecoder().decode(OsloUtils.self, from: Data(result.output.utf8))
    }
}

/// Texts with secrets in them that no one else holds, made the same from the same seed.
struct MarkedTexts {
    private var random: SeededGenerator
    private var marks = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// A secret that stands nowhere else.
    mutating func mark() -> String {
        marks += 1
        return "M\(marks)Qx\(marks % 10)"
    }

    mutating func element<Element>(of list: [Element]) -> Element {
        list[Int(random.next() % UInt64(list.count))]
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(random.next() % UInt64(range.count))
    }

    /// A key, signs and secrets in any order, as no program writes them; the secrets in it.
    mutating func jumble(of keys: [String]) -> (text: String, marks: [String]) {
        let signs = [
            "=", " = ", "= ", " =", ":", " : ", ": ", " ", "  ", "\n", "\t", "\u{A0}", "\u{2003}", "'", "\"", "u'",
            " -v ",
            " --value ", "<", ">", "1", "12", "x", "host", "(", ")", "}", "', '", "\": \"", "': '",
        ]
        var (text, marks) = ("", [String]())
        for _ in 0..<number(2...12) {
            switch number(0...9) {
            case 0...2: text += element(of: keys)
            case 3...5:
                marks.append(mark())
                text += marks[marks.count - 1]
            default: text += element(of: signs)
            }
        }
        return (text, marks)
    }
}
