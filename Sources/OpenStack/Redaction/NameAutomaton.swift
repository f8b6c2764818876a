import Bytes

/// A value: what was found of a name, all lists of words at once.
struct NameMatches {
    /// Letters and digits.
    var count = 0
    /// The words that stand anywhere in it, by their lists.
    var parts: NameAutomaton.Lists = []
    /// The words that it ends in.
    var ends: NameAutomaton.Lists = []
    /// The words that it is.
    var wholes: NameAutomaton.Lists = []
    /// The words that it begins with, those of lists that are asked for where a name begins with them.
    var starts: NameAutomaton.Lists = []
}

/// A machine that finds the words of many lists in a name, in one pass over its bytes (Aho and Corasick, 1975).
///
/// A name is folded as it is read: letters are lower case, and what is neither letter nor digit does not count, so that
/// names are found in any spelling and behind anything that has no width. One step is two look-ups, of the byte's class
/// and of the next state.
final class NameAutomaton: Sendable {
    /// The lists that a word is in.
    struct Lists: OptionSet, Sendable {
        let rawValue: UInt16
    }

    private struct Word {
        let length: Int
        let lists: Lists
    }

    /// Set beside a next state: a word ends here that counts anywhere in a name, or a byte stands here that only
    /// `FoldedName` can read.
    static let mark: UInt16 = 0x8000
    /// Places of a state, one for each class of bytes.
    private static let shift = ByteClass.bits
    private static let context = Array("context".utf8)

    /// The next state for each state and class of bytes, with `mark`.
    let next: [UInt16]
    /// The lists of the words that end in each state, be it the state's whole text or the end of it.
    let found: [Lists]
    /// Words that end in each state, with their lengths: what a name is or begins with.
    private let words: [[Word]]
    private let starting: Lists

    /// - Parameters:
    ///   - lists: words in lower case, separated by white space, and their list.
    ///   - anywhere: the lists whose words count anywhere in a name.
    ///   - starting: the lists whose words are told of where a name begins with them.
    init(_ lists: [(words: String, list: Lists)], anywhere: Lists, starting: Lists) {
        self.starting = starting
        let letters = lists.reduce(1) { $0 + $1.words.utf8.count }
        var next = [UInt16](repeating: 0, count: letters << Self.shift)
        var words: [[Word]] = [[]]
        for (text, list) in lists {
            for word in text.utf8.split(whereSeparator: { $0 <= 0x20 }) {
                var state = 0
                for byte in word {
                    let place = state << Self.shift | ByteClass.symbol(byte)
                    if next[place] == 0 {
                        next[place] = UInt16(words.count)
                        words.append([])
                    }
                    state = Int(next[place])
                }
                words[state].append(Word(length: word.count, lists: list))
            }
        }
        next.removeLast(next.count - words.count << Self.shift)
        found = next.withUnsafeMutableBufferPointer { next in
            Self.addFailures(next, &words)
            let found = words.map { $0.reduce(into: Lists()) { $0.formUnion($1.lists) } }
            Self.addMarks(next, found, anywhere.union(starting))
            return found
        }
        self.next = next
        self.words = words
    }

