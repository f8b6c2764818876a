/// A machine that names the files of a capture as tcpdump does (tcpdump(1), `-C` and `-W`).
///
/// Without a limit the first has the name as given, the others `1`, `2`, … after it. With a limit of several files all
/// have a number after the name, from 0, with leading zeros so that they sort; after the last comes the first again.
struct FileNames {
    private let path: String
    private let limit: Int?
    private let digits: Int
    private(set) var number = 0

    init(path: String, limit: Int?) {
        self.path = path
        self.limit = limit.map { max(1, $0) }
        digits = limit.map { $0 > 1 ? String($0 - 1).count : 0 } ?? 0
    }

    var current: String { name(number) }

    var isLimited: Bool { limit != nil }

    mutating func advance() {
        number += 1
        if let limit, number >= limit { number = 0 }
    }

    /// Goes to the name of that number; `false` where there is none.
    mutating func go(to number: Int) -> Bool {
        guard number >= 0, limit.map({ number < $0 }) ?? true else { return false }
        self.number = number
        return true
    }

    /// How many names there are, at most `most`.
    func count(upTo most: Int) -> Int { min(limit ?? most, most) }

    /// The names that are known to be used: with a limit all, at most `most`, else the first.
    func known(upTo most: Int) -> [String] {
        (0..<(isLimited ? count(upTo: most) : 1)).map(name)
    }

    private func name(_ number: Int) -> String {
        if number == 0, digits == 0 { return path }
        let text = String(number)
        return path + String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
