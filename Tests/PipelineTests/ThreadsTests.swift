import Capture
import Correlation
import Foundation
import TestSupport
import Testing
import Trace

@testable import Pipeline

/// Files are read by two threads where there are processors for them.
struct `Two threads` {
    /// All that is emitted of a file, in its order, and what is said at the end.
    private func emitted(of path: String, threads: Int) throws -> (lines: [String], end: String) {
        var lines: [String] = []
        let files = try CaptureFiles(paths: [path])
        let (capture, _) = try TracePipeline.run(over: files, threads: threads) { lines.append("\($0)") }
        let end: [Any] = [
            capture.sources, capture.connections, capture.anomalies, capture.network,
            capture.otherProtocols.sorted { $0.key < $1.key },
        ]
        return (lines, "\(end)")
    }

    @Test(arguments: Recording.all) func `emit the same as one, in the same order`(of recording: Recording) throws {
        let (one, two) = (try emitted(of: recording.path, threads: 1), try emitted(of: recording.path, threads: 2))
        #expect(one.lines.count >= 20)
        #expect(one.lines == two.lines)
        #expect(one.end == two.end)
    }

    @Test func `emit the same of a capture that is cut off inside a packet`() throws {
        let scratch = try Scratch()
        let bytes = try Data(contentsOf: URL(filePath: Recording.all[0].path))
        let path = try scratch.write("cut.pcap", [UInt8](bytes.prefix(2_000_001)))
        let (one, two) = (try emitted(of: path, threads: 1), try emitted(of: path, threads: 2))
        #expect(one.end.contains("captureDamaged"))
        #expect(one.lines == two.lines)
        #expect(one.end == two.end)
    }

    @Test func `pass on what one packet says however much it is`() throws {
        let batch = StreamBatch()
        let bytes = [UInt8](0...255)
        for connection in 0..<5000 {
            batch.append(.unwanted(tcp: connection), bytes.span.bytes.extracting(0..<connection % 256))
            if connection == 2999 || connection == 4999 { batch.endPacket() }
        }
        #expect(batch.isFull)
        for _ in 0..<2 {
            var (seen, packets): ([Int], [Int]) = ([], [])
            batch.empty { output, bytes, isLast in
                guard case .unwanted(let connection) = output else { return }
                #expect(bytes.byteCount == connection % 256)
                seen.append(connection)
                if isLast { packets.append(seen.count) }
            }
            #expect(packets == (seen.isEmpty ? [] : [3000, 5000]))
            #expect(seen == (seen.isEmpty ? [] : Array(0..<5000)))
            #expect(batch.count == 0)
        }
    }
}
