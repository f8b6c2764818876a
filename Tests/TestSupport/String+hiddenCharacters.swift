extension String {
    /// The characters in it that no terminal, page or editor should get as they are: controls, what reorders text, what has
    /// no width; at most a few. Line ends are none, nor is the mark that a table of `format` begins with.
    package func hiddenCharacters(of format: String = "text") -> [String] {
        var text = unicodeScalars[...]
        let isTable = format.hasPrefix("csv")
        if isTable, text.first == "\u{FEFF}" { text.removeFirst() }
        var found: [String] = []
        var previous: Unicode.Scalar = " "
        for scalar in text {
            let isLineEnd = scalar == "\n" || scalar == "\r" && isTable
            // A sign that the one before it is to be drawn in colours.
            let isVariant = scalar == "\u{FE0F}" && previous.properties.isEmoji
            if !isLineEnd, !isVariant, scalar.isHidden, found.count < 5 {
                found.append("U+\(String(scalar.value, radix: 16, uppercase: true)) after \(previous)")
            }
            previous = scalar
        }
        return found
    }
}

extension Unicode.Scalar {
    fileprivate var isHidden: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: return true
        default: return properties.isDefaultIgnorableCodePoint || [0x2800, 0x1D159, 0x16FE4].contains(value)
        }
    }
}
