import Diagnosis
import Pipeline
import TestSupport
import Trace

@testable import Capture

extension PacketPlayer {
    /// What is said when the capture ends at each of these times, which ascend.
    func traces(endingAt times: [Timestamp]) -> [BusTrace] {
        var pipeline = TracePipeline()
        var source = CaptureSource(path: "test", linkType: "EN10MB")
        source.first = packets.first?.stamp.time
        var next = 0
        return times.map { end in
            while next < packets.count, packets[next].stamp.time <= end {
                let packet = packets[next]
                pipeline.receive(
                    packet.bytes.span.bytes,
                    header: PacketHeader(
                        stamp: packet.stamp, linkType: packet.linkType,
                        wireLength: packet.wireLength ?? packet.bytes.count))
                source.packets += 1
                source.last = packet.stamp.time
                next += 1
            }
            var ended = pipeline
            var builder = TraceBuilder()
            let (capture, naming) = ended.finish([source], []) { builder.add($0) }
            return builder.trace(capture: capture, naming: naming)
        }
    }

    /// `count` times evenly spread over the capture, the last its end.
    func cuts(_ count: Int) -> [Timestamp] {
        guard let first = packets.first?.stamp.time, let last = packets.last?.stamp.time else { return [] }
        return (1...count).map { first + (last - first) / Int64(count) * Int64($0) }
    }
}

extension BusTrace {
    /// The trace as if no background message had passed, its operations found anew.
    func withoutBackground() -> BusTrace {
        var trace = self
        trace.messages = []
        var places: [MessageID: MessageID] = [:]
        for message in messages where !message.isBackground {
            var copy = message
            copy.id = MessageID(trace.messages.count)
            places[message.id] = copy.id
            copy.operation = nil
            trace.messages.append(copy)
        }
        for index in trace.calls.indices {
            trace.calls[index].request = calls[index].request.flatMap { places[$0] }
            trace.calls[index].reply = calls[index].reply.flatMap { places[$0] }
        }
        trace.operations = trace.judgedOperations()
        return trace
    }

    /// Who took from a queue last is told by background traffic as well, on purpose.
    private static func isOfOperation(_ evidence: String) -> Bool { !evidence.contains("to take anything from") }

    /// What is said of each operation, without what numbers messages have.
    var verdicts: [String] {
        operations.map { operation in
            let diagnosis = operation.diagnosis
            let parts: [String?] = [
                operation.kind.rawValue, operation.requestID, operation.instances.first, operation.outcome.rawValue,
                operation.verdict, diagnosis?.cause.rawValue, diagnosis?.step, diagnosis?.service, diagnosis?.host,
                diagnosis?.awaited, diagnosis?.evidence.map(\.text).filter(Self.isOfOperation).joined(separator: "; "),
                operation.steps.map { "\($0.name) \($0.status)" }.joined(separator: ", "),
            ]
            return parts.map { $0 ?? "-" }.joined(separator: " | ")
        }
    }
}
