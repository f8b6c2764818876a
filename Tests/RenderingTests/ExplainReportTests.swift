import Foundation
import Testing
import Trace

@testable import Rendering

@Suite struct `Explained` {
    private func explained(
        _ trace: BusTrace, _ options: DiagramOptions, selection: [OperationID]? = nil,
        advice: @escaping (Trace.Operation) -> [Advice] = { _ in [] }
    ) -> String {
        rendered { sink in
            ExplainReport(
                trace, operations: trace.operationsToTell(selection), options: options, advice: advice
            ).write(to: sink)
        }
    }

    private static func advice(_ operation: Trace.Operation) -> [Advice] {
        operation.outcome == .completed
            ? []
            : [
                Advice(
                    "why it gave the build up: the log of nova-compute on compute2",
                    command: "grep \(operation.requestID ?? "") /var/log/nova/nova-compute.log"),
                Advice(
                    "the server's console: /var/lib/nova/instances/\(operation.instances[0])/console.log on compute2"),
            ]
    }

    @Test(arguments: [80, 120, 40])
    func `a wait for an event`(width: Int) throws {
        try expectGolden(
            "explain-event-\(width).txt",
            explained(Boots.waitsForEvent(), DiagramOptions(width: width), advice: Self.advice))
    }

    @Test func `in ASCII, by the clock`() throws {
        try expectGolden(
            "explain-event-ascii.txt",
            explained(
                Boots.waitsForEvent(), DiagramOptions(width: 80) { ($0.ascii, $0.time) = (true, .clock) },
                advice: Self.advice))
    }

    @Test func `hosts that were tried`() throws {
        try expectGolden("explain-retries-80.txt", explained(Boots.retriesExhausted(), DiagramOptions(width: 80)))
    }

    @Test func `many instances of one request: a count, then each verdict once`() throws {
        let text = explained(Boots.twenty(), DiagramOptions(width: 80), advice: Self.advice)
        #expect(text.contains("\n18 completed, 1 failed, 1 stuck\n"))
        try expectGolden("explain-twenty-80.txt", text)
    }

    @Test(arguments: [40, 61, 80, 200], [false, true])
    func `no line is wider than asked for, none ends in a space, and ASCII is ASCII`(width: Int, ascii: Bool) {
        let options = DiagramOptions(width: width) { $0.ascii = ascii }
        for trace in [Boots.waitsForEvent(), Boots.retriesExhausted(), Boots.twenty(), Boots.stuck(), Boots.troubled()]
        {
            for line in explained(trace, options, advice: Self.advice).split(separator: "\n") {
                #expect(DisplayWidth.of(String(line)) <= width, "\(line)")
                #expect(!line.hasSuffix(" "))
                if ascii { #expect(line.utf8.allSatisfy { $0 < 0x80 }) }
            }
        }
    }

    @Test func `nothing is cut: every word of the verdict and of the advice stands there`() {
        let trace = Boots.waitsForEvent()
        let text = explained(trace, DiagramOptions(width: 44), advice: Self.advice).filter { !$0.isWhitespace }
        for sentence in [trace.operations[0].verdict, Self.advice(trace.operations[0])[1].text] {
            #expect(text.contains(sentence.filter { !$0.isWhitespace }))
        }
    }

    @Test func `control characters never reach the terminal`() {
        var trace = Boots.waitsForEvent()
        trace.operations[0].verdict = "stuck\u{1B}[31m\u{202E}"
        trace.operations[0].diagnosis?.evidence[0].text = "a\u{7}b\nc"
        let text = explained(trace, DiagramOptions(width: 80)) { _ in [Advice("x\u{1B}", command: "y\u{9B}z")] }
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || (0x7F...0x9F).contains($0.value) })
        #expect(!text.contains("\u{202E}"))
    }

    @Test func `an answer that could not be drawn is marked in the diagram, once`() throws {
        let waits = diagram(of: Boots.waitsForEvent(), DiagramOptions(width: 120))
        #expect(waits.components(separatedBy: "waits for network-vif-plugged").count == 2)
        try expectGolden("standstill-120.txt", waits)
        var refused = Boots.noValidHost()
        var diagnosis = Diagnosis(.noValidHost)
        diagnosis.message = 1
        refused.operations[0].diagnosis = diagnosis
        #expect(diagram(of: refused) == diagram(of: Boots.noValidHost()), "said by the arrow already")
    }

    @Test func `packets that follow each other are a range`() {
        #expect(runs(of: [812, 815, 813, 814, 901]) == "812-815, 901")
        #expect(runs(of: [3, 4, 9]) == "3, 4, 9")
    }

    @Test func `the diagnosis in JSON`() throws {
        let text = rendered { TraceJSON(Boots.waitsForEvent()).write(.document, to: $0) }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let operation = try #require((object["operations"] as? [[String: Any]])?.first)
        let diagnosis = try #require(operation["diagnosis"] as? [String: Any])
        #expect(diagnosis["cause"] as? String == "missing_event")
        #expect(diagnosis["participant"] as? String == "p3" && diagnosis["host"] as? String == "compute1")
        #expect(diagnosis["awaited"] as? String == "network-vif-plugged")
        let evidence = try #require(diagnosis["evidence"] as? [[String: Any]])
        #expect(evidence.map { $0["missing"] as? Bool } == [nil, true])
        #expect((evidence[0]["message"] as? String)?.hasPrefix("m") == true && evidence[0]["at"] != nil)
        #expect((diagnosis["reschedules"] as? [Any])?.isEmpty == true)
    }
}

@Suite struct `Nothing to explain has its own plain answer` {
    private func connection(oneSided: Bool = false) -> Connection {
        var connection = Connection(id: 0, client: "a:1", server: "b:5672", protocolName: "AMQP 0-9-1")
        connection.oneSided = oneSided
        return connection
    }

    private func trace(packets: Int = 10, _ connections: [Connection] = []) -> BusTrace {
        var trace = BusTrace()
        trace.capture.sources = [CaptureSource(path: "x", linkType: "EN10MB")]
        trace.capture.sources[0].packets = packets
        trace.capture.connections = connections
        return trace
    }

    @Test func `by what the capture holds instead`() {
        var tls = trace()
        tls.capture.otherProtocols = ["TLS": 3]
        var opaque = trace([connection()])
        opaque.messages = [Message(id: 0, kind: .opaque, exchange: "orders", routingKey: "new", bytes: 9)]
        var foreign = opaque
        foreign.messages[0].kind = .call
        var background = foreign
        background.messages[0].amqp?.exchange = "nova"
        var other = Boots.completed()
        other.operations[0].kind = Operation.Kind(rawValue: "delete")
        for (trace, words) in [
            (trace(packets: 0), "no packets"), (trace(), "no AMQP in 10 packets"), (tls, "only TLS"),
            (trace([connection(oneSided: true)]), "one direction"), (trace([connection()]), "not one message"),
            (opaque, "not oslo.messaging's"), (foreign, "none of nova's services"),
            (background, "before the server is created"), (other, "1 other operation"),
        ] {
            #expect(trace.noBootSentence.hasPrefix("no boot found: "))
            #expect(trace.noBootSentence.contains(words), "\(trace.noBootSentence)")
            #expect(!trace.noBootSentence.hasSuffix("."))
        }
    }
}
