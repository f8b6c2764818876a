import Foundation
import TestSupport
import Testing

/// A process of a live capture.
struct CaptureProcess {
    let number: Int
    /// What its command is: `capture`, or a helper's.
    let command: String

    /// The capture and its helpers.
    static func all(of capture: Int) throws -> [CaptureProcess] {
        let others = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int($0) }.filter {
            ProcessStatus(of: $0)?.numbers("PPid") == [capture]
        }
        return ([capture] + others.sorted()).compactMap { number in
            guard let text = try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8) else { return nil }
            let words = text.split(separator: "\0").map(String.init)
            let commands = ["capture", "process-table", "output-files"]
            guard words.count > 1, commands.contains(words[1]) else { return nil }
            return CaptureProcess(number: number, command: words[1])
        }
    }

    /// Each of its threads, since rights belong to threads.
    func threads() throws -> [ProcessStatus] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(number)/task").map { thread in
            try #require(ProcessStatus(of: Int(thread) ?? 0))
        }
    }
}

extension `A capture on a link` {
    /// How a person starts it.
    enum Mode: CaseIterable, CustomTestStringConvertible {
        case sudo, user, plainRoot, setcap, insistingRoot, sudoWithoutSandbox

        var testDescription: String { "\(self)" }

        var arguments: [String] {
            switch self {
            case .user: ["--user", "nobody"]
            case .insistingRoot: ["--user", "root"]
            case .sudoWithoutSandbox: ["--no-sandbox"]
            default: []
            }
        }

        var environment: [String: String] {
            self == .sudo || self == .sudoWithoutSandbox ? ["SUDO_USER": "nobody"] : [:]
        }

        /// Who it goes on as.
        var user: Int {
            switch self {
            case .plainRoot: Int(Self.substitute?.pw_uid ?? 65534)
            case .insistingRoot: 0
            default: 65534
            }
        }

        var group: Int {
            switch self {
            case .plainRoot: Int(Self.substitute?.pw_gid ?? 65534)
            case .insistingRoot: 0
            default: 65534
            }
        }

        private static var substitute: passwd? {
            for name in ["novatrace", "tcpdump", "nobody"] {
                if let entry = getpwnam(name) { return entry.pointee }
            }
            return nil
        }
    }

    /// CAP_CHOWN and CAP_DAC_OVERRIDE; CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE (capabilities(7)).
    private static let rights: [String: UInt64] = [
        "capture": 0, "output-files": 1 << 0 | 1 << 1, "process-table": 1 << 2 | 1 << 19,
    ]

