package import Foundation
import Subprocess
import SystemPackage

/// A value: what a program printed and how it ended.
package struct ProgramResult: Sendable {
    package let status: Int
    package let output: String
    package let errors: String
}

/// A program that tests run.
package struct ExternalProgram: Sendable {
    private let path: FilePath

    private init(path: String) {
        self.path = FilePath(path)
    }

    /// The program with this path.
    init(at path: String) {
        self.init(path: path)
    }

    /// Its path, for a shell.
    package var location: String { path.string }

    /// The `novatrace` that was built beside the tests.
    package static let novatrace = ExternalProgram(
        path: URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "novatrace")
            .path(percentEncoded: false))

    /// The top of the project, where `captures/` is.
    package static let projectFolder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A program of the system, `nil` where it is not installed.
    package static func installed(_ name: String) -> ExternalProgram? {
        let folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"]
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
            .map { ExternalProgram(path: $0) }
    }

    /// Whether a test that needs a program which is missing must fail instead of being skipped.
    package static var mustBeInstalled: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

    /// Runs it to its end in the project's folder.
    package func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
    ) async throws -> ProgramResult {
        var changes: [Environment.Key: String?] = ["COLUMNS": nil, "NO_COLOR": nil]
        for (name, value) in environment { changes[Environment.Key(stringLiteral: name)] = value }
        let result = try await Subprocess.run(
            .path(path), arguments: Arguments(arguments), environment: .inherit.updating(changes),
            workingDirectory: FilePath(Self.projectFolder.path(percentEncoded: false)), input: .array(input),
            output: .string(limit: 256 << 20), error: .string(limit: 16 << 20))
        let status: Int
        switch result.terminationStatus {
        case .exited(let code): status = Int(code)
        case .signaled(let signal): status = 128 + Int(signal)
        }
        return ProgramResult(
            status: status, output: result.standardOutput, errors: result.standardError)
    }
}
