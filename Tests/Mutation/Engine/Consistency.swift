import Advice
import Foundation
import Rendering
import Trace

extension BusTrace {
    /// Where the parts of a trace do not fit together.
    package var inconsistencies: [String] {
        var faults: [String] = []
        func expect(_ isTrue: Bool, _ fault: @autoclosure () -> String) { if !isTrue { faults.append(fault()) } }
        for connection in capture.connections {
            expect(
                connection.bytes == connection.bytesDecoded + connection.bytesSkipped,
                "\(connection.client) has bytes that are neither decoded nor skipped")
            expect(
                connection.bytesDecoded >= 0 && connection.bytesSkipped >= 0, "\(connection.client) has less than none")
        }
        expect(messages.map(\.id) == Array(messages.ids), "ids of messages")
        expect(calls.map(\.id) == Array(calls.ids), "ids of calls")
        for message in messages {
            expect(message.from.map(participants.contains) ?? true, "sender of \(message.id)")
            expect(message.call.map { calls.contains($0) } ?? true, "call of \(message.id)")
            expect(
                message.deliveries.allSatisfy { $0.to.map(participants.contains) ?? true },
                "receivers of \(message.id)")
        }
        for call in calls {
            expect(
                [call.request, call.reply].allSatisfy { $0.map(messages.contains) ?? true },
                "messages of call \(call.id)")
            expect(call.outcome != .ok || call.reply != nil, "call \(call.id) is answered by nothing")
        }
        for operation in operations {
            expect(operation.messages.allSatisfy(messages.contains), "messages of operation \(operation.id)")
            expect(!operation.verdict.isEmpty, "operation \(operation.id) has no verdict")
        }
        return faults
    }

    /// What is wrong with what commands write of a trace.
    package var renderingFaults: [String] {
        var faults: [String] = []
        let extract = TraceExtract(self)
        for name in ["text", "json", "markdown", "mermaid", "csv", "html"] {
            guard let format = Formats.named(name) else { continue }
            let output = Output()
            do {
                try format.renderer.render(extract) { output.bytes += $0 }
            } catch {
                if error.kind != .tooMuch && error.kind != .nothingSelected {
                    faults.append("\(name): \(error.sentence)")
                }
                continue
            }
            faults += output.faults.map { "\(name): \($0)" }
            if name == "json", (try? JSONSerialization.jsonObject(with: Data(output.bytes))) == nil {
                faults.append("json is none")
            }
        }
        let list = Output()
        OperationList(operations, virtualHosts: virtualHostsOfOperations, options: extract.options)
            .write(to: { list.bytes += $0 })
        NoteLines(troubleNotes, options: extract.options).write(to: { list.bytes += $0 })
        let advisor = Advisor(self)
        ExplainReport(self, operations: operationsToTell(nil), options: extract.options, advice: advisor.advice)
            .write(to: { list.bytes += $0 })
        faults += list.faults.map { "list: \($0)" }
        let rows = String(decoding: list.bytes, as: UTF8.self)
        for operation in operations where !rows.contains(operation.outcome.rawValue) {
            faults.append("list: \(operation.outcome) is not told")
        }
        return faults
    }
}

/// What a renderer wrote.
private final class Output {
    var bytes: [UInt8] = []

    /// What must not be in a text.
    var faults: [String] {
        var faults: [String] = []
        if bytes.contains(where: { $0 < 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 || $0 == 0x7F }) {
            faults.append("a control character")
        }
        if String(validating: bytes, as: UTF8.self) == nil { faults.append("not UTF-8") }
        return faults
    }
}
