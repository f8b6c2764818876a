import Foundation
import Rendering
import TestSupport
import Testing
import Trace

/// What a program of `Programs/` found in a drawing.
struct DrawnDiagram: Decodable {
    /// How many of each SVG element.
    let elements: [String: Int]
    let texts: [String]

    /// All texts in a row without spaces, as drawings break and space them as they like.
    var letters: String { Self.letters(texts.joined()) }

    static func letters(_ text: String) -> String { text.filter { !$0.isWhitespace } }
}

/// Writes traces in a format into files.
func written(_ traces: [BusTrace], as format: String, to scratch: Scratch) throws -> [String] {
    let format = try #require(Formats.named(format))
    return try traces.enumerated().map { number, trace in
        var bytes: [UInt8] = []
        try withoutActuallyEscaping({ (chunk: [UInt8]) in bytes += chunk }) {
            try format.renderer.render(TraceExtract(trace), to: $0)
        }
        return try scratch.write("\(number).\(format.fileExtensions[0])", bytes)
    }
}

/// Exports each recording with the program itself; of the one with many operations all are asked for.
func exportedRecordings(as fileExtension: String, to scratch: Scratch) async throws -> [String] {
    var paths: [String] = []
    for recording in ["boot-ok", "boot-novalidhost", "boot-conductor-down", "boot-midstream", "lifecycle"] {
        let path = scratch.path("\(recording).\(fileExtension)")
        let capture = ExternalProgram.projectFolder.appending(path: "captures/\(recording).pcap")
        let selection = recording == "lifecycle" ? ["--instance", "vm-life"] : []
        let result = try await ExternalProgram.novatrace.run(
            ["export", capture.path(percentEncoded: false), "-o", path] + selection)
        try #require(result.status == 0, "\(recording): \(result.errors)")
        paths.append(path)
    }
    return paths
}
