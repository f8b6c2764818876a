import Foundation
import Glibc
import TestSupport

/// Two links of a test's own: what is sent into `tx0` comes out of `bus0`, what is sent into `tx1` out of `bus1`.
///
/// They are in a network namespace without a name, which ends with the last process in it, and so with the test however
/// that ends. Nothing else sends on them.
actor VirtualLink {
    /// Where files of the test are kept while it runs.
    nonisolated let folder: URL
    private let holder: BackgroundProgram
    private let holderProcess: Int
    private var programs: [BackgroundProgram] = []

    /// Whether everything that these tests need is there: `.ci/setup test` installs it, and links need privileges.
    static var isAvailable: Bool {
        ["ip", "unshare", "nsenter", "setpriv", "setcap", "mount", "tcpdump", "capinfos", "python3"]
            .allSatisfy { ExternalProgram.installed($0) != nil } && geteuid() == 0
    }

    /// Interfaces need a moment; jumbo frames are as long as on the loopback interface, where recordings are made.
    private static let setUp = """
        set -e
        mount -t tmpfs -o size=128k none "$1"
        for n in 0 1; do
            ip link add tx$n mtu 65535 type veth peer name bus$n mtu 65535
            for side in tx bus; do
                echo 1 >/proc/sys/net/ipv6/conf/$side$n/disable_ipv6
                ip link set $side$n up
            done
        done
        echo "ready $$"
        exec sleep infinity
        """

    /// Runs `body` with a link of its own, and ends everything that runs there when it returns or throws.
    static func run(_ body: (VirtualLink) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "novatrace-link-\(UUID().uuidString)")
        let disk = folder.appending(path: "disk")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        chmod(folder.path(percentEncoded: false), 0o777)
        defer { try? FileManager.default.removeItem(at: folder) }
        let holder = await BackgroundProgram.start(
            "/usr/bin/unshare", ["-n", "-m", "sh", "-c", setUp, "sh", disk.path(percentEncoded: false)])
        do {
            try await holder.waitFor("ready")
            let said = String(decoding: await holder.output, as: UTF8.self).split(separator: "\n")
            guard let process = said.last.flatMap({ Int($0.dropFirst("ready ".count)) }) else {
                throw BusFailure("the namespace has no process: \(said)")
            }
            let link = VirtualLink(folder: folder, holder: holder, process: process)
            do {
                try await body(link)
            } catch {
                await link.end()
                throw error
            }
            await link.end()
        } catch {
            await holder.end()
            throw error
        }
    }

    private init(folder: URL, holder: BackgroundProgram, process: Int) {
        self.folder = folder
        self.holder = holder
        holderProcess = process
    }

    /// A path in the test's folder.
    nonisolated func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }

    /// A path on a disk of 128 kB that only programs on the link see.
    nonisolated func pathOnSmallDisk(_ name: String) -> String { path("disk/\(name)") }

    // MARK: Programs on it

    /// Runs a program in the namespace to its end.
    @discardableResult
    func run(
        _ command: [String], input: [UInt8] = [], environment: [String: String] = [:]
    ) async throws -> ProgramResult {
        guard let nsenter = ExternalProgram.installed("nsenter") else { throw BusFailure("nsenter is missing") }
        return try await nsenter.run(entering + command, input: input, environment: environment)
    }

    /// Starts a program in the namespace, which ends with the link at the latest.
    func start(
        _ command: [String], environment: [String: String] = [:], input: BackgroundProgram.Input = .none
    ) async -> BackgroundProgram {
        let program = await BackgroundProgram.start(
            "/usr/bin/nsenter", entering + command, environment: environment, input: input)
        programs.append(program)
        return program
    }

    private var entering: [String] { ["-t", "\(holderProcess)", "-n", "-m"] }

    private func end() async {
        for program in programs { await program.end() }
        await holder.end()
    }

    // MARK: Packets

    /// Sends the packets of a recording in `captures/`.
    ///
    /// - Parameters:
    ///   - speed: times that of the recording; `nil` for as fast as possible.
    ///   - part: which of its packets, by their place.
    /// - Returns: how many of them are the bus's.
    @discardableResult
    func play(
        _ recording: String, into interfaces: [String] = ["tx0"], speed: Double? = nil,
        part: ClosedRange<Double> = 0...1
    ) async throws -> Int {
        let file = ExternalProgram.projectFolder.appending(path: "captures/\(recording).pcap")
        let result = try await run(
            ["/usr/bin/python3", Self.program("play.py"), file.path(percentEncoded: false)] + interfaces
                + ["--begin", "\(part.lowerBound)", "--end", "\(part.upperBound)"]
                + (speed.map { ["--speed", "\($0)"] } ?? []))
        guard result.status == 0, let count = Int(result.output.dropLast()) else {
            throw BusFailure("the recording was not played: \(result.errors)")
        }
        return count
    }

    /// A program beside these tests.
    static func program(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Programs/\(name)")
            .path(percentEncoded: false)
    }
}
