import Bytes
import Foundation
import Network
import Protocols
import TestSupport
import Testing
import Trace

@testable import Capture

/// Per direction of each connection, the AMQP methods in order, as `class.method`.
typealias MethodSequences = [String: [String]]

@Suite struct `AMQP methods are those that tshark sees` {
    /// tshark 4.0 loses methods in two known ways; with them stated, every other method must be the same.
    ///
    /// - A stream that begins inside a frame: tshark takes the first byte of the first packet for a frame and never
    ///   finds its way back, so such a direction is compared from its end: tshark's methods must be a suffix of ours
    ///   or none at all.
    /// - A frame above 1 MiB is cut there; the recordings hold none.
    @Test(arguments: Recording.all)
    func `in the same order in each direction of each connection`(recording: Recording) async throws {
        guard let tshark = ExternalProgram.installed("tshark") else {
            #expect(!ExternalProgram.mustBeInstalled, "tshark is not installed")
            print("skipped: tshark is not installed")
            return
        }
        let ours = try methods(in: recording)
        let theirs = try await methods(in: recording, by: tshark)
        #expect(Set(theirs.keys).isSubset(of: Set(ours.keys)))
        for (direction, methods) in ours.sorted(by: { $0.key < $1.key }) {
            let seen = theirs[direction] ?? []
            if seen != methods {
                #expect(
                    methods.suffix(seen.count) == seen[...],
                    "\(direction): ours \(methods.prefix(6))…, tshark's \(seen.prefix(6))…")
            }
        }
        let lost = ours.values.map(\.count).reduce(0, +) - theirs.values.map(\.count).reduce(0, +)
        #expect(lost >= 0)
        #expect(lost * 100 <= ours.values.map(\.count).reduce(0, +), "tshark lost \(lost)")
    }

    private func methods(in recording: Recording) throws -> MethodSequences {
        let files = try CaptureFiles(paths: [recording.path])
        var decoder = PacketDecoder()
        var table = TCPConnectionTable()
        var streams: [Int: (ProtocolStream, TCPEndpoints)] = [:]
        var sequences: MethodSequences = [:]
        while try files.nextPacket({ header, bytes in
            decoder.decode(
                bytes, linkType: header.linkType.rawValue, wireLength: header.wireLength, at: header.stamp
            ) { segment, payload in
                table.receive(segment, payload: payload, at: header.stamp) { event, bytes in
                    Self.follow(event, bytes, &streams, &sequences)
                }
            }
        }) {}
        table.finish { event, bytes in Self.follow(event, bytes, &streams, &sequences) }
        return sequences
    }

    private static func follow(
        _ event: borrowing StreamEvent, _ bytes: RawSpan, _ streams: inout [Int: (ProtocolStream, TCPEndpoints)],
        _ sequences: inout MethodSequences
    ) {
        if case .opened(let ends) = event.kind {
            streams[event.connection] = (
                ProtocolStream(
                    StreamOpening(
                        firstPort: ends.first.port, secondPort: ends.second.port, sawHandshake: ends.sawHandshake)),
                ends
            )
        }
        guard event.kind == .bytes, let ends = streams[event.connection]?.1 else { return }
        let isForward = event.side == .first
        let name = isForward ? "\(ends.first.port) → \(ends.second.port)" : "\(ends.second.port) → \(ends.first.port)"
        streams[event.connection]?.0.receive(bytes, from: isForward ? .first : .second, at: event.stamp) { event, _ in
            switch event {
            case .amqp(.method(let method)): sequences[name, default: []].append(method.method.id.description)
            case .amqp(.begun(let content)):
                sequences[name, default: []].append(Method(content.value.method).id.description)
            default: break
            }
        }
    }

    private func methods(in recording: Recording, by tshark: ExternalProgram) async throws -> MethodSequences {
        let result = try await tshark.run([
            "-r", recording.path, "-Y", "amqp.method.method", "-T", "fields", "-e", "tcp.srcport", "-e", "tcp.dstport",
            "-e", "amqp.method.class", "-e", "amqp.method.method",
        ])
        var sequences: MethodSequences = [:]
        for line in result.output.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            let classes = fields[2].split(separator: ",")
            let methods = fields[3].split(separator: ",")
            for (classID, methodID) in zip(classes, methods) {
                sequences["\(fields[0]) → \(fields[1])", default: []].append("\(classID).\(methodID)")
            }
        }
        return sequences
    }
}
