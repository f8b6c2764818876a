import Bytes

/// Lists that are command lines, `["curl", "-u", "admin:…"]`.
extension JSONRedactor {
    /// Writes an element of a list that `CommandReader` finds a secret in, or a name that stands between a subcommand and
    /// its secret; `false` where it is neither.
    mutating func writeCommandWord(_ slot: JSONSlot, _ text: RawSpan) -> Bool {
        let last = stack.count - 1
        guard !redaction.showsSecrets else { return false }
        guard !stack[last].command.isEmpty else {
            guard !slot.hasEscapes, let program = SecretProgram.find(path: text, slot.range), !program.quotes,
                program.isCommand
            else { return false }
            stack[last].command = [CommandReader(program)]
            return false
        }
        let word = slot.decodedBytes(text)
        let isNamed = stack[last].command[0].awaitsOperand && !stack[last].command[0].isSpoken
        let secret = stack[last].command[0].read(word.span.bytes, word.indices)
        if let secret, !TextRedactor.isHarmless(word[secret]) {
            stack[last].awaitsValue = false
            hidesSomething = true
            var masked = word
            masked.replaceSubrange(secret, with: Redaction.mask.utf8)
            JSONEscapes.appendQuoted(masked, to: &output)
            return true
        }
        guard isNamed, stack[last].command[0].awaitsOperand else { return false }
        stack[last].awaitsValue = false
        writeString(slot, text, stack[last].scope)
        return true
    }
}
