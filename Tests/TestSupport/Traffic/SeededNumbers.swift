/// A machine that draws the same numbers for the same seed, on every machine (SplitMix64).
package struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

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
