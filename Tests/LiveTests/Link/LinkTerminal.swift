import Foundation
import TestSupport

/// A terminal on a link of a test, with `novatrace capture` on it and a person before it.
struct LinkTerminal {
    private let helper: BackgroundProgram

    /// Starts a capture on `bus0`, and returns when no packet is missed any more.
    ///
    /// - Parameter errors: a file that standard error goes to instead of the terminal.
    static func start(
        on link: VirtualLink, columns: Int = 100, _ arguments: [String], errors: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> LinkTerminal {
        let redirection = errors.map { ["/bin/sh", "-c", #"exec "$@" 2>"$0""#, $0] } ?? []
        let command = redirection + [ExternalProgram.novatrace.location, "capture", "-i", "bus0"] + arguments
        let helper = await link.start(
            ["/usr/bin/python3", VirtualLink.program("terminal.py"), "\(columns)"] + command,
            environment: ["TERM": "xterm", "NO_COLOR": ""].merging(environment) { $1 }, input: .lines)
        try await helper.waitFor("process ")
        let words = String(decoding: await helper.errors, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, let process = Int(words[1]) else { throw BusFailure("the terminal did not start") }
        try await helper.waitUntilCapturing(process: process)
        return LinkTerminal(helper: helper)
    }

    enum Key: String {
        case controlC = "03"
        case controlS = "13"
        case controlQ = "11"
    }

    func press(_ key: Key) async { await helper.write("type \(key.rawValue)") }

    /// Reads no more of the screen, as a connection that hangs.
    func lookAway() async { await helper.write("look away") }

    func look() async { await helper.write("look") }

    /// All that was written to the screen until now.
    var screen: String {
        get async { String(decoding: await helper.output, as: UTF8.self) }
    }

    /// Waits until the program has ended.
    ///
    /// - Returns: its exit status.
    func waitForEnd(within limit: Duration = .seconds(10)) async throws -> Int {
        _ = try await helper.waitForEnd(within: limit)
        let words = String(decoding: await helper.errors, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let status = words.last.flatMap({ Int($0) }) else { throw BusFailure("the terminal has no status") }
        return status
    }
}
