import Bytes

/// Parameters of heat's templates that are hidden by `hidden` (HOT) or `NoEcho` (CloudFormation): their defaults, and
/// their values, which stand under the same names in another object `parameters`.
extension JSONRedactor {
    static func isParameters(_ names: RawSpan, _ name: Range<Int>) -> Bool {
        name.count == 10 && names.byte(name.lowerBound) | 0x20 == UInt8(ascii: "p")
            && names.extracting(name.dropFirst()).matches("arameters")
    }

    /// Notes a member whose value comes next.
    mutating func noteParameter(_ names: RawSpan, _ name: Range<Int>) {
        guard let last = stack.indices.last, stack[last].isParameters || stack[last].isParameter,
            !redaction.showsSecrets
        else { return }
        stack[last].member = (names.extracting(name).array(), output.count)
    }

    /// The value of such a member is written.
    mutating func endParameter() {
        guard let last = stack.indices.last, let member = stack[last].member else { return }
        let value = member.start..<output.count
        stack[last].member = nil
        if stack[last].isParameters { parameters.append((member.name, value)) }
        guard stack[last].isParameter else { return }
        switch FoldedName.string(member.name, member.name.indices) {
        case "hidden", "noecho":
            let text = output[value].filter { !$0.isQuote }
            stack[last].isHiddenParameter = ["true", "True"].contains { text.elementsEqual($0.utf8) }
        case "default": stack[last].defaultValue = value
        default: break
        }
    }

    /// Hides the default of a parameter whose definition ends, and its values. The definition itself is none of them.
    mutating func hideParameter(_ definition: JSONRedactorFrame) {
        if let value = definition.defaultValue { hidden.append(value) }
        guard let last = stack.indices.last, let name = stack[last].member?.name else { return }
        hiddenParameters.insert(name)
        stack[last].member = nil
    }
}
