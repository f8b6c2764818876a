import Foundation

/// A value: a file that a person has looked at, with which a test compares what was written.
package struct GoldenFile {
    private let file: URL

    /// - Parameter path: from the folder of the test's own file, e.g. `Golden/boot-ok-80.txt`.
    package init(_ path: String, beside source: String = #filePath) {
        file = URL(filePath: source).deletingLastPathComponent().appending(path: path).standardizedFileURL
    }

    /// Why what was written is not what the file holds.
    package struct Difference: Error, CustomStringConvertible {
        package let description: String
    }

    /// Throws a `Difference` where `output` is not what the file holds. A file that is missing is written, and has to be
    /// looked at before it is committed.
    package func check(_ output: [UInt8]) throws {
        let name = file.lastPathComponent
        guard let golden = try? Data(contentsOf: file) else {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(output).write(to: file)
            throw Difference(description: "\(name) was missing and is written now; look at it")
        }
        guard Data(output) != golden else { return }
        let (old, new) = (Self.lines(Array(golden)), Self.lines(output))
        let line = zip(old, new).prefix { $0 == $1 }.count
        throw Difference(
            description:
                "\(name) differs from line \(line + 1) on: \(Self.text(new, line)) instead of \(Self.text(old, line))")
    }

    package func check(_ output: String) throws { try check(Array(output.utf8)) }

    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    private static func text(_ lines: [ArraySlice<UInt8>], _ index: Int) -> String {
        index < lines.count ? "'\(String(decoding: lines[index], as: UTF8.self))'" : "nothing"
    }
}
