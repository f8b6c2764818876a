import TestSupport
import Testing
import Trace

@testable import Rendering

@Suite struct `PlantUML diagrams` {
    @Test func `a boot that became active`() throws {
        try expectGolden("completed.puml", exported(Boots.completed(), as: "plantuml"))
    }

    @Test func `a boot without a valid host`() throws {
        try expectGolden("novalidhost.puml", exported(Boots.noValidHost(), as: "plantuml"))
    }

    @Test func `a boot that hangs`() throws {
        try expectGolden("stuck.puml", exported(Boots.stuck(), as: "plantuml"))
    }

    @Test func `everything that can be wrong with a message`() throws {
        try expectGolden("marks.puml", exported(Boots.troubled(), as: "plantuml"))
    }

    @Test(arguments: [
        ("__init__", "<U+005F><U+005F>init<U+005F><U+005F>"), ("a_b.c-d/e", "a_b.c-d/e"), ("//", "<U+002F><U+002F>"),
        ("a--b", "a<U+002D><U+002D>b"), ("<b>", "<U+003C>b<U+003E>"), ("!x", "<U+0021>x"), ("%n()", "<U+0025>n()"),
        (#"\n"#, "<U+005C>n"), ("'", "<U+0027>"), ("~*|[{", "<U+007E><U+002A><U+007C><U+005B><U+007B>"),
        ("🚀é", "<U+1F680><U+00E9>"), ("\u{1B}", "<U+005C>x1B"), ("x: (y), z@w", "x: (y), z@w"),
    ]) func `text is spelled so that none of it is syntax`(raw: String, spelled: String) {
        #expect(PlantUMLText.escaped(TerminalText(raw)) == spelled)
    }

    @Test(arguments: 0..<100) func `every line is a statement of a known kind`(seed: UInt64) throws {
        let text = try exported(randomTrace(seed), as: "plantuml")
        let known =
            #/@startuml|@enduml|skinparam \w+ [#\w]+|hide footbox|'.+|legend left|end legend|title .+|participant ".+" as p\d+|(p\d+ |\?)-(\[#B3261E\])?-?>[>x]?( p\d+|\?): .+|(activate|deactivate) p\d+|r?note over p\d+(, p\d+)?( #\w{6})?: .+|\.\.\. .+ \.\.\.|<size:12>.+<\/size>/#
        for line in text.split(separator: "\n") { #expect(line.wholeMatch(of: known) != nil, "\(line)") }
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func `more than PlantUML draws in reasonable time is refused with the number`() throws {
        let failure = #expect(throws: RenderingFailure.self) { try exported(many(messages: 3001), as: "plantuml") }
        #expect(
            failure?.sentence.hasPrefix("a PlantUML file shows at most 3000 lines of text, and 3001 are selected")
                == true)
        #expect(try exported(many(messages: 3000), as: "plantuml").hasSuffix("@enduml\n"))
    }

    @Test func `arguments that are too much are said to be`() throws {
        var trace = many(messages: 60)
        let detail = String(repeating: "{\"argument\": \"value\"} ", count: 200)
        for message in trace.messages.indices { trace.messages[message].detail = detail }
        var options = DiagramOptions()
        #expect(try exported(trace, as: "plantuml", options).hasSuffix("@enduml\n"))
        options.detail = .args
        for format in ["plantuml", "mermaid"] {
            let failure = #expect(throws: RenderingFailure.self) { try exported(trace, as: format, options) }
            #expect(failure?.sentence.hasSuffix(", or leave out --detail") == true)
        }
    }
}
