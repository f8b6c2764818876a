import Foundation
import TestSupport
import Testing

/// A program in Python that opens what novatrace wrote as its readers would: in headless Chromium, as a table.
///
/// It prints what it found as one JSON document, or says on standard error why it could not.
enum ReaderProgram {
    private static let python = ExternalProgram.installed("python3")

    /// Whether Chromium, its driver and Selenium are there; where they must be, a test that needs them runs and fails.
    static func hasBrowser() async -> Bool {
        if ExternalProgram.mustBeInstalled { return true }
        guard ExternalProgram.installed("chromium") != nil, ExternalProgram.installed("chromedriver") != nil else {
            return false
        }
        return (try? await python?.run(["-c", "import selenium"]))?.status == 0
    }

    static let browserIsMissing: Comment =
        "chromium, chromedriver or selenium is missing (Debian: chromium chromium-driver python3-selenium)"

    /// Runs `Programs/NAME.py` and decodes what it prints.
    static func run<Report: Decodable>(_ name: String, _ arguments: [String], as type: Report.Type) async throws
        -> Report
    {
        let program = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Programs/\(name).py")
        let python = try #require(python, "python3 is missing")
        let result = try await Turns.ofHeavyPrograms.take {
            try await python.run(
                [program.path(percentEncoded: false)] + arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
        }
        guard result.status == 0 else { throw Failure(description: result.errors) }
        return try JSONDecoder().decode(type, from: Data(result.output.utf8))
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
