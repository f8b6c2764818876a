/// Values in statements of SQL, whose places tell what they are of.
extension TextRedactor {
    /// Masks the values of secret columns, `(name, password) VALUES ('a', '…')`, and where they stand behind the
    /// statement, as SQLAlchemy writes them, `password = %s] [parameters: ('a', '…')]`; `false` where there are none.
    mutating func maskStatement(_ word: Range<Int>) -> Bool {
        var next = word.upperBound
        if bytes.matches("`", at: next) { next += 1 } else { _ = skipQuote(&next) }
        next = bytes.skipSpace(from: next)
        guard next < bytes.count else { return false }
        var secrets: [Range<Int>] = []
        switch bytes[next] {
        case .comma, UInt8(ascii: ")"):
            guard word.lowerBound >= listedTo, let insertion = insertion(around: word) else { return false }
            secrets = insertion.secrets
            if !insertion.numbers.isEmpty, hasParameters(behind: insertion.end) {
                secrets += parameters(insertion.numbers, behind: insertion.end)
            }
        case UInt8(ascii: "="):
            let value = bytes.skipSpace(from: next + 1)
            guard placeholderLength(at: value) > 0, hasParameters(behind: value) else { return false }
            secrets = parameters(assigned(around: word, bytes[value]), behind: value)
        default: return false
        }
        return mask(secrets, from: word.upperBound)
    }

    /// Keeps the name in which what was masked ends only where a separator stands behind it: its value comes next. An
    /// operand may be called like a secret, and the one behind it is none.
    ///
    /// - Returns: whether there is such a name.
    mutating func keepSeparatedName() -> Bool {
        guard let name = maskedName else { return false }
        let quotes = bytes.skip(from: offset) { $0.isQuote || $0 == .backslash }
        let behind = bytes.skip(from: quotes) { $0 == 0x20 || $0 == 0x09 }
        // So does one that is an option, `-p --token …`.
        let isSeparated =
            bytes[name.lowerBound] == UInt8(ascii: "-") || bytes[name.upperBound..<offset].contains(where: \.assigns)
            || behind < bytes.count && (bytes[behind].assigns || bytes[behind] == .comma)
        if !isSeparated { maskedName = nil }
        return isSeparated
    }

    /// Masks places that follow each other, and reads what stands between; `false` where there are none.
    mutating func mask(_ secrets: [Range<Int>], from start: Int) -> Bool {
        var (from, found) = (start, false)
        for secret in secrets where secret.lowerBound >= from {
            readApart(from..<secret.lowerBound)
            move(to: secret.lowerBound)
            mask(to: secret.upperBound)
            (from, found) = (offset, true)
            if keepSeparatedName() { break }
        }
        return found
    }

    // MARK: Columns

    /// The values that stand in a statement itself and the numbers, from 0, of those behind it, where `word` is one of the
    /// columns of an `INSERT`.
    private mutating func insertion(
        around word: Range<Int>
    ) -> (secrets: [Range<Int>], numbers: Set<Int>, end: Int)? {
        func isListed(_ byte: UInt8) -> Bool {
            byte.isWordByte || byte >= 0x80 || byte <= 0x20 || byte.isQuote
                || [.comma, .backslash, 0x2E, 0x60].contains(byte)
        }
        let (floor, limit) = (word.lowerBound - Limits.statementBytes, word.upperBound + Limits.statementBytes)
        var open = word.lowerBound
        while open > max(0, floor), isListed(bytes[open - 1]) { open -= 1 }
        var close = word.upperBound
        while close < min(limit, bytes.count), isListed(bytes[close]) { close += 1 }
        listedTo = close
        guard open > 0, bytes[open - 1] == UInt8(ascii: "("), bytes.matches(")", at: close) else { return nil }
        var row = bytes.skipSpace(from: close + 1)
        guard bytes.matches("VALUES", at: row) || bytes.matches("values", at: row) else { return nil }
        let columns = elements(inBrackets: open - 1).ranges.map(isSecretColumn)
        row = bytes.skipSpace(from: row + 6)
        var (secrets, numbers, count, end): ([Range<Int>], Set<Int>, Int, Int) = ([], [], 0, row)
        while bytes.matches("(", at: row), row < limit {
            let values = elements(inBrackets: row)
            for (index, value) in values.ranges.enumerated() {
                let isSecret = index < columns.count && columns[index]
                // One may stand within a call, `CAST(%s AS CHAR)`, none within quotes.
                let placeholders =
                    bytes[value.lowerBound].isQuote ? 0 : value.count(where: { placeholderLength(at: $0) > 0 })
                if isSecret, placeholders == 0, let secret = secretLiteral(value) { secrets.append(secret) }
                if isSecret { numbers.formUnion(count..<(count + placeholders)) }
                count += placeholders
            }
            end = values.end
            row = bytes.skip(from: end) { $0 <= 0x20 || $0 == .comma }
        }
        listedTo = end
        return (secrets, numbers, end)
    }

