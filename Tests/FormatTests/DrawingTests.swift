import Foundation
import TestSupport
import Testing

/// What `Programs/picture-colors.py` prints: red, green, blue.
private struct CornerColors: Decodable {
    let light: [Int]
    let dark: [Int]
    let paper: [Int]
}

/// Recordings as `export --format svg` draws them.
enum Drawings {
    static let recordings = [
        ["boot-ok"], ["boot-novalidhost"], ["boot-conductor-down"], ["lifecycle", "--request", "req-36098a02"],
    ]

    static func draw(_ recording: [String]) async throws -> String {
        let result = try await ExternalProgram.novatrace.run(
            ["export", "captures/\(recording[0]).pcap", "--format", "svg"] + recording.dropFirst())
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        return result.output
    }

    static let converter = ExternalProgram.installed("rsvg-convert")
    static let converterIsMissing: Comment = "rsvg-convert is missing (Debian: librsvg2-bin)"
    static var canConvert: Bool { converter != nil || ExternalProgram.mustBeInstalled }

    /// Width and height as the root element states them.
    static func size(of text: String) throws -> (width: Int, height: Int) {
        let match = try #require(text.firstMatch(of: /width="(\d+)" height="(\d+)" viewBox/))
        return (try #require(Int(match.1)), try #require(Int(match.2)))
    }
}

@Suite(.enabled(ReaderProgram.browserIsMissing) { await ReaderProgram.hasBrowser() })
struct `Drawings in a browser` {
    @Test(arguments: Drawings.recordings)
    func `open without a word on the console and without a request`(recording: [String]) async throws {
        let scratch = try Scratch()
        let text = try await Drawings.draw(recording)
        let path = try scratch.write("drawing.svg", Array(text.utf8))
        let size = try Drawings.size(of: text)
        let page = try await ReaderProgram.run("open-page", [path], as: OpenedPage.self)
        #expect(page.root == "svg")
        #expect(page.text.contains("nova-conductor"))
        #expect(page.console.isEmpty)
        #expect(page.requests.isEmpty)
        #expect(page.width == Double(size.width))
        #expect(page.height == Double(size.height))
    }

    @Test func `are dark on a dark screen and light on paper`() async throws {
        let scratch = try Scratch()
        let path = try scratch.write("drawing.svg", Array(try await Drawings.draw(["boot-novalidhost"]).utf8))
        let colors = try await ReaderProgram.run("picture-colors", [path], as: CornerColors.self)
        #expect(colors.light == [255, 255, 255])
        #expect(colors.dark.allSatisfy { $0 < 64 })
        #expect(colors.paper == colors.light)
    }
}

@Suite(.enabled(if: Drawings.canConvert, Drawings.converterIsMissing))
struct `Drawings in librsvg` {
    @Test(arguments: Drawings.recordings) func `become pictures of their size`(recording: [String]) async throws {
        let converter = try #require(Drawings.converter, Drawings.converterIsMissing)
        let scratch = try Scratch()
        let text = try await Drawings.draw(recording)
        let path = try scratch.write("drawing.svg", Array(text.utf8))
        let result = try await converter.run([path, "-o", scratch.path("drawing.png")])
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        let picture = try Data(contentsOf: URL(filePath: scratch.path("drawing.png")))
        let size = try Drawings.size(of: text)
        // The header chunk's width and height (RFC 2083, 4.1.1).
        #expect(picture.count > 10_000)
        #expect(picture.dropFirst(16).prefix(4).reduce(0) { $0 << 8 | Int($1) } == size.width)
        #expect(picture.dropFirst(20).prefix(4).reduce(0) { $0 << 8 | Int($1) } == size.height)
    }

    @Test(arguments: Drawings.recordings) func `become PDF`(recording: [String]) async throws {
        let converter = try #require(Drawings.converter, Drawings.converterIsMissing)
        let scratch = try Scratch()
        let path = try scratch.write("drawing.svg", Array(try await Drawings.draw(recording).utf8))
        let result = try await converter.run(["-f", "pdf", path, "-o", scratch.path("drawing.pdf")])
        #expect(result.status == 0)
        let document = try Data(contentsOf: URL(filePath: scratch.path("drawing.pdf")))
        #expect(document.starts(with: Data("%PDF-".utf8)))
        #expect(document.count > 5000)
    }
}
