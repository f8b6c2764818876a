extension SeededGenerator {
    /// A number from 0 on, below `bound`.
    package mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
    }

    /// 32 hexadecimal digits, as of `uuid4().hex`.
    mutating func hexDigits() -> [UInt8] {
        var digits = [UInt8](repeating: 0, count: 32)
        for half in 0..<2 {
            var bits = next()
            for index in 0..<16 {
                digits[half * 16 + index] = Self.alphabet[Int(bits & 15)]
                bits >>= 4
            }
        }
        return digits
    }

    private static let alphabet = Array("0123456789abcdef".utf8)
}