    /// Whether a column is a secret's, with or without its table and quotes.
    func isSecretColumn(_ column: Range<Int>) -> Bool {
        var end = column.upperBound
        func isOfName(_ byte: UInt8) -> Bool { byte.isWordByte || byte >= 0x80 }
        while end > column.lowerBound, !isOfName(bytes[end - 1]) { end -= 1 }
        var start = end
        while start > column.lowerBound, isOfName(bytes[start - 1]) { start -= 1 }
        return start < end && SecretNames.kindInText(bytes.span.bytes, start..<end) == .secret
    }

    /// The numbers of the placeholders that are assigned to secret columns, or compared to them, in the statement that
    /// `word` stands in.
    ///
    /// - Parameter sign: what the placeholders begin with.
    private func assigned(around word: Range<Int>, _ sign: UInt8) -> Set<Int> {
        let floor = max(0, word.lowerBound - Limits.statementBytes)
        var start = word.lowerBound
        while start > floor, !bytes.matches("[SQL:", at: start) { start -= 1 }
        let limit = min(bytes.count, word.upperBound + Limits.statementBytes)
        var (numbers, count, index): (Set<Int>, Int, Int) = ([], 0, start)
        while index < limit, !bytes.matches("[parameters:", at: index) {
            let length = bytes[index] == sign ? placeholderLength(at: index) : 0
            if length > 0 {
                var end = index
                while end > start, bytes[end - 1] == 0x20 { end -= 1 }
                if end > start, bytes[end - 1] == UInt8(ascii: "="), isSecretColumn(max(start, end - 96)..<end) {
                    numbers.insert(count)
                }
                count += 1
            }
            index += max(length, 1)
        }
        return numbers
    }

    /// How long the sign at `index` is that a value of its own stands for by its place: `%s`, `?`, `$1`, `:1`; 0 for none.
    private func placeholderLength(at index: Int) -> Int {
        guard index < bytes.count else { return 0 }
        switch bytes[index] {
        case UInt8(ascii: "?"): return 1
        case UInt8(ascii: "%"): return bytes.matches("%s", at: index) ? 2 : 0
        case UInt8(ascii: "$"), .colon:
            let end = bytes.skip(from: index + 1) { $0.isDigit }
            return end > index + 1 ? end - index : 0
        default: return 0
        }
    }

    // MARK: Values

    private mutating func hasParameters(behind start: Int) -> Bool {
        let last = lastParameters ?? bytes.indices.last { bytes.matches("[parameters:", at: $0) } ?? -1
        lastParameters = last
        return last > start
    }

