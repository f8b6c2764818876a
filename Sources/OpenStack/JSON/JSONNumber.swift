extension RawSpan {
    /// Whether the bytes in `range` are a number of JSON (RFC 8259, 6), which the scanner does not hold them to.
    func isNumber(_ range: Range<Int>) -> Bool {
        var place = range.lowerBound
        let end = range.upperBound
        if place < end, byte(place) == UInt8(ascii: "-") { place += 1 }
        let isZero = place < end && byte(place) == UInt8(ascii: "0")
        let whole = skipDigits(&place, end)
        guard whole == 1 || whole > 1 && !isZero else { return false }
        if place < end, byte(place) == UInt8(ascii: ".") {
            place += 1
            guard skipDigits(&place, end) > 0 else { return false }
        }
        if place < end, byte(place) | 0x20 == UInt8(ascii: "e") {
            place += 1
            if place < end, byte(place) == UInt8(ascii: "+") || byte(place) == UInt8(ascii: "-") { place += 1 }
            guard skipDigits(&place, end) > 0 else { return false }
        }
        return place == end
    }

    private func skipDigits(_ place: inout Int, _ end: Int) -> Int {
        let start = place
        while place < end, byte(place) >= UInt8(ascii: "0"), byte(place) <= UInt8(ascii: "9") { place += 1 }
        return place - start
    }
}
