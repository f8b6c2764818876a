/// Parameters of heat's templates in YAML that are hidden by `hidden` (HOT) or `NoEcho` (CloudFormation).
extension TextRedactor {
    /// Masks the default beside `hidden: true`, on a line before it or behind; `false` where there is none.
    mutating func maskHiddenDefault(_ word: Range<Int>) -> Bool {
        guard
            bytes.matches("hidden", at: word.lowerBound) && word.count == 6
                || bytes.matches("NoEcho", at: word.lowerBound) && word.count == 6
        else { return false }
        var value = word.upperBound
        guard bytes.matches(":", at: value) else { return false }
        value = bytes.skip(from: value + 1) { $0 == 0x20 || $0.isQuote }
        guard bytes.matches("true", at: value) || bytes.matches("True", at: value) else { return false }
        let depth = indentation(before: word.lowerBound)
        var line = word.lowerBound - depth
        guard line == 0 || bytes[line - 1] == 0x0A else { return false }
        let floor = max(copied, word.lowerBound - 2 * Limits.nameDistance)
        while line > floor, bytes[line - 1] == 0x0A {
            var start = line - 1
            while start > floor, bytes[start - 1] != 0x0A { start -= 1 }
            guard isBeside(start, depth) else { break }
            if maskDefault(start + depth, depth) { return true }
            line = start
        }
        let limit = min(bytes.count, word.upperBound + 2 * Limits.nameDistance)
        line = endOfLine(value)
        while line < limit, isBeside(line, depth) {
            if maskDefault(line + depth, depth) { return true }
            line = endOfLine(line)
        }
        return false
    }

    private func indentation(before start: Int) -> Int {
        var index = start
        while index > 0, bytes[index - 1] == 0x20 { index -= 1 }
        return start - index
    }

    /// Behind the end of the line that `start` stands in.
    private func endOfLine(_ start: Int) -> Int {
        min(bytes.count, bytes.skip(from: start) { $0 != 0x0A } + 1)
    }

    /// Whether a line is one of the same mapping, or of what is in it.
    private func isBeside(_ line: Int, _ depth: Int) -> Bool {
        bytes.skip(from: line) { $0 == 0x20 } - line >= depth
    }

    private mutating func maskDefault(_ key: Int, _ depth: Int) -> Bool {
        let isDefault = bytes.matches("default:", at: key) || bytes.matches("Default:", at: key)
        guard isDefault else { return false }
        let value = bytes.skip(from: key + 8) { $0 == 0x20 }
        // With the lines that are a part of it.
        var end = endOfLine(value)
        while end < bytes.count, bytes[end] != 0x0A, isBeside(end, depth + 1) { end = endOfLine(end) }
        if end < bytes.count || bytes[end - 1] == 0x0A { end -= 1 }
        guard end > value, value >= copied, !Self.isHarmless(bytes[value..<end]) else { return false }
        offset = value
        mask(to: end)
        return true
    }
}
