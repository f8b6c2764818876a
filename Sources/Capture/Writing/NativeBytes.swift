extension [UInt8] {
    /// Appends an integer in this machine's byte order, as capture files are written.
    @inline(__always)
    mutating func appendNative(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value) { append(contentsOf: $0) }
    }

    /// Appends words in this machine's byte order, all at once: the fields before a packet are its cost.
    @inline(__always)
    mutating func appendNative<let count: Int>(_ words: InlineArray<count, UInt32>) {
        words.span.bytes.withUnsafeBytes { append(contentsOf: $0) }
    }

    /// Appends zeros up to a multiple of four bytes.
    mutating func padToWord() {
        while count % 4 != 0 { append(0) }
    }
}
