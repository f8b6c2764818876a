/// Values in tables, whose first line names their columns: `| id | password |` above a rule, as the clients write it, and
/// `id,password` of CSV, be it with tabs.
extension TextRedactor {
    private static var bar: UInt8 { UInt8(ascii: "|") }

    /// Masks the cells of secret columns in the lines below the one that `word` stands in; `false` where that begins no
    /// table, and where it holds none.
    mutating func maskTable(_ word: Range<Int>) -> Bool {
        guard word.lowerBound >= tabledTo, let sign = sign(around: word) else { return false }
        var start = startOfLine(before: word.lowerBound)
        let quote = sign == Self.bar ? nil : bytes[start..<word.lowerBound].lastIndex(of: UInt8(ascii: "'"))
        if let quote { start = quote + 1 }
        // What says whose output it is: `Stdout: id,password`.
        if sign != Self.bar, let colon = (start..<word.lowerBound).last(where: { bytes.matches(": ", at: $0) }) {
            start = colon + 2
        }
        let end = endOfLine(from: word.upperBound, isQuoted: quote != nil)
        tabledTo = end
        let columns = cells(in: start..<end, sign)
        let areSecret = columns.map { isSecretColumn($0) }
        guard columns.count > 1, areSecret.contains(true) else { return false }
        var (secrets, from, index, isBehindRule): ([Range<Int>], Int, Int, Bool) = ([], end, end, false)
        if sign == Self.bar {
            guard let rule = line(behind: end, isQuoted: false), isRule(rule) else { return false }
            (index, isBehindRule) = (rule.upperBound, true)
            // Or it is a line of names and values, with rules between all of them.
            if let name = columns.firstIndex(where: { !content(of: $0).isEmpty }), areSecret[name] {
                secrets = columns[name...].dropFirst().prefix(1).map { content(of: $0) }
                from = columns[name].upperBound
            }
        } else if !columns.allSatisfy(isColumnName) {
            return false
        }
        while let line = line(behind: index, isQuoted: quote != nil) {
            let isRule = sign == Self.bar && isRule(line)
            // Two rules end one table and begin another.
            if isRule && isBehindRule { break }
            if !isRule {
                let cells = cells(in: line, sign)
                guard cells.count == columns.count else { break }
                // A line that holds a secret's name is none of values, but a list, `'password', '-v', '…'`.
                if sign != Self.bar, cells.contains(where: isSecretColumn) { break }
                secrets += zip(cells, areSecret).filter(\.1).map { content(of: $0.0) }
            }
            (index, isBehindRule) = (line.upperBound, isRule)
        }
        tabledTo = index
        return mask(secrets.filter { !Self.isHarmless(bytes[$0]) }, from: from)
    }

    /// What stands between the cells of the line, told by what follows the name of a column or, where that is the last,
    /// by what stands before it.
    private func sign(around word: Range<Int>) -> UInt8? {
        func isSign(_ byte: UInt8) -> Bool { byte == Self.bar || byte == .comma || byte == 0x09 }
        var next = word.upperBound
        _ = skipQuote(&next)
        next = bytes.skip(from: next) { $0 == 0x20 }
        if next < bytes.count, isSign(bytes[next]) { return bytes[next] }
        guard bytes.lineBreakLength(at: next) > 0 else { return nil }
        let before = bytes[..<word.lowerBound].last { $0 != 0x20 && $0 != .quote && !$0.isWordByte }
        return before.flatMap { isSign($0) ? $0 : nil }
    }

    // MARK: Lines

    private func startOfLine(before end: Int) -> Int {
        var start = end
        let floor = max(0, end - Limits.statementBytes)
        while start > floor, bytes[start - 1] != 0x0A, bytes[start - 1] != 0x0D {
            if start > 1, bytes[start - 1] == UInt8(ascii: "n"), bytes[start - 2] == .backslash { break }
            start -= 1
        }
        return start
    }

    /// - Parameter isQuoted: whether it stands in quotes, which end the last one.
    private func endOfLine(from start: Int, isQuoted: Bool) -> Int {
        let limit = min(bytes.count, start + Limits.statementBytes)
        var end = start
        while end < limit, bytes.lineBreakLength(at: end) == 0, !isQuoted || bytes[end] != UInt8(ascii: "'") {
            end += 1
        }
        return end
    }

    private func line(behind end: Int, isQuoted: Bool) -> Range<Int>? {
        let length = bytes.lineBreakLength(at: end)
        return length > 0 ? end + length..<endOfLine(from: end + length, isQuoted: isQuoted) : nil
    }

    /// Whether a line is `+----+----+` or the like.
    private func isRule(_ line: Range<Int>) -> Bool {
        line.contains { bytes.matches("--", at: $0) } && bytes[line].allSatisfy { "+-=|: ".utf8.contains($0) }
    }

    // MARK: Cells

    private func cells(in line: Range<Int>, _ sign: UInt8) -> [Range<Int>] {
        var (cells, start, isQuoted): ([Range<Int>], Int, Bool) = ([], line.lowerBound, false)
        for index in line {
            if bytes[index] == .quote, sign != Self.bar { isQuoted.toggle() }
            if bytes[index] == sign, !isQuoted {
                cells.append(start..<index)
                start = index + 1
            }
        }
        return cells + [start..<line.upperBound]
    }

    /// A cell without the spaces and quotes around it.
    private func content(of cell: Range<Int>) -> Range<Int> {
        func isAround(_ index: Int) -> Bool { bytes[index] == 0x20 || bytes[index] == .quote }
        let start = cell.first { !isAround($0) } ?? cell.upperBound
        return start..<max(start, cell.last { !isAround($0) }.map { $0 + 1 } ?? start)
    }

    /// Whether a cell of CSV is a name, in quotes or without a space.
    private func isColumnName(_ cell: Range<Int>) -> Bool {
        let name = content(of: cell)
        let isQuoted = name.lowerBound == cell.lowerBound + 1 && name.upperBound + 1 == cell.upperBound
        return !name.isEmpty && (isQuoted || name == cell)
            && bytes[name].allSatisfy { $0.isWordByte || $0 >= 0x80 || $0 == 0x2E || $0 == 0x20 && isQuoted }
    }
}
