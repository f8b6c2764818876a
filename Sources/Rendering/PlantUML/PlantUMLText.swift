/// Text in a PlantUML diagram, so that it is drawn as it is and nothing in it is taken for syntax.
///
/// PlantUML spells a character `<U+XXXX>`, in hexadecimal, and reads that after everything else: what is so spelled is
/// taken for no directive, creole, HTML or line end (read back from drawings by 1.2020.2). All characters are spelled so
/// that are not known to be harmless, those beyond ASCII too, as PlantUML reads files in the character set of its locale.
/// What only means something doubled (`__`, `//`, `--`, `..`) stands for itself where it is alone.
enum PlantUMLText {
    static func escaped(_ text: TerminalText) -> String {
        var result = ""
        let scalars = text.string.unicodeScalars
        var previous: Unicode.Scalar?
        for index in scalars.indices {
            let scalar = scalars[index]
            let after = scalars.index(after: index)
            let next = after < scalars.endIndex ? scalars[after] : nil
            if isHarmless(scalar, between: previous, and: next) {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
            }
            previous = scalar
        }
        return result
    }

    private static func isHarmless(
        _ scalar: Unicode.Scalar, between previous: Unicode.Scalar?, and next: Unicode.Scalar?
    ) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", " ", ",", ":", "(", ")", "@", "+": true
        case "_", "/", "-", ".": scalar != previous && scalar != next
        default: false
        }
    }
}
