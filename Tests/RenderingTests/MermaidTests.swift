import TestSupport
import Testing
import Trace

@testable import Rendering

@Suite struct `Mermaid diagrams` {
    @Test func `a boot that became active`() throws {
        try expectGolden("completed.mmd", exported(Boots.completed(), as: "mermaid"))
    }

    @Test func `a boot without a valid host`() throws {
        try expectGolden("novalidhost.mmd", exported(Boots.noValidHost(), as: "mermaid"))
    }

    @Test func `a boot that hangs`() throws {
        try expectGolden("stuck.mmd", exported(Boots.stuck(), as: "mermaid"))
    }

    @Test func `everything that can be wrong with a message`() throws {
        try expectGolden("marks.mmd", exported(Boots.troubled(), as: "mermaid"))
    }

    @Test func `three operations stand below each other on common lanes`() throws {
        try expectGolden("three.mmd", exported(Boots.three(), as: "mermaid"))
    }

    @Test(arguments: [
        ("a;b", "a#59;b"), ("#35;", "#35;35#59;"), ("<b>&", "#60;b#62;#38;"), ("50%", "50#37;"), ("a: b", "a: b"),
        ("a:b", "a#58;b"), ("wrap: x", "wrap#58; x"), ("NoWrap: x", "NoWrap#58; x"), ("x:", "x#58;"),
        ("$$x$$", "#36;#36;x#36;#36;"), ("x@{y}", "x@#123;y}"), ("ﬂ°¶ß", "#64258;#176;#182;#223;"),
        ("two\nlines", #"two\nlines"#), ("\u{202E}x", #"\u{202E}x"#), ("虚 \"x\"", "虚 \"x\""),
    ]) func `text is spelled so that none of it is syntax`(raw: String, spelled: String) {
        #expect(MermaidText.escaped(TerminalText(raw)) == spelled)
    }

    @Test(arguments: 0..<100) func `every statement is one line of a known kind`(seed: UInt64) throws {
        let text = try exported(randomTrace(seed), as: "mermaid")
        let known =
            #/sequenceDiagram|    (title .+|participant p\d+ as .+|Note over p\d+(,p\d+)?: .+|p\d+(->>|-\)|-->>|-x|--x)[+-]?p\d+: .+|rect rgba\(220, 60, 50, 0.12\)|end)/#
        for line in text.split(separator: "\n") { #expect(line.wholeMatch(of: known) != nil, "\(line)") }
    }

    @Test func `more than Mermaid draws is refused with the number of its characters`() throws {
        let trace = many(messages: 1200)
        let failure = #expect(throws: RenderingFailure.self) { try exported(trace, as: "mermaid") }
        #expect(failure?.kind == .tooMuch)
        let pattern =
            #/a Mermaid diagram shows at most 50000 characters of text, and (\d+) are selected: narrow with .*/#
        let number = try #require(failure?.sentence.wholeMatch(of: pattern)?.output.1)
        #expect((50_001...100_000).contains(try #require(Int(number))))
        #expect(try exported(many(messages: 600), as: "mermaid").utf16.count <= 50_000)
    }

    @Test func `far more is refused before it is written`() throws {
        let failure = #expect(throws: RenderingFailure.self) { try exported(many(messages: 5000), as: "mermaid") }
        #expect(failure?.sentence.contains("at most 3000 arrows and notes, and 5001 are selected") == true)
    }
}

/// A boot of so many casts, none like the one before.
func many(messages: Int) -> BusTrace {
    var boot = Boots.builder()
    for number in 0..<messages {
        boot.send(
            .cast, "build_and_run_instance_\(number)", from: Boots.conductor, to: [Boots.compute1],
            at: Double(number) / 1000)
    }
    return boot.finish(outcome: .completed, verdict: "active")
}
