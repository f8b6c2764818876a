/// Characters that no terminal, page or editor should get as they are.
enum HiddenCharacters {
    /// The first one that is no line end; of a table neither its mark nor its own line ends are any.
    static func first(in text: String, isTable: Bool = false) -> String? {
        var previous: Unicode.Scalar = " "
        for (index, scalar) in text.unicodeScalars.enumerated() {
            defer { previous = scalar }
            if scalar.value >= 0x20 && scalar.value < 0x7F || scalar == "\n" { continue }
            if isTable, scalar == "\r" || scalar == "\u{FEFF}" && index == 0 { continue }
            if scalar == "\u{FE0F}", previous.properties.isEmoji { continue }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: break
            default: if !scalar.properties.isDefaultIgnorableCodePoint { continue }
            }
            return "U+\(String(scalar.value, radix: 16, uppercase: true))"
        }
        return nil
    }
}
