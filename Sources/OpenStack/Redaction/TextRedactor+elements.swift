/// Values in elements of XML: between tags, and in attributes.
extension TextRedactor {
    /// Masks what stands between `<name>` and `</name>`, the tags as they are or as text; `false` where no tag is.
    mutating func maskElement(_ word: Range<Int>) -> Bool {
        let before = word.lowerBound - 1
        guard before >= 0, word.upperBound < bytes.count else { return false }
        let isEscaped = bytes.matches("&lt;", at: before - 3)
        guard bytes[before] == UInt8(ascii: "<") || bytes[before] == .colon || isEscaped else { return false }
        let open: Int
        var attributes: Range<Int>?
        if bytes.matches("&gt;", at: word.upperBound) {
            open = word.upperBound + 4
        } else if bytes[word.upperBound] == UInt8(ascii: ">") {
            open = word.upperBound + 1
        } else if bytes[word.upperBound] <= 0x20, beginsTag(before) {
            let end = bytes.skip(from: word.upperBound) { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "<") }
            guard end < bytes.count, bytes[end] == UInt8(ascii: ">"), bytes[end - 1] != UInt8(ascii: "/") else {
                return false
            }
            open = end + 1
            attributes = word.upperBound..<end
        } else {
            return false
        }
        if let attributes { readApart(attributes) }
        let child = childElement(at: open).flatMap { child in
            SecretNames.find(bytes.span.bytes, child.name).mayBeValue ? child.content : nil
        }
        maskText(from: child ?? open, isEscaped: isEscaped)
        return true
    }

    /// The element without attributes that the text of another one at `start` begins with.
    private func childElement(at start: Int) -> (name: Range<Int>, content: Int)? {
        let open = bytes.skipSpace(from: start)
        guard open + 1 < bytes.count, bytes[open] == UInt8(ascii: "<"), bytes[open + 1].isWordByte else { return nil }
        let end = bytes.skip(from: open + 1) { $0.isWordByte || $0 == .colon }
        return bytes.matches(">", at: end) ? (open + 1..<end, end + 1) : nil
    }

    /// Masks the text of an element that begins at `start`, up to the next tag.
    private mutating func maskText(from start: Int, isEscaped: Bool) {
        move(to: start)
        var end = start
        if bytes.matches("<![CDATA[", at: start) {
            while end < bytes.count, !bytes.matches("]]>", at: end) { end += 1 }
            end = min(end + 3, bytes.count)
        } else if isEscaped {
            while end < bytes.count, !bytes.matches("&lt;", at: end) { end += 1 }
        } else {
            end = bytes.skip(from: start) { $0 != UInt8(ascii: "<") }
        }
        if end > start { mask(to: end) }
    }

    /// Whether a tag begins at `<`, or with the prefix of a namespace before `:`.
    private func beginsTag(_ before: Int) -> Bool {
        if bytes[before] == UInt8(ascii: "<") { return true }
        var start = before
        while start > 0, before - start < 32, bytes[start - 1].isWordByte { start -= 1 }
        return start > 0 && start < before && bytes[start - 1] == UInt8(ascii: "<")
    }

    /// Masks what stands in an element that is named by an attribute, `<property name="password">…`, or by the attribute
    /// before, `<property value="…" name="password"/>`; `false` where no such tag is.
    mutating func maskNamedElement(_ word: Range<Int>, from start: Int) -> Bool {
        var quote = word.lowerBound
        let floor = max(0, quote - Limits.nameDistance)
        // The whole name may be longer, `key="db.password"`.
        while quote > floor, !bytes[quote].isQuote, bytes[quote] > 0x20 { quote -= 1 }
        while quote > floor, bytes[quote - 1] == .backslash { quote -= 1 }
        guard quote > floor, bytes[quote - 1] == UInt8(ascii: "=") else { return false }
        var attribute = quote - 1
        while attribute > floor, bytes[attribute - 1].isWordByte { attribute -= 1 }
        let naming = SecretNames.find(bytes.span.bytes, attribute..<(quote - 1))
        guard naming.mayName || bytes[attribute..<(quote - 1)].elementsEqual("id".utf8),
            let tag = bytes[floor..<attribute].lastIndex(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }),
            bytes[tag] == UInt8(ascii: "<")
        else { return false }
        if let value = attributeValue(in: tag..<attribute) {
            offset = value.lowerBound
            mask(to: value.upperBound)
            return true
        }
        let limit = min(bytes.count, start + Limits.nameDistance)
        guard
            let end = bytes[start..<limit].firstIndex(where: { $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "<") }),
            bytes[end] == UInt8(ascii: ">"), bytes[end - 1] != UInt8(ascii: "/")
        else { return false }
        var from = start
        if let value = attributeValue(in: start..<end) {
            readApart(start..<value.lowerBound)
            move(to: value.lowerBound)
            mask(to: value.upperBound)
            from = offset
        }
        guard from <= end else { return true }
        readApart(from..<end)
        move(to: end + 1)
        // The value may have a tag of its own.
        let content = bytes.skipSpace(from: end + 1)
        maskText(from: childElement(at: content)?.content ?? content, isEscaped: false)
        return true
    }

    /// What the attribute `value` of a tag holds, where that was not copied yet.
    private func attributeValue(in tag: Range<Int>) -> Range<Int>? {
        var index = tag.lowerBound
        while let sign = bytes[index..<tag.upperBound].firstIndex(of: UInt8(ascii: "=")) {
            var name = sign
            while name > tag.lowerBound, bytes[name - 1].isWordByte { name -= 1 }
            var content = sign + 1
            let isQuoted = skipQuote(&content)
            guard content < tag.upperBound else { return nil }
            let end = min(
                isQuoted
                    ? endOfQuoted(from: content, backslashes: content - sign - 2)
                    : bytes.skip(from: content) { $0 > 0x20 }, tag.upperBound)
            if end > content, content >= copied, SecretNames.find(bytes.span.bytes, name..<sign).mayBeValue {
                return content..<end
            }
            index = max(end, content)
        }
        return nil
    }
}
