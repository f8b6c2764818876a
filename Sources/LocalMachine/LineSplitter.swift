/// A machine that cuts a stream of bytes into lines, wherever the stream was cut into pieces.
struct LineSplitter {
    /// The beginning of a line whose end has not come.
    private var beginning: [UInt8] = []
    private var isTooLong = false
    private let longest: Int

    /// A line may have `longest` bytes, its end not counted.
    init(longest: Int) {
        self.longest = longest
    }

    /// Takes in `bytes` and hands on each line that ends in them, without its end; `nil` in place of one that is too
    /// long.
    mutating func receive(_ bytes: ArraySlice<UInt8>, _ take: (ArraySlice<UInt8>?) -> Void) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let piece = rest[..<end]
            if isTooLong || beginning.count + piece.count > longest {
                take(nil)
            } else if beginning.isEmpty {
                take(piece)
            } else {
                take((beginning + piece)[...])
            }
            beginning.removeAll(keepingCapacity: true)
            isTooLong = false
            rest = rest[(end + 1)...]
        }
        if isTooLong || beginning.count + rest.count > longest {
            isTooLong = true
            beginning.removeAll()
        } else {
            beginning += rest
        }
    }
}
