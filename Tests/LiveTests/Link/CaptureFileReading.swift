import Foundation
import TestSupport

extension VirtualLink {
    /// What tools make of a capture file that novatrace wrote.
    struct Reading {
        /// Packets that tcpdump and tshark find, the same number; complaints of either are failures.
        let packets: Int
        /// What `novatrace export --format json` says of it.
        let trace: [UInt8]
    }

    /// Reads a capture file with every tool; throws where one of them finds it damaged.
    func read(_ file: String) async throws -> Reading {
        let tcpdump = try await run(["tcpdump", "-nn", "-r", file])
        let tshark = try await run(["tshark", "-n", "-r", file, "-T", "fields", "-e", "frame.number"])
        let complaints = [tcpdump, tshark].map(\.errors).joined(separator: "\n").split(separator: "\n").filter {
            !$0.hasPrefix("reading from file") && !$0.hasPrefix("Warning: interface")
                && !$0.hasPrefix("Running as user")
        }
        guard tcpdump.status == 0, tshark.status == 0, complaints.isEmpty else {
            throw BusFailure("\(file) is not whole: \(complaints)")
        }
        let counts = [tcpdump, tshark].map { $0.output.split(separator: "\n").count }
        guard counts[0] == counts[1] else { throw BusFailure("\(file) has \(counts) packets") }
        let export = try await run([ExternalProgram.novatrace.location, "export", "--format", "json", file])
        guard export.status == 0, export.errors.isEmpty else { throw BusFailure("export: \(export.errors)") }
        return Reading(packets: counts[0], trace: Array(export.output.utf8))
    }
}
