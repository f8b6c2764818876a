extension JSONRedactor {
    /// Puts the mask in the place of what turned out to be secret.
    mutating func cover() {
        if !hiddenParameters.isEmpty {
            hidden += parameters.filter { hiddenParameters.contains($0.name) }.map(\.value)
        }
        guard !hidden.isEmpty else { return }
        var covered: [UInt8] = []
        var copied = 0
        for range in hidden.sorted(by: { ($0.lowerBound, $1.upperBound) < ($1.lowerBound, $0.upperBound) }) {
            guard range.lowerBound >= copied, !Self.saysNothing(output[range]) else { continue }
            covered.append(contentsOf: output[copied..<range.lowerBound])
            JSONEscapes.appendQuoted(Array(Redaction.mask.utf8), to: &covered)
            copied = range.upperBound
            hidesSomething = true
        }
        output = covered + output[copied...]
        hidden = []
    }

    private static func saysNothing(_ value: ArraySlice<UInt8>) -> Bool {
        ["null", "true", "false", "\"\"", "{}", "[]"].contains { value.elementsEqual($0.utf8) }
    }
}