    /// Lets each state go on where the longest end of its text that begins a word would.
    private static func addFailures(
        _ next: UnsafeMutableBufferPointer<UInt16>, _ words: inout [[Word]]
    ) {
        var failures = [Int](repeating: 0, count: words.count)
        var queue = [0]
        queue.reserveCapacity(words.count)
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            let fallbacks = failures[state] << shift
            for symbol in ByteClass.symbols {
                let place = state << shift | symbol
                let fallback = state == 0 ? 0 : next[fallbacks | symbol]
                let child = Int(next[place])
                if child == 0 {
                    next[place] = fallback
                } else {
                    failures[child] = Int(fallback)
                    if !words[Int(fallback)].isEmpty { words[child] += words[Int(fallback)] }
                    queue.append(child)
                }
            }
        }
    }

    private static func addMarks(_ next: UnsafeMutableBufferPointer<UInt16>, _ found: [Lists], _ marked: Lists) {
        let marks = found.map { $0.isDisjoint(with: marked) ? 0 : mark }
        for state in found.indices {
            for place in state << shift..<(state << shift + ByteClass.symbols.count) {
                next[place] |= marks[Int(next[place])]
            }
            next[state << shift | ByteClass.separator] = UInt16(state)
            next[state << shift | ByteClass.beyondASCII] = UInt16(state) | mark
        }
    }

    /// What a name holds at a first look: `nil` where only `find` can tell.
    ///
    /// - Returns: the classes of its bytes, joined; no word counts anywhere in it, and it ends in none.
    func classesOfPlain(_ text: RawSpan, _ range: Range<Int>) -> UInt8? {
        ByteClass.table.withUnsafeBufferPointer { table in
            next.withUnsafeBufferPointer { next in
                var (state, marks, classes) = (UInt16(0), UInt16(0), UInt8(0))
                var index = range.lowerBound
                while index < range.upperBound {
                    let byteClass = table[Int(text.byte(index))]
                    let entry = next[Int(state) << Self.shift | Int(byteClass & ByteClass.symbolMask)]
                    state = entry & ~Self.mark
                    marks |= entry
                    classes |= byteClass
                    index &+= 1
                }
                return marks & Self.mark == 0 && found[Int(state)].isEmpty ? classes : nil
            }
        }
    }

    /// What is found of the name in `range`.
    func find(_ text: RawSpan, _ range: Range<Int>) -> NameMatches {
        var matches = NameMatches()
        var state = 0
        var isInContext = true
        var index = range.lowerBound
        while index < range.upperBound {
            let (byte, length) = FoldedName.folded(text, index, range.upperBound)
            index += length
            if byte == 0 { continue }
            if matches.count < 7, byte != Self.context[matches.count] { isInContext = false }
            matches.count += 1
            state = Int(next[state << Self.shift | ByteClass.symbol(byte)] & ~Self.mark)
            let lists = found[state]
            if lists.isEmpty { continue }
            matches.parts.formUnion(lists)
            if lists.isDisjoint(with: starting) { continue }
            for word in words[state] where word.length == matches.count {
                matches.starts.formUnion(word.lists.intersection(starting))
            }
        }
        matches.ends = found[state]
        // Names in a request's context bear it before them in old releases.
        let short = isInContext ? matches.count - 7 : matches.count
        for word in words[state] where word.length == matches.count || word.length == short {
            matches.wholes.formUnion(word.lists)
        }
        return matches
    }
}

/// The classes of bytes by which names and the words of a text are read: one look-up a byte.
enum ByteClass {
    /// Of the number of a symbol.
    static let bits = 6
    static let symbolMask: UInt8 = 0x3F
    /// Letters in any case, 0 to 25, and digits.
    static let symbols = 0..<36
    /// Everything else of ASCII: it does not count in a name.
    static let separator = 36
    static let beyondASCII = 37
    /// Set for capitals.
    static let capital: UInt8 = 0x40
    /// Set for what is between words and may begin a secret or a sign that is spelled out.
    static let beginning: UInt8 = 0x40
    /// Set for all but the letters, digits, `_` and `-` of ASCII.
    static let betweenWords: UInt8 = 0x80

    static let table: [UInt8] = (0...255).map { (byte: UInt8) in
        if byte >= 0x80 { return UInt8(beyondASCII) | betweenWords | beginning }
        guard byte.isWordByte else {
            return UInt8(separator) | betweenWords | (":#$%&*{\\".utf8.contains(byte) ? beginning : 0)
        }
        if byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") { return UInt8(separator) }
        return byte.isUpper ? UInt8(symbol(byte | 0x20)) | capital : UInt8(symbol(byte))
    }

    /// Whether a text is of small letters, digits, `_`, `-` and `.`, by which no secret is told or found; most ids and
    /// names of queues, hosts and methods are.
    static func isPlain(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        let end = range.upperBound
        guard range.count >= 8 else { return range.allSatisfy { isPlain(text.byte($0)) } }
        var index = range.lowerBound
        while index < end {
            // The last step overlaps the one before.
            let start = min(index, end &- 8)
            let bytes = text.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self)
            guard isPlain(bytes) else { return false }
            index = start &+ 8
        }
        return true
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isWordByte && !byte.isUpper || byte == UInt8(ascii: ".")
    }

    /// The same of eight bytes at once: their upper bits are free to say of each whether it reaches a limit.
    @inline(__always)
    private static func isPlain(_ bytes: UInt64) -> Bool {
        let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        guard bytes & tops == 0 else { return false }
        let raised = bytes | tops
        func within(_ first: UInt8, _ last: UInt8) -> UInt64 {
            (raised &- ones &* UInt64(first)) & ~(raised &- ones &* UInt64(last &+ 1))
        }
        let plain =
            within(UInt8(ascii: "a"), UInt8(ascii: "z")) | within(UInt8(ascii: "0"), UInt8(ascii: "9"))
            | within(UInt8(ascii: "-"), UInt8(ascii: ".")) | within(UInt8(ascii: "_"), UInt8(ascii: "_"))
        return plain & tops == tops
    }

    /// The number of a small letter or a digit.
    @inline(__always)
    static func symbol(_ byte: UInt8) -> Int {
        byte >= UInt8(ascii: "a") ? Int(byte &- UInt8(ascii: "a")) : Int(byte &- UInt8(ascii: "0")) + 26
    }
}
