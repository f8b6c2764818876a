import Foundation
import TestSupport
import Testing

extension `A capture on a link` {
    /// A user without any rights; setpriv(1) makes a command its.
    static let asNobody = [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--",
    ]

    /// novatrace where every user may run it: the build's folder may be closed to others.
    func copy(in link: VirtualLink) throws -> String {
        let copy = link.path("novatrace")
        try FileManager.default.copyItem(atPath: ExternalProgram.novatrace.location, toPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
        return copy
    }

    @Test func `is refused without permission, with the ways to get it`() async throws {
        try await VirtualLink.run { link in
            let novatrace = try copy(in: link)
            let result = try await link.run(Self.asNobody + [novatrace, "capture", "-i", "bus0"])
            #expect(result.status == 77)
            #expect(
                result.errors == "novatrace: capturing on bus0 is not permitted: run novatrace with sudo, or give the "
                    + "program the right once with sudo setcap cap_net_raw,cap_setpcap=ep \(novatrace)\n")
            #expect(result.output.isEmpty)
        }
    }

    @Test func `needs no root where the program has the right`() async throws {
        try await VirtualLink.run { link in
            let (novatrace, file) = (try copy(in: link), link.path("bus.pcap"))
            let given = try await link.run(["setcap", "cap_net_raw,cap_setpcap=ep", novatrace])
            guard given.status == 0 || ExternalProgram.mustBeInstalled else {
                return print("skipped: the file system keeps no rights of programs: \(given.errors)")
            }
            #expect(given.status == 0, "\(given.errors)")
            let capture = try await LinkCapture.start(
                on: link, ["-w", file], prefix: Self.asNobody, program: novatrace)
            let process = try #require(await capture.program.process)
            #expect(ProcessStatus(of: process)?.numbers("Uid") == [65534, 65534, 65534, 65534])
            let sent = try await link.play("boot-ok")
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.diagrams.contains("completed: active on compute1"))
            #expect(try await link.read(file).packets == sent)
        }
    }

    @Test(arguments: [(["SUDO_USER": "nobody"], []), ([:], ["--user", "nobody"])] as [([String: String], [String])])
    func `gives its rights up for good once the interfaces are open`(
        environment: [String: String], arguments: [String]
    ) async throws {
        try await VirtualLink.run { link in
            let (novatrace, file) = (try copy(in: link), link.path("bus.pcap"))
            let capture = try await LinkCapture.start(
                on: link, ["-w", file] + arguments, program: novatrace, environment: environment)
            let process = try #require(await capture.program.process)
            for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task") {
                let status = try #require(ProcessStatus(of: Int(thread) ?? 0))
                #expect(status.numbers("Uid") == [65534, 65534, 65534, 65534])
                #expect(status.numbers("Gid") == [65534, 65534, 65534, 65534])
                #expect(status.numbers("Groups") == [65534])
                for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] as [Substring] { #expect(status.mask(set) == 0) }
            }
            let sent = try await link.play("boot-ok")
            let result = try await capture.stop()
            #expect(result.status == 0, "\(result.errors)")
            #expect(try await link.read(file).packets == sent)
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.ownerAccountID] as? Int == 65534)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `keeps its rights where root is asked for`() async throws {
        try await VirtualLink.run { link in
            let capture = try await LinkCapture.start(
                on: link, ["--user", "root"], environment: ["SUDO_USER": "nobody"])
            let process = try #require(await capture.program.process)
            let status = try #require(ProcessStatus(of: process))
            #expect(status.numbers("Uid") == [0, 0, 0, 0] && status.mask("CapEff") != 0)
            #expect(try await capture.stop().status == 0)
        }
    }

    @Test func `is refused where its options make no sense, in one sentence`() async throws {
        try await VirtualLink.run { link in
            let cases: [(arguments: [String], status: Int, sentence: String)] = [
                (["-i", "eth77"], 66, "novatrace: there is no interface eth77; interfaces are bus0, "),
                (["--filter", "host"], 64, "novatrace: the filter 'host' is not understood"),
                (["--filter", "tcp and prot 5"], 64, "at 'prot' (syntax error"),
                (["--user", "no-such-user"], 64, "novatrace: there is no user no-such-user\n"),
                (["--snaplen", "10"], 64, "--snaplen is between 68 and 262144 bytes, not 10"),
                (["--buffer", "0"], 64, "--buffer is between 1 and 1024 MiB, not 0"),
                (["--count", "0"], 64, "--count is at least 1, not 0"),
                (["--for", "soon"], 64, "soon"),
                (["--for", "0s"], 64, "0s"),
                (["--port", "0"], 64, "--port is between 1 and 65535, not 0"),
                (["--port", "65536"], 64, "65536"),
                (["--format", "yaml"], 64, "unknown format 'yaml'; formats are text, markdown, "),
                (["-C", "5"], 64, "need a file to write: -w FILE"),
                (["-w", link.path("x"), "-W", "5"], 64, "--file-count needs --file-size"),
                (["-w", link.path("none/x")], 74, "cannot be created: its folder does not exist"),
                (["-w", "/proc"], 74, "novatrace: /proc is a directory"),
                (["-i", "bus0", "-i", "bus0"], 64, "--interface bus0 is given twice"),
                (["-i", "any", "-i", "bus0"], 64, "--interface any is all of them, and stands alone"),
            ]
            for (arguments, status, sentence) in cases {
                let onInterface = arguments.contains("-i") ? [] : ["-i", "bus0"]
                let result = try await link.run(
                    ["timeout", "5", ExternalProgram.novatrace.location, "capture"] + onInterface + arguments)
                #expect(result.status == status, "\(arguments): \(result.errors)")
                #expect(result.errors.contains(sentence), "\(arguments): \(result.errors)")
                #expect(result.output.isEmpty)
            }
            #expect(!FileManager.default.fileExists(atPath: link.path("x")))
        }
    }
}