    /// Those with such a number of the values, or of each row of them, that follow a statement.
    private func parameters(_ numbers: Set<Int>, behind start: Int) -> [Range<Int>] {
        let limit = min(bytes.count, start + Limits.statementBytes)
        var index = start
        while index < limit, !bytes.matches("[parameters:", at: index) { index += 1 }
        guard index < limit else { return [] }
        index = bytes.skipSpace(from: index + 12)
        guard index < bytes.count, bytes[index].opensBracket else { return [] }
        let first = bytes.skipSpace(from: index + 1)
        let hasRows = first < bytes.count && bytes[first].opensBracket
        if hasRows { index = first }
        var secrets: [Range<Int>] = []
        while index < bytes.count, bytes[index].opensBracket {
            let row = elements(inBrackets: index)
            // Behind what SQLAlchemy leaves out nobody knows what is which.
            let left = row.ranges.firstIndex { isLeftOut($0) } ?? row.ranges.count
            secrets += row.ranges.enumerated().filter { numbers.contains($0.offset) || $0.offset >= left }.compactMap {
                secretLiteral($0.element)
            }
            guard hasRows else { break }
            index = bytes.skip(from: row.end) { !$0.opensBracket && $0 != .closeBracket && $0 != UInt8(ascii: ")") }
        }
        return secrets
    }

    /// Whether an element is two, and what stands between is left out: `'a' ... 3 parameters truncated ... 'b'`.
    private func isLeftOut(_ element: Range<Int>) -> Bool {
        element.contains { bytes.matches(" parameters truncated ", at: $0) }
    }

    /// What of a value is secret: within its quotes, or all; `nil` where it says that there is none.
    private func secretLiteral(_ value: Range<Int>) -> Range<Int>? {
        let isEmpty = Self.isHarmless(bytes[value]) || bytes[value].elementsEqual("NULL".utf8)
        if isEmpty || bytes.matches("%(", at: value.lowerBound) { return nil }
        let prefix = bytes.skip(from: value.lowerBound) { $0.isStringPrefix }
        var content = prefix
        guard skipQuote(&content), content <= value.upperBound else { return value }
        let end = endOfQuoted(from: content, backslashes: content - 1 - prefix)
        // More than a string, `'a' || 'b'`.
        guard end + content - prefix == value.upperBound else { return content < value.upperBound ? value : nil }
        return content < end ? content..<end : nil
    }

    /// The elements of the list in the brackets that open at `start`, without the spaces around them, and where it ends.
    private func elements(inBrackets start: Int) -> (ranges: [Range<Int>], end: Int) {
        let limit = min(bytes.count, start + Limits.statementBytes)
        var (ranges, depth, element, index): ([Range<Int>], Int, Int, Int) = ([], 0, start + 1, start + 1)
        func add() {
            let first = min(bytes.skip(from: element) { $0 <= 0x20 }, index)
            var last = index
            while last > first, bytes[last - 1] <= 0x20 { last -= 1 }
            if last > first { ranges.append(first..<last) }
        }
        while index < limit {
            switch bytes[index] {
            case .openBracket, .openBrace, UInt8(ascii: "("): depth += 1
            case .closeBracket, .closeBrace, UInt8(ascii: ")"):
                if depth == 0 {
                    add()
                    return (ranges, index + 1)
                }
                depth -= 1
            case .comma where depth == 0:
                add()
                element = index + 1
            case .backslash, .quote, UInt8(ascii: "'"):
                var content = index
                if skipQuote(&content) {
                    let end = endOfQuoted(from: content, backslashes: content - 1 - index)
                    index = min(end + (content - 1 - index), bytes.count - 1)
                }
            default: break
            }
            index += 1
        }
        add()
        return (ranges, index)
    }

    // MARK: Accounts

    /// Where the `=` stands behind the account whose password is set, `SET PASSWORD FOR 'a'@'h' = '…'`.
    func endOfAccount(at start: Int) -> Int? {
        guard bytes.matches("FOR ", at: start) || bytes.matches("for ", at: start) else { return nil }
        let limit = min(bytes.count, start + Limits.nameDistance)
        var index = bytes.skip(from: start + 4) { $0 == 0x20 }
        while index < limit, bytes[index] > 0x20, bytes[index] != UInt8(ascii: "=") {
            var content = index
            if bytes[index].isQuote || bytes[index] == .backslash, skipQuote(&content) {
                let backslashes = content - 1 - index
                index = endOfQuoted(from: content, backslashes: backslashes) + backslashes
            }
            index += 1
        }
        index = bytes.skipSpace(from: min(index, bytes.count))
        return bytes.matches("=", at: index) ? index : nil
    }
}
