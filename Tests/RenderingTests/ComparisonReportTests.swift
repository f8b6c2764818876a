import Comparison
import Foundation
import Operations
import Testing
import Trace

@testable import Rendering

@Suite struct `A comparison` {
    private func compared(_ good: BusTrace, _ bad: BusTrace) throws -> OperationComparison {
        OperationComparison(
            good: ComparedSide(try #require(good.operations.first), in: good, includesBackground: true),
            bad: ComparedSide(try #require(bad.operations.first), in: bad, includesBackground: true))
    }

    private let good = ComparisonSource(path: "good 虚\u{1B}[31m.pcap", reason: "the only boot")
    private let bad = ComparisonSource(path: "\u{202E}bad.pcap", reason: "the first of 2 boots")

    private func text(_ comparison: OperationComparison, _ options: DiagramOptions) -> String {
        var bytes: [UInt8] = []
        ComparisonReport(comparison, good: good, bad: bad, options: options).write { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func json(_ comparison: OperationComparison) -> [UInt8] {
        var bytes: [UInt8] = []
        ComparisonJSON(comparison, good: good, bad: bad).write { bytes += $0 }
        return bytes
    }

    /// Any trace, with steps of a workflow as its operation might have taken them.
    private func trace(_ seed: UInt64) -> BusTrace {
        var trace = randomTrace(seed)
        let operation = trace.operations[0]
        let statuses: [Step.Status] = [.done, .failed, .pending, .skipped]
        trace.operations[0].steps = (0..<5).map { index in
            let status = statuses[Int(seed >> UInt64(index)) % 4]
            let first = operation.messages.dropFirst(index).first
            return Step(
                name: "步骤 \(index)\u{7}", status: status, messages: first.map { [$0] } ?? [],
                at: status == .done ? first.flatMap { trace.messages[$0].at } : nil)
        }
        return trace
    }

    @Test(arguments: 0..<30) func `of any two keeps to its width and its characters`(seed: Int) throws {
        let comparison = try compared(trace(UInt64(seed)), trace(UInt64(seed * 7 + 3)))
        for width in [40, 80, 121] {
            let options = DiagramOptions(width: width) {
                $0.expand = seed % 3 == 0
                $0.time = DiagramOptions.TimeStyle.allCases[seed % 3]
            }
            let text = text(comparison, options)
            #expect(lines(text).filter { DisplayWidth.of(String($0)) > width } == [])
            #expect(lines(text).allSatisfy { $0.last != " " })
            #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
            #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .format })
            var colored = options
            colored.color = true
            #expect(withoutColors(self.text(comparison, colored)) == text)
            var ascii = options
            ascii.ascii = true
            let plain = self.text(comparison, ascii)
            #expect(plain.utf8.allSatisfy { $0 == 0x0A || ($0 >= 0x20 && $0 < 0x7F) })
            #expect(lines(plain).filter { $0.count > width } == [])
        }
    }

    @Test(arguments: 0..<60) func `of any two counts every message once`(seed: Int) throws {
        let (one, other) = (trace(UInt64(seed)), trace(UInt64(seed * 7 + 3)))
        let comparison = try compared(one, other)
        for (side, path) in [(comparison.good, \LinePair.good), (comparison.bad, \LinePair.bad)] {
            let told = comparison.lines.compactMap { $0[keyPath: path] }.flatMap(\.messages)
            #expect(told.sorted() == side.lines.flatMap(\.messages).sorted())
            #expect(Set(told).count == told.count)
        }
        let document = try JSONSerialization.jsonObject(with: Data(json(comparison))) as? [String: Any]
        #expect((document?["lines"] as? [Any])?.count == comparison.lines.count)
        #expect(document?["agree"] as? Bool == comparison.agrees)
    }

    @Test(arguments: 0..<60) func `of any two is mirrored when they are exchanged`(seed: Int) throws {
        let (one, other) = (trace(UInt64(seed)), trace(UInt64(seed * 7 + 3)))
        let (there, back) = (try compared(one, other), try compared(other, one))
        #expect(there.agrees == back.agrees)
        #expect(there.missing == back.extra)
        #expect(there.extra == back.missing)
        let count = { (comparison: OperationComparison, standing: Standing) in
            comparison.lines.filter { $0.standing == standing }.reduce(0) { $0 + ($1.line?.count ?? 0) }
        }
        #expect(count(there, .slower) == count(back, .faster))
        #expect(count(there, .moved) == count(back, .moved))
        #expect(count(there, .unknown) == count(back, .unknown))
    }

    @Test(arguments: 0..<60) func `of any operation with itself agrees`(seed: Int) throws {
        let trace = trace(UInt64(seed))
        let comparison = try compared(trace, trace)
        #expect(comparison.agrees)
        #expect(text(comparison, DiagramOptions()).hasPrefix("they agree"))
    }

    @Test func `says of lost packets that it was not seen, never that it was not sent`() throws {
        let whole = Boots.completed()
        var lossy = Boots.noValidHost()
        lossy.operations[0].outcome = .unknown
        for id in lossy.capture.connections.indices { lossy.capture.connections[id].gaps = 2 }
        let text = text(try compared(whole, lossy), DiagramOptions())
        #expect(text.contains("BAD was not seen to "))
        #expect(!text.contains("never"))
        #expect(text.contains("note: BAD: the capture has"))
    }
}
