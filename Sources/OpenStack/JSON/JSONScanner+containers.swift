import Bytes
import CSigns

extension JSONScanner {
    /// Where in a container that is read over the scanner stands.
    private struct Inside {
        var depth: Int
        /// All ones in a string, else 0.
        var string: UInt64 = 0
    }

    /// Reads over an object or array, without recursion, by counting brackets.
    @inline(never)
    mutating func readContainer(_ text: RawSpan, _ kind: JSONSlot.Kind) -> JSONSlot {
        let start = offset
        var inside = Inside(depth: 0)
        while offset < end {
            if !step(text, &inside) {
                offset &+= 1
                return slot(kind, from: start)
            }
        }
        fail(.ended)
        return JSONSlot()
    }

    /// Reads over what is left of the object or array stepped into, to before the bracket that ends it.
    @inline(never)
    mutating func skipRest(_ text: RawSpan) {
        var inside = Inside(depth: 1)
        while offset < end {
            if !step(text, &inside) { return }
        }
        fail(.ended)
    }

    /// Reads over a member of the object stepped into whose key has just been read, and over those behind it whose keys
    /// begin with `start`, to before the next comma or the bracket that ends the object.
    @inline(never)
    mutating func skipMembers(_ text: RawSpan, beginning start: StaticString) {
        var inside = Inside(depth: 1)
        while offset < end {
            if !step(text, &inside, members: start) { return }
        }
        fail(.ended)
    }

    /// Steps over as many bytes as may be; `false` before the bracket that brings the depth to 0, and before a comma at
    /// depth 1 behind which no key that begins with `members` stands.
    @inline(__always)
    private mutating func step(_ text: RawSpan, _ inside: inout Inside, members: StaticString? = nil) -> Bool {
        if offset &+ 64 <= end {
            let before = offset
            if !skipBlock(text, &inside, members) { return false }
            if offset != before { return true }
        }
        if inside.string != 0 {
            inside.string = 0
            skipString(text)
            return true
        }
        let byte = text.byte(offset)
        switch byte {
        case .openBrace, .openBracket, .closeBrace, .closeBracket:
            guard count(byte, &inside) else { return true }
            if inside.depth == 0 { return false }
            offset &+= 1
        case .quote, .backslash:
            // Sets the fault where no string begins.
            guard peek(text) == .quote else {
                fail(.malformed)
                return true
            }
            offset &+= quoteWidth
            skipString(text)
        case .comma:
            if let members, inside.depth == 1, !hasMember(text, behind: offset, beginning: members) { return false }
            offset &+= 1
        default:
            offset &+= 1
        }
        return true
    }

    /// As `step`, over up to 64 bytes that hold no more than quotes and brackets. Nothing moves where the first of them
    /// needs a closer look: an escape, or what is malformed.
    @inline(__always)
    private mutating func skipBlock(_ text: RawSpan, _ inside: inout Inside, _ members: StaticString?) -> Bool {
        let signs = text.signs(at: offset)
        // In a nested text every quote has its backslash, and every backslash but those of escapes its quote.
        let odd =
            isNested
            ? signs.backslashes & ~(signs.quotes >> 1) | signs.quotes & ~(signs.backslashes << 1)
            : signs.backslashes
        let length = odd.trailingZeroBitCount
        guard length > 0 else { return true }
        let known = UInt64.max &>> (64 &- length)
        let strings = Self.between(signs.quotes & known) ^ inside.string
        var others = (members == nil ? signs.brackets : signs.brackets | text.commas(at: offset)) & known & ~strings
        while others != 0 {
            let place = offset &+ others.trailingZeroBitCount
            others &= others &- 1
            let byte = text.byte(place)
            if let members, byte == .comma {
                if inside.depth > 1 || hasMember(text, behind: place, beginning: members) { continue }
            } else {
                guard count(byte, &inside) else { return true }
                if inside.depth > 0 { continue }
            }
            offset = place
            return false
        }
        inside.string = UInt64(bitPattern: Int64(bitPattern: strings) >> 63)
        offset &+= length
        return true
    }

    /// Whether behind the comma at `place` a key stands that begins with `start`, as Python writes JSON.
    @inline(__always)
    private func hasMember(_ text: RawSpan, behind place: Int, beginning start: StaticString) -> Bool {
        let quote = place &+ 2
        let key = quote &+ quoteWidth
        return text.has(start, at: key) && text.byte(key &- 1) == .quote && text.byte(quote &- 1) == 0x20
            && (!isNested || text.byte(quote) == .backslash)
    }

    /// The bits from each first of two on to before the second.
    @inline(__always)
    private static func between(_ quotes: UInt64) -> UInt64 {
        var bits = quotes
        bits ^= bits << 1
        bits ^= bits << 2
        bits ^= bits << 4
        bits ^= bits << 8
        bits ^= bits << 16
        bits ^= bits << 32
        return bits
    }

    /// Counts a bracket; `false` where there are too many.
    @inline(__always)
    private mutating func count(_ bracket: UInt8, _ inside: inout Inside) -> Bool {
        guard bracket == .openBrace || bracket == .openBracket else {
            inside.depth &-= 1
            return true
        }
        inside.depth &+= 1
        if inside.depth > Limits.jsonDepth { fail(.tooDeep) }
        return inside.depth <= Limits.jsonDepth
    }
}

extension RawSpan {
    /// The signs of the 64 bytes at `offset`, which the caller has held against the end.
    @inline(__always)
    fileprivate func signs(at offset: Int) -> json_signs {
        withUnsafeBytes { bytes in
            bytes.baseAddress.map { signs_of_json($0 + offset) } ?? json_signs()
        }
    }

    /// Of the same bytes the commas.
    @inline(__always)
    fileprivate func commas(at offset: Int) -> UInt64 {
        withUnsafeBytes { bytes in bytes.baseAddress.map { signs_commas($0 + offset) } ?? 0 }
    }
}
