import Foundation
import FuzzTargets
import Testing

/// Inputs that were once wrong, each in the folder of its target.
@Suite struct `Inputs that were once wrong` {
    struct KeptInput: CustomTestStringConvertible, Sendable {
        let target: String
        let file: URL

        var testDescription: String { "\(target)/\(file.lastPathComponent)" }
    }

    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz/Crashes")

    private static func names(in folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []).sorted()
    }

    static let inputs = names(in: folder).flatMap { target in
        let place = folder.appending(path: target)
        return names(in: place).map { KeptInput(target: target, file: place.appending(path: $0)) }
    }

    @Test(.timeLimit(.minutes(10)), arguments: inputs)
    func `are no more`(input: KeptInput) throws {
        let target = try #require(FuzzTargets.named(input.target), "no target of that name")
        let bytes = try [UInt8](Data(contentsOf: input.file))
        #expect(throws: Never.self) { try target.run(bytes) }
    }
}
