import Foundation
import Rendering
import TestSupport
import Testing

/// Debian's PlantUML.
private enum PlantUML {
    private static let program = ExternalProgram.installed("plantuml")

    static var isToBeHad: Bool { ExternalProgram.mustBeInstalled || program != nil }

    /// The drawings of files, in order, several of a file one after the other; all of them by one start of the program.
    ///
    /// In the character set of the C locale, so that nothing depends on the locale.
    static func draw(_ paths: [String]) async throws -> [DrawnDiagram] {
        let program = try #require(program, "plantuml is missing")
        let environment = ["LC_ALL": "C"]
        let check = try await Turns.ofHeavyPrograms.take {
            try await program.run(["-headless", "-checkonly"] + paths, environment: environment)
        }
        #expect(check.status == 0, "\(check.output) \(check.errors)")
        let result = try await Turns.ofHeavyPrograms.take {
            try await program.run(["-headless", "-tsvg"] + paths, environment: environment)
        }
        #expect(result.status == 0, "\(result.output) \(result.errors)")
        let drawings = paths.flatMap(drawings)
        return try await ReaderProgram.run("read-svg", drawings, as: [DrawnDiagram].self)
    }

    /// `x.svg`, `x_001.svg`, …
    private static func drawings(of path: String) -> [String] {
        let stem = path.dropLast(".puml".count)
        var drawings = ["\(stem).svg"]
        while true {
            let number = String(1000 + drawings.count).dropFirst()
            guard FileManager.default.fileExists(atPath: "\(stem)_\(number).svg") else { return drawings }
            drawings.append("\(stem)_\(number).svg")
        }
    }
}

@Suite(.serialized, .enabled(if: PlantUML.isToBeHad, "plantuml is missing (Debian: plantuml)"))
struct `PlantUML draws` {
    @Test func `names as they are, whatever they look like`() async throws {
        let scratch = try Scratch()
        let names = ["plain"] + HostileTrace.names + [HostileTrace.long]
        let paths = try written(names.map(HostileTrace.trace), as: "plantuml", to: scratch)
        let drawings = try await PlantUML.draw(paths)
        try #require(drawings.count == names.count)
        for (name, drawing) in zip(names, drawings) {
            let shown = DrawnDiagram.letters(TerminalText(name).string)
            #expect(
                drawing.letters.ranges(of: shown).count >= 10, "\(name.debugDescription): \(drawing.texts)")
            if name != HostileTrace.long {
                #expect(drawing.elements == drawings[0].elements, "\(name.debugDescription)")
            }
        }
    }

    @Test func `each recording, a drawing for each operation`() async throws {
        let scratch = try Scratch()
        let paths = try await exportedRecordings(as: "puml", to: scratch)
        let drawings = try await PlantUML.draw(paths)
        var diagrams = 0
        for path in paths {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.utf8.allSatisfy { $0 < 0x80 }, "\(path)")
            diagrams += text.ranges(of: "@startuml").count
        }
        #expect(drawings.count == diagrams)
        #expect(drawings.allSatisfy { !$0.letters.contains("SyntaxError") && !$0.texts.isEmpty })
    }
}
