import Testing
import Trace

@testable import Rendering

@Suite struct `Text tables` {
    private var operations: [Trace.Operation] {
        var (boot, stuck) = (Boots.completed().operations[0], Boots.stuck().operations[0])
        stuck.instanceName = "虚拟机-\u{1B}-machine-of-the-third-department"
        stuck.requestID = nil
        boot.instances.append("another")
        return [boot, stuck]
    }

    @Test(arguments: [60, 80, 120, 160]) func `list one operation a line`(width: Int) throws {
        let text = rendered { OperationList(operations, options: DiagramOptions(width: width)).write(to: $0) }
        #expect(lines(text).allSatisfy { DisplayWidth.of(String($0)) <= width && $0.last != " " })
        // Beside a name the request tells as much, and takes the last place.
        #expect(text.contains(width < 80 ? "req-c63d2dd6" : "17:08:29"))
        if width >= 120 { #expect(text.contains("2672332b")) }
        try expectGolden("list-\(width).txt", text)
    }

    @Test(arguments: 40..<60) func `leave columns out where a terminal is narrow`(width: Int) {
        var options = DiagramOptions(width: width)
        let list = rendered { OperationList(operations, options: options).write(to: $0) }
        #expect(lines(list).allSatisfy { DisplayWidth.of(String($0)) <= width })
        #expect(list.contains("17:08:29"))
        options.width = 80
        let slowest = MethodStatistics(method: "Instance.save", kind: .call, count: 1_000_000)
        var table = [slowest]
        (table[0].p50, table[0].p95) = (.milliseconds(123_456), .milliseconds(123_456))
        (table[0].p99, table[0].max) = (.milliseconds(123_456), .milliseconds(123_456))
        let methods = rendered { StatisticsTable(table, options: options).write(to: $0) }
        #expect(lines(methods).allSatisfy { DisplayWidth.of(String($0)) <= 80 })
        #expect(methods.contains("max") && methods.contains("unanswered"))
    }

    @Test func `say what there was no room for`() {
        let narrow = rendered { OperationList(operations, options: DiagramOptions(width: 60)).write(to: $0) }
        #expect(narrow.contains("no room for: ") && narrow.contains("duration"))
        let wide = rendered { OperationList(operations, options: DiagramOptions(width: 200)).write(to: $0) }
        #expect(!wide.contains("no room for"))
    }

    @Test func `tell of packets that could not be read once`() {
        var capture = CaptureSummary()
        (capture.network.packets, capture.network.cut) = (525, 525)
        capture.network.undecoded = [.init(name: "VXLAN", packets: 525, mayCarryTCP: true, defects: 525)]
        #expect(capture.networkNotes == ["525 packets cut by the capture inside the headers in VXLAN: not read"])
        capture.network.undecoded.append(.init(name: "EtherType 0xffff in VXLAN", packets: 1, mayCarryTCP: true))
        #expect(capture.networkNotes.first == "1 packet of EtherType 0xffff in VXLAN was not read")
    }

    @Test func `list one method a line`() throws {
        var save = MethodStatistics(method: "Instance.save", kind: .call, count: 1204)
        (save.p50, save.p95, save.p99, save.max) = (
            .milliseconds(16), .milliseconds(91), .milliseconds(340), .milliseconds(1239)
        )
        save.failures = 2
        var ping = MethodStatistics(method: "ping", kind: .call, count: 10)
        ping.unanswered = 10
        let cast = MethodStatistics(method: "build_and_run_instance", kind: .cast, count: 20)
        let methods = [save, cast, ping]
        try expectGolden(
            "stats.txt", rendered { StatisticsTable(methods, options: DiagramOptions(width: 100)).write(to: $0) })
        let narrow = rendered {
            StatisticsTable(methods, options: DiagramOptions(width: 80) { $0.ascii = true }).write(to: $0)
        }
        #expect(lines(narrow).allSatisfy { $0.utf8.count <= 80 })
    }

    @Test func `more than ten operations without a boot are a list and how to select`() {
        var trace = Boots.completed()
        trace.operations[0].kind = .other
        trace.operations = (0..<11).map { _ in trace.operations[0] }
        func report(_ selection: [OperationID]?) -> String {
            rendered { TextReport(trace, operations: selection).write(to: $0) }
        }
        #expect(report(nil).contains("--instance"))
        #expect(!report(nil).contains("├"))
        #expect(report([3]).contains("├"))
        trace.operations.removeLast()
        #expect(report(nil).contains("├"))
        trace.operations[4].kind = .boot
        #expect(report(nil).split(separator: "\n").count { $0.contains("├─ schedule_and_build_instances") } == 1)
        trace.operations = []
        #expect(report(nil).contains("no operation found"))
    }

    @Test func `a report says what could not be read`() {
        var trace = Boots.stuck()
        trace.capture.otherProtocols = ["TLS": 3]
        trace.capture.sources[0].kernelDropped = 7
        (trace.capture.anomalyCount, trace.capture.unreadCount) = (12, 1)
        let text = rendered { CaptureReport(trace).write(to: $0) }
        for words in [
            "3 connections of TLS not read", "the kernel dropped 7 packets", "1 frame or message could", "2 gaps",
        ] {
            #expect(text.contains(words))
        }
    }

    @Test func `formats are found by name and by file`() throws {
        #expect(Set(Formats.all.map(\.name)).count == Formats.all.count)
        #expect(Set(Formats.all.flatMap(\.fileExtensions)).count == Formats.all.flatMap(\.fileExtensions).count)
        #expect(Formats.named("JSON")?.name == "json")
        #expect(Formats.forFile("a.b/report.ndjson")?.name == "jsonl")
        #expect(Formats.forFile("a.b/report") == nil)
        for format in Formats.all where !format.isBinary {
            let text = try rendered { try format.renderer.render(TraceExtract(Boots.completed()), to: $0) }
            #expect(text.utf8.last == 10 && text.contains("select_destinations"), "\(format.name)")
        }
    }
}
