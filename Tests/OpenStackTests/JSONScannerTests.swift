import TestSupport
import Testing

@testable import OpenStack

@Suite struct `Scanning JSON` {
    @Test(arguments: 0..<8) func `what is read over in blocks ends where it ends byte by byte`(seed: Int) {
        var numbers = SeededGenerator(seed: UInt64(seed))
        var ends: Set<String> = []
        for _ in 0..<3000 {
            let isNested = Bool.random(using: &numbers)
            let text = Self.text(&numbers, isNested: isNested)
            var scanner = JSONScanner(text.span.bytes, 0..<text.count, isNested: isNested)
            let slot = scanner.readContainer(text.span.bytes, .object)
            let expected = Reference.end(of: text, isNested: isNested)
            let found = scanner.fault == .none ? "\(slot.range.upperBound)" : "\(scanner.fault)"
            #expect(found == expected, "\(isNested ? "nested " : "")\(String(decoding: text, as: UTF8.self))")
            ends.insert(Int(expected) == nil ? expected : "end")
        }
        #expect(ends.isSuperset(of: ["end", "ended", "malformed", "escape"]), "\(ends)")
    }

    @Test func `containers too deep are found in blocks as well`() {
        for isNested in [false, true] {
            for (depth, isRead) in [(512, true), (513, false)] {
                let brackets = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
                let text = Array((brackets + " ").utf8)
                var scanner = JSONScanner(text.span.bytes, 0..<text.count, isNested: isNested)
                let slot = scanner.readContainer(text.span.bytes, .array)
                #expect(slot.isPresent == isRead)
                #expect(scanner.fault == (isRead ? .none : .tooDeep))
            }
        }
    }

    @Test(arguments: 0..<70) func `members of one beginning are read over wherever they stand in a block`(width: Int) {
        let value = String(repeating: "v", count: width)
        for isNested in [false, true] {
            let members = #", "_a_1": ["_a_2", {"x": "_a_3, "}], "_a_4": 5, "_b": "\#(value)", "_a_6": 7} "#
            let json = #"{"_a_0": "\#(value)""# + members
            let text = Array((isNested ? json.replacing("\"", with: "\\\"") : json).utf8)
            var scanner = JSONScanner(text.span.bytes, 0..<text.count, isNested: isNested)
            _ = scanner.beginObject(text.span.bytes)
            var keys: [String] = []
            while let key = scanner.nextKey(text.span.bytes) {
                let name = String(decoding: key.decodedBytes(text.span.bytes), as: UTF8.self)
                keys.append(name)
                if name.hasPrefix("_a_") {
                    scanner.skipMembers(text.span.bytes, beginning: "_a_")
                } else {
                    scanner.skipValue(text.span.bytes)
                }
            }
            #expect(keys == ["_a_0", "_b", "_a_6"])
            #expect(scanner.fault == .none)
            #expect(scanner.offset == text.count - 1)
        }
    }

    /// An object, mostly balanced, of what matters to a scanner.
    private static func text(_ numbers: inout SeededGenerator, isNested: Bool) -> [UInt8] {
        let (quote, backslash) = isNested ? (#"\""#, #"\\"#) : (#"""#, #"\"#)
        let pieces = [
            "{", "[", "}", "]", ", ", ":", " ", "\n", "1", "word", "\u{e9}", quote + quote, quote + "a{" + quote,
            quote + "]" + backslash + quote + "}" + quote, quote + backslash + backslash + quote,
            quote + String(repeating: "s", count: Int.random(in: 0..<90, using: &numbers)) + quote,
        ]
        let rare = [quote, backslash, "\"", "\\", #"\n"#, #"\u0022"#]
        var text = "{"
        for _ in 0..<Int.random(in: 0..<60, using: &numbers) {
            let isRare = Int.random(in: 0..<120, using: &numbers) == 0
            text += (isRare ? rare : pieces).randomElement(using: &numbers) ?? ""
        }
        return Array((text + String(repeating: "]}", count: Int.random(in: 0..<20, using: &numbers))).utf8)
    }
}

/// Reads over a container one byte after the other.
private enum Reference {
    /// Where the container ends that the text begins with, or the fault.
    static func end(of text: [UInt8], isNested: Bool) -> String {
        var (index, depth, isString) = (0, 0, false)
        while index < text.count {
            let rest = text[index...]
            if isString {
                switch rest.first {
                case .quote where isNested: return "malformed"
                case .quote: (isString, index) = (false, index + 1)
                case .backslash where isNested:
                    if rest.count < 2 { return "ended" }
                    if rest.starts(with: #"\""#.utf8) {
                        (isString, index) = (false, index + 2)
                    } else if rest.starts(with: #"\\"#.utf8) {
                        if rest.count < 4 { return "ended" }
                        if rest.dropFirst(2).first == .quote { return "malformed" }
                        guard rest.dropFirst(2).first == .backslash else {
                            index += 3
                            continue
                        }
                        guard let escaped = rest.dropFirst(3).first, escaped == .quote || escaped == .backslash else {
                            return "escape"
                        }
                        index += 4
                    } else {
                        return "escape"
                    }
                case .backslash: index += 2
                default: index += 1
                }
                continue
            }
            switch rest.first {
            case .openBrace, .openBracket: (depth, index) = (depth + 1, index + 1)
            case .closeBrace, .closeBracket:
                (depth, index) = (depth - 1, index + 1)
                if depth == 0 { return "\(index)" }
            case .quote where !isNested: (isString, index) = (true, index + 1)
            case .backslash where isNested && rest.starts(with: #"\""#.utf8): (isString, index) = (true, index + 2)
            case .backslash where isNested && rest.count < 2: return "ended"
            case .backslash where isNested: return "escape"
            case .quote, .backslash: return "malformed"
            default: index += 1
            }
        }
        return "ended"
    }
}
