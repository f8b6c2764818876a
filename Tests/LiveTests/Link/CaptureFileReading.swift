import Foundation
import TestSupport

extension VirtualLink {
    /// What tools make of a capture file that novatrace wrote.
    struct Reading {
        /// Packets that tcpdump and Wireshark's capinfos find, the same number.
        let packets: Int
    }

    /// Reads a capture file with every tool; throws where one of them finds it damaged.
    func read(_ file: String) async throws -> Reading {
        let tcpdump = try await run(["tcpdump", "-nn", "-r", file])
        let capinfos = try await run(["capinfos", "-r", "-M", "-c", file])
        guard tcpdump.status == 0, capinfos.status == 0 else {
            throw BusFailure("\(file) is not whole: \(tcpdump.errors)\(capinfos.errors)")
        }
        let count = tcpdump.output.split(separator: "\n").count
        guard capinfos.output.split(whereSeparator: \.isWhitespace).last.flatMap({ Int($0) }) == count else {
            throw BusFailure("\(file) has \(count) packets for tcpdump: \(capinfos.output)")
        }
        _ = try await export(file)
        return Reading(packets: count)
    }
}
