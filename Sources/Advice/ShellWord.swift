/// A name off the wire as one word of a POSIX shell's command line: quoted where it holds more than plain characters, so
/// that pasting the command runs nothing else.
package func shellWord(_ name: String) -> String {
    let isPlain = !name.isEmpty && name.utf8.allSatisfy(isPlainInShell) && !name.hasPrefix("-")
    if isPlain { return name }
    let lines = name.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : String($0) }.joined()
    return "'" + lines.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

/// ` -p cell1`, the option by which rabbitmqctl is told a virtual host; nothing for `/`, which it takes by itself.
func rabbitVirtualHostOption(_ virtualHost: String) -> String {
    virtualHost == "/" ? "" : rabbitVirtualHostArgument(virtualHost)
}

/// The same, for `/` as well. What begins with a hyphen would be taken for an option of its own behind `-p`.
func rabbitVirtualHostArgument(_ virtualHost: String) -> String {
    virtualHost.hasPrefix("-") ? " --vhost=\(shellWord(virtualHost))" : " -p \(shellWord(virtualHost))"
}

/// ` --host cmp1`, an option of a command with a name off the wire, which may begin with a hyphen.
package func shellOption(_ option: String, _ value: String) -> String {
    " \(option)\(value.hasPrefix("-") ? "=" : " ")\(shellWord(value))"
}

/// What grep looks for, which may begin with a hyphen.
func searchPattern(_ word: String) -> String { (word.hasPrefix("-") ? "-e " : "") + shellWord(word) }

private func isPlainInShell(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"),
        UInt8(ascii: "@"), UInt8(ascii: ","):
        true
    default: false
    }
}
