import Bytes
import CSigns

extension JSONScanner {
    /// Where in a container that is read over the scanner stands.
    private struct Inside {
        var depth = 0
        /// All ones in a string, else 0.
        var string: UInt64 = 0
    }

    /// Reads over an object or array, without recursion, by counting brackets.
    @inline(never)
    mutating func readContainer(_ text: RawSpan, _ kind: JSONSlot.Kind) -> JSONSlot {
        let start = offset
        var inside = Inside()
        while offset < end {
            if offset &+ 64 <= end, skipBlock(text, &inside) {
                if inside.depth == 0 { return slot(kind, from: start) }
            } else if inside.string != 0 {
                inside.string = 0
                skipString(text)
            } else {
                skipByte(text, &inside)
                if inside.depth == 0, fault == .none { return slot(kind, from: start) }
            }
        }
        fail(.ended)
        return JSONSlot()
    }

    /// Steps over as many of 64 bytes as hold no more than quotes and brackets, up to the container's end; `false` where
    /// the first of them needs a closer look: an escape, or what is malformed.
    @inline(__always)
    private mutating func skipBlock(_ text: RawSpan, _ inside: inout Inside) -> Bool {
        let signs = text.signs(at: offset)
        // In a nested text every quote has its backslash, and every backslash but those of escapes its quote.
        let odd =
            isNested
            ? signs.backslashes & ~(signs.quotes >> 1) | signs.quotes & ~(signs.backslashes << 1)
            : signs.backslashes
        let count = odd.trailingZeroBitCount
        guard count > 0 else { return false }
        let known = UInt64.max &>> (64 &- count)
        let strings = Self.between(signs.quotes & known) ^ inside.string
        var brackets = signs.brackets & known & ~strings
        while brackets != 0 {
            let place = offset &+ brackets.trailingZeroBitCount
            brackets &= brackets &- 1
            guard step(over: text.byte(place), &inside), inside.depth > 0 else {
                if fault == .none { offset = place &+ 1 }
                return true
            }
        }
        inside.string = UInt64(bitPattern: Int64(bitPattern: strings) >> 63)
        offset &+= count
        return true
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
    private mutating func step(over bracket: UInt8, _ inside: inout Inside) -> Bool {
        guard bracket == .openBrace || bracket == .openBracket else {
            inside.depth &-= 1
            return true
        }
        inside.depth &+= 1
        if inside.depth > Limits.jsonDepth { fail(.tooDeep) }
        return inside.depth <= Limits.jsonDepth
    }

    /// Steps over a byte, or the string that begins with it.
    private mutating func skipByte(_ text: RawSpan, _ inside: inout Inside) {
        let byte = text.byte(offset)
        switch byte {
        case .openBrace, .openBracket, .closeBrace, .closeBracket:
            if step(over: byte, &inside) { offset &+= 1 }
        case .quote, .backslash:
            // Sets the fault where no string begins.
            guard peek(text) == .quote else { return fail(.malformed) }
            offset &+= quoteWidth
            skipString(text)
        default:
            offset &+= 1
        }
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
}
