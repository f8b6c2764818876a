import Foundation
import TestSupport
import Testing

extension Scratch {
    /// Runs a command with the file as its last argument.
    func run(_ command: String..., on name: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command + [path(name)]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
