import Bytes

/// Quotes that do not end what they seem to: written twice, glued together by a shell, spelled out.
extension TextRedactor {
    /// Where the string goes on that seems to end with the quote at `index`: `'it''s'` of YAML and SQL, `'it'\''s'`,
    /// `'it'"'"'s'` and `"a"'b'` of a shell; `nil` where it ends.
    ///
    /// - Parameter content: where the string begins.
    func quoteGoingOn(at index: Int, _ content: Int, _ backslashes: Int) -> Int? {
        let quote = bytes[index]
        let next = bytes.skip(from: index + 1) { $0 == .backslash }
        let between = next - index - 1
        guard next < bytes.count, bytes[next].isQuote, !bytes[content..<index].elementsEqual(Redaction.mask.utf8) else {
            return nil
        }
        if bytes[next] == quote, between == backslashes { return closes(quote, behind: next) ? next + 1 : nil }
        // `'\''`: outside of quotes, then inside again.
        if bytes[next] == quote, backslashes == 0, between == 1, quote != .quote {
            return next + 1 < bytes.count && bytes[next + 1] == quote && closes(quote, behind: next + 1)
                ? next + 2 : nil
        }
        guard backslashes == 0, let end = endOfGlued(at: index, content), end + 1 < bytes.count, bytes[end + 1] == quote
        else { return nil }
        return closes(quote, behind: end + 1) ? end + 2 : nil
    }

    /// Where a string in the other kind of quotes ends that follows the one which ends at `index` without a space; `nil`
    /// where none does, and where those quotes are around all of it.
    func endOfGlued(at index: Int, _ content: Int) -> Int? {
        guard index + 1 < bytes.count, bytes[index + 1].isQuote, bytes[index + 1] != bytes[index] else { return nil }
        let (next, other) = (index + 1, bytes[index + 1])
        let floor = max(0, content - Limits.nameDistance)
        var line = content - 1
        while line > floor, bytes[line - 1] != 0x0A { line -= 1 }
        guard bytes[line..<(content - 1)].count(where: { $0 == other }).isMultiple(of: 2),
            let end = endOfLine(other, from: next + 1), end > next + 1
        else { return nil }
        return end
    }

    private func closes(_ quote: UInt8, behind index: Int) -> Bool { endOfLine(quote, from: index + 1) != nil }

    /// The next such quote in the line.
    private func endOfLine(_ quote: UInt8, from start: Int) -> Int? {
        let end = bytes.skip(from: start) { $0 != quote && $0 != 0x0A }
        return end < bytes.count && bytes[end] == quote ? end : nil
    }

    // MARK: Spelled out

    /// Behind the quote that a reference spells at `index`.
    func spelledQuote(at index: Int) -> Int? {
        guard bytes[index] == UInt8(ascii: "&"), let sign = SpelledText.reference(bytes.span.bytes, at: index),
            sign.byte.isQuote
        else { return nil }
        return sign.end
    }

    /// Masks the string whose opening quote is spelled out before `content`.
    mutating func maskSpelledQuotes(_ content: Int) {
        let quote = bytes[offset..<content]
        var end = content
        while end < bytes.count, bytes[end] != quote.first || !bytes[end...].starts(with: quote) { end += 1 }
        move(to: content)
        if end > content { mask(to: end) }
    }

    /// Behind the signs that end values, some of them spelled out, from `index` on; `nil` where that is none.
    func endOfSpelledSigns(at index: Int) -> Int? {
        var (end, isSpelled) = (index, false)
        while end < bytes.count {
            if let sign = SpelledText.reference(bytes.span.bytes, at: end), sign.byte.endsValue {
                (end, isSpelled) = (sign.end, true)
            } else if bytes[end].endsValue {
                end += 1
            } else {
                break
            }
        }
        return isSpelled ? end : nil
    }
}
