import Foundation
import TestSupport
import Testing

/// What `Programs/open-page.py` prints.
struct OpenedPage: Decodable {
    let root: String
    let text: String
    /// CSS pixels.
    let width: Double
    let height: Double
    /// Warnings and errors.
    let console: [String]
    /// Other addresses that were asked for.
    let requests: [String]
}

@Suite(.enabled(ReaderProgram.browserIsMissing) { await ReaderProgram.hasBrowser() })
struct `The browser of the tests` {
    @Test func `tells of a page's text, its errors and what it asks for`() async throws {
        let scratch = try Scratch()
        let page = """
            <!doctype html><title>t</title><link rel=icon href=data:,><p>hello</p>
            <img src="http://127.0.0.1:9/x.png"><script>console.error("oh")</script>
            """
        let path = try scratch.write("page.html", Array(page.utf8))
        let opened = try await ReaderProgram.run("open-page", [path], as: OpenedPage.self)
        #expect(opened.root == "html")
        #expect(opened.text.contains("hello"))
        #expect(opened.console.contains { $0.contains("oh") })
        #expect(opened.requests == ["http://127.0.0.1:9/x.png"])
    }
}