    @Test(arguments: Mode.allCases)
    func `leaves each of its processes what it needs and nothing else`(mode: Mode) async throws {
        try await VirtualLink.run { link in
            let (novatrace, file) = (try copy(in: link), link.path("ring"))
            var prefix: [String] = []
            if mode == .setcap {
                let given = try await link.run(["setcap", "cap_net_raw,cap_setpcap=ep", novatrace])
                guard given.status == 0 || ExternalProgram.mustBeInstalled else {
                    return print("skipped: the file system keeps no rights of programs: \(given.errors)")
                }
                prefix = Self.asNobody
            }
            let capture = try await LinkCapture.start(
                on: link, ["-w", file, "-C", "1", "-W", "3"] + mode.arguments, prefix: prefix, program: novatrace,
                environment: mode.environment)
            // Threads are started at the end of the beginning.
            try await Task.sleep(for: .milliseconds(300))
            let processes = try CaptureProcess.all(of: try #require(await capture.program.process))
            let hasOpener = mode != .setcap && mode != .insistingRoot
            #expect(
                Set(processes.map(\.command))
                    == Set(["capture", "process-table"] + (hasOpener ? ["output-files"] : [])))
            for process in processes { try check(process, mode) }
            let sent = try await link.play("lifecycle")
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.contains("bus0: \(sent) packets received"), "\(result.errors)")
            #expect(result.errors.contains("packets written to 3 files, the last "), "\(result.errors)")
            for process in processes {
                // A helper sees that nobody asks any more.
                let isGone = try await eventually(within: .seconds(5)) { ProcessStatus(of: process.number) == nil }
                #expect(isGone, "\(process.command) is left")
            }
        }
    }

    private func check(_ process: CaptureProcess, _ mode: Mode) throws {
        let isOpener = process.command == "output-files"
        let keepsAll = mode == .insistingRoot && process.command == "capture"
        let (user, group) = isOpener ? (0, 0) : (mode.user, mode.group)
        var kept = mode == .setcap ? 0 : Self.rights[process.command, default: 0]
        // Root's files are given to nobody.
        if isOpener, mode == .plainRoot { kept &= ~1 }
        for status in try process.threads() {
            #expect(status.numbers("Uid") == [user, user, user, user], "\(process.command)")
            #expect(status.numbers("Gid") == [group, group, group, group], "\(process.command)")
            if user != 0, mode != .setcap { #expect(status.numbers("Groups") == [group]) }
            #expect(status.mask("NoNewPrivs") == 1)
            #expect(status.mask("Seccomp") == (mode == .sudoWithoutSandbox ? 0 : 2), "\(process.command)")
            if keepsAll {
                #expect(status.mask("CapEff") != 0)
                continue
            }
            for set in ["CapInh", "CapBnd", "CapAmb"] as [Substring] {
                #expect(status.mask(set) == 0, "\(process.command) \(set)")
            }
            for set in ["CapPrm", "CapEff"] as [Substring] {
                #expect(status.mask(set) == kept, "\(process.command) \(set)")
            }
        }
    }

    @Test(
        arguments: [[:], ["SUDO_USER": "nobody"]] as [[String: String]], [[], ["-C", "1", "-W", "2"]] as [[String]])
    func `writes where only root can go, for whom the files are`(
        environment: [String: String], ring: [String]
    ) async throws {
        try await VirtualLink.run { link in
            try FileManager.default.createDirectory(
                atPath: link.path("roots"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            let file = link.path("roots/boot.pcap")
            let capture = try await LinkCapture.start(
                on: link, ["-w", file] + ring, program: try copy(in: link), environment: environment)
            let sent = try await link.play("lifecycle")
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            let names = try FileManager.default.contentsOfDirectory(atPath: link.path("roots")).sorted()
            #expect(names == (ring.isEmpty ? ["boot.pcap"] : ["boot.pcap0", "boot.pcap1"]))
            var packets = 0
            for name in names {
                let attributes = try FileManager.default.attributesOfItem(atPath: link.path("roots/\(name)"))
                #expect(attributes[.ownerAccountID] as? Int == (environment.isEmpty ? 0 : 65534))
                #expect(attributes[.posixPermissions] as? Int == 0o600)
                packets += try await link.read(link.path("roots/\(name)")).packets
            }
            #expect(ring.isEmpty ? packets == sent : packets > 1000, "\(packets) of \(sent)")
        }
    }

    @Test func `is refused for a user that there is not, and says how to name one`() async throws {
        try await VirtualLink.run { link in
            let file = link.path("boot.pcap")
            let result = try await link.run(
                [ExternalProgram.novatrace.location, "capture", "-i", "bus0", "-w", file],
                environment: ["SUDO_USER": "gone"])
            #expect(result.status == 64)
            #expect(
                result.errors == "novatrace: there is no user gone, who ran sudo (SUDO_USER): --user NAME says who to "
                    + "go on as\n")
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    @Test func `writes over nothing that a link leads to, nor over a stranger's file, with --force either`()
        async throws
    {
        try await VirtualLink.run { link in
            let (target, through) = (link.path("target"), link.path("link.pcap"))
            try Data("kept".utf8).write(to: URL(filePath: target))
            try FileManager.default.createSymbolicLink(atPath: through, withDestinationPath: target)
            // The folder is open to all.
            let theirs = link.path("theirs.pcap")
            try Data("theirs".utf8).write(to: URL(filePath: theirs))
            #expect(chown(theirs, 1234, 1234) == 0)
            for (path, sentence) in [
                (through, "\(through) is a link, and what links lead to is not written over"),
                (theirs, "\(theirs) is not replaced: it lies in a folder that everybody may write, and is or may be"),
            ] {
                let result = try await link.run(
                    [ExternalProgram.novatrace.location, "capture", "-i", "bus0", "-w", path, "--force", "--for", "5s"])
                #expect(result.status == 74)
                #expect(result.errors.hasPrefix("novatrace: \(sentence)"), "\(result.errors)")
            }
            #expect(try String(contentsOfFile: target, encoding: .utf8) == "kept")
            #expect(try String(contentsOfFile: theirs, encoding: .utf8) == "theirs")
        }
    }
}
