/// Whether a text is JSON to the letter (RFC 8259), whatever its depth and the size of its numbers.
enum StrictJSON {
    static func isText(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        // What is expected next: within an array or object what follows a value is told by the innermost bracket.
        var open: [UInt8] = []
        repeat {
            guard beginValue(&rest, &open) else { return false }
        } while !open.isEmpty && hasNext(&rest, &open)
        skipSpace(&rest)
        return rest.isEmpty && open.isEmpty
    }

    /// Reads a value, or the brackets and the key before the first value within.
    private static func beginValue(_ rest: inout ArraySlice<UInt8>, _ open: inout [UInt8]) -> Bool {
        while true {
            skipSpace(&rest)
            guard let first = rest.first else { return false }
            switch first {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                rest.removeFirst()
                skipSpace(&rest)
                if rest.first == first + 2 {
                    rest.removeFirst()
                    return true
                }
                open.append(first)
                if first == UInt8(ascii: "{"), !readKey(&rest) { return false }
            case UInt8(ascii: "\""): return readString(&rest)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return readNumber(&rest)
            default:
                guard let word = ["true", "false", "null"].first(where: { rest.starts(with: $0.utf8) }) else {
                    return false
                }
                rest.removeFirst(word.utf8.count)
                return true
            }
        }
    }

    /// Steps over what stands behind a value: closing brackets, then a comma and a key; `false` at the end.
    private static func hasNext(_ rest: inout ArraySlice<UInt8>, _ open: inout [UInt8]) -> Bool {
        while let bracket = open.last {
            skipSpace(&rest)
            guard let next = rest.popFirst() else { return false }
            if next == UInt8(ascii: ",") {
                if bracket == UInt8(ascii: "{") { return readKey(&rest) }
                return true
            }
            guard next == bracket + 2 else { return false }
            open.removeLast()
        }
        return false
    }

    private static func readKey(_ rest: inout ArraySlice<UInt8>) -> Bool {
        skipSpace(&rest)
        guard readString(&rest) else { return false }
        skipSpace(&rest)
        return rest.popFirst() == UInt8(ascii: ":")
    }

    private static func readString(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.popFirst() == UInt8(ascii: "\"") else { return false }
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return true
            case 0..<0x20: return false
            case UInt8(ascii: "\\"):
                guard let letter = rest.popFirst(), "\"\\/bfnrtu".utf8.contains(letter) else { return false }
                guard letter == UInt8(ascii: "u") else { continue }
                let digits = rest.prefix(4)
                guard digits.count == 4, digits.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }) else {
                    return false
                }
                rest.removeFirst(4)
            default: continue
            }
        }
        return false
    }

    private static func readNumber(_ rest: inout ArraySlice<UInt8>) -> Bool {
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let isZero = rest.first == UInt8(ascii: "0")
        guard let whole = readDigits(&rest), whole == 1 || !isZero else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard readDigits(&rest) != nil else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            return readDigits(&rest) != nil
        }
        return true
    }

    /// How many digits there are; `nil` for none.
    private static func readDigits(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
        rest.removeFirst(digits)
        return digits == 0 ? nil : digits
    }

    private static func skipSpace(_ rest: inout ArraySlice<UInt8>) {
        rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    }
}
