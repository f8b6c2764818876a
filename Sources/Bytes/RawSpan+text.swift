extension RawSpan {
    /// The bytes of `range` as text; bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Precondition: `range` lies within the span.
    package func string(_ range: Range<Int>) -> String {
        unsafe extracting(range).withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Whether the bytes at `offset` are those of `text`; `false` where fewer bytes are left.
    package func matches(_ text: StaticString, at offset: Int = 0) -> Bool {
        guard offset >= 0, text.utf8CodeUnitCount <= byteCount - offset else { return false }
        return text.withUTF8Buffer { expected in
            for index in 0..<expected.count
            where unsafe unsafeLoad(fromUncheckedByteOffset: offset + index, as: UInt8.self) != expected[index] {
                return false
            }
            return true
        }
    }

    /// The bytes, copied.
    package func array() -> [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
