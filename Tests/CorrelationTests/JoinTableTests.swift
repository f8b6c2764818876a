import Testing
import Trace

@testable import Correlation

@Suite struct `Ids that messages are joined by` {
    private static let hex = "b58cd0e7a0a14d6b9f3c00112233ffee"

    @Test func `32 digits in lower case are a number, everything else is a text`() {
        #expect(JoinKey(Self.hex) != .text(Self.hex))
        let texts = [
            "", "b58cd0e7", Self.hex + "0", String(Self.hex.dropLast()), Self.hex.uppercased(),
            "b58cd0e7-a0a14d6b9f3c00112233ffe",
        ]
        for text in texts { #expect(JoinKey(text) == .text(text)) }
    }

    @Test func `of all bytes only the sixteen digits are digits, in every place`() {
        for place in 0..<32 {
            let accepted = (UInt8(0)...127).filter { byte in
                var text = Array(Self.hex.utf8)
                text[place] = byte
                if case .number = JoinKey(String(decoding: text, as: UTF8.self)) { return true }
                return false
            }
            #expect(accepted == Array("0123456789abcdef".utf8))
        }
    }

    @Test func `numbers differ where one digit does`() {
        var keys: Set<JoinKey> = [JoinKey(Self.hex)]
        for place in 0..<32 {
            for digit in "0123456789abcdef".utf8 {
                var text = Array(Self.hex.utf8)
                text[place] = digit
                keys.insert(JoinKey(String(decoding: text, as: UTF8.self)))
            }
        }
        #expect(keys.count == 1 + 32 * 15)
    }

    @Test func `the table does what a dictionary does`() {
        var random = SystemRandomNumberGenerator()
        var table = JoinTable<Message>()
        var model: [JoinKey: MessageID] = [:]
        // Few keys meet often.
        let texts: [JoinKey] = (0..<30).map { .text("\($0)") }
        let numbers: [JoinKey] = (0..<270).map { (index: UInt64) in .number(index % 7, index) }
        let keys = texts + numbers
        for step in 0..<20_000 {
            guard let key = keys.randomElement(using: &random) else { continue }
            if Bool.random(using: &random) {
                table.insert(MessageID(step), for: key)
                model[key] = MessageID(step)
            } else {
                table.remove(key)
                model[key] = nil
            }
            #expect(table.count == model.count)
            if step % 500 == 0 { for key in keys { #expect(table[key] == model[key]) } }
        }
        for key in keys { #expect(table[key] == model[key]) }
    }
}
