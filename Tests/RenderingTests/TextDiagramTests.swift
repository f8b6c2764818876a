import Testing
import Trace

@testable import Rendering

/// SplitMix64: the same traces in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A small trace of anything that can happen, with names that no cloud should have.
func randomTrace(_ seed: UInt64) -> BusTrace {
    var random = SeededGenerator(state: seed)
    let names = [
        "nova-api", "nova-conductor", "nova-compute", "虚拟机", "a\u{1B}[2Jb", "🚀", "q\u{202E}evil", "neutron-server",
        "a-service-with-a-name-that-is-quite-a-bit-longer-than-anybody-would-like",
    ]
    let count = Int.random(in: 1...9, using: &random)
    var boot = TraceBuilder(
        services: (0..<count).map { _ in
            (names.randomElement(using: &random) ?? "", ["host1", "host2", nil].randomElement(using: &random) ?? nil)
        })
    let methods = [
        "ping", "Instance.save", "выполнить_всё", "e\u{301}\nx", String(repeating: "long_method_", count: 14),
    ]
    let failures: [RemoteFailure?] = [
        nil, nil, RemoteFailure(className: "Boom", module: nil, message: String(repeating: "why \u{7} ", count: 30)),
    ]
    for step in 0..<Int.random(in: 0...25, using: &random) {
        let from = ParticipantID(Int.random(in: 0..<count, using: &random))
        let to = ParticipantID(Int.random(in: 0..<count, using: &random))
        let method = methods.randomElement(using: &random) ?? "x"
        let at = Double(step) * Double.random(in: 0...0.9, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1, 2:
            let failure = failures.randomElement(using: &random) ?? nil
            boot.call(
                method, from: from, to: to, at: at, latency: Double.random(in: 0...3, using: &random),
                outcome: failure == nil ? .ok : .error, failure: failure)
        case 3: boot.call(method, from: from, to: nil, at: at, latency: nil, outcome: .unanswered)
        case 4: boot.send(.cast, method, from: Bool.random(using: &random) ? from : nil, to: [to], at: at)
        case 5:
            boot.send(
                .fanout, method, from: from, to: stride(from: 0, to: count, by: 2).map { ParticipantID($0) }, at: at)
        case 6: boot.send(.notification, method, from: from, to: [], at: at) { $0.isBackground = true }
        default: boot.send(.cast, method, from: from, to: [], at: at) { $0.detail = "{\"a\": \"\(method)\"}" }
        }
    }
    return boot.finish(name: "vm 虚\u{1B}", outcome: .stuck, verdict: "nobody knows \u{200B} why")
}

func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

func withoutColors(_ text: String) -> String {
    var (result, inCode) = ("", false)
    for scalar in text.unicodeScalars {
        if scalar == "\u{1B}" { inCode = true }
        if !inCode { result.unicodeScalars.append(scalar) }
        if scalar == "m" { inCode = false }
    }
    return result
}

@Suite struct `Text diagrams` {
    @Test(arguments: 0..<60) func `of any trace keep to their width and their characters`(seed: Int) {
        let trace = randomTrace(UInt64(seed))
        for width in [60, 80, 121, 200] {
            let options = DiagramOptions(width: width) {
                $0.expand = seed % 3 == 0
                $0.showsBackground = seed % 2 == 0
                $0.detail = seed % 5 == 0 ? .args : .none
                $0.time = DiagramOptions.TimeStyle.allCases[seed % 3]
            }
            let text = diagram(of: trace, options)
            #expect(lines(text).allSatisfy { DisplayWidth.of(String($0)) <= width })
            #expect(lines(text).allSatisfy { $0.last != " " })
            #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
            #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .format })
            #expect(text == diagram(of: trace, options))
            var colored = options
            colored.color = true
            #expect(withoutColors(diagram(of: trace, colored)) == text)
            var ascii = options
            ascii.ascii = true
            let plain = diagram(of: trace, ascii)
            #expect(plain.utf8.allSatisfy { $0 == 0x0A || ($0 >= 0x20 && $0 < 0x7F) })
            #expect(lines(plain).allSatisfy { $0.count <= width })
        }
    }

    @Test(arguments: 0..<120) func `of any trace show or count every message`(seed: Int) {
        let trace = randomTrace(UInt64(seed))
        let model = model(of: trace)
        let counts = model.header.counts
        #expect(model.arrows.reduce(0) { $0 + $1.messages.count } == counts.messages)
        #expect(Set(model.arrows.flatMap(\.messages)).count == counts.messages)
        #expect(counts.messages + counts.hidden == trace.messages.count)
        let text = diagram(of: trace, DiagramOptions(width: 1000))
        for arrow in model.arrows {
            #expect(text.contains(ArrowText(arrow, glyphs: .unicode).label.string))
        }
    }

    @Test func `nothing at all is a header`() {
        var empty = TraceBuilder(services: [])
        let text = diagram(of: empty.finish(outcome: .unknown, verdict: "nothing seen"))
        #expect(text.hasPrefix("boot  vm-ok"))
        #expect(text.contains("unknown: nothing seen · 0 messages\n"))
    }

    @Test(arguments: [40, 41, 60, 80, 120, 400]) func `one lane, and a message to itself`(width: Int) {
        var one = TraceBuilder(services: [("nova-conductor", nil)])
        one.call("Instance.save", from: 0, to: 0, at: 0, latency: 0.1)
        let text = diagram(of: one.finish(outcome: .completed, verdict: "ok"), DiagramOptions(width: width))
        #expect(text.contains("├──╮ Instance.save"))
        #expect(text.contains("│◀─╯"))
        #expect(text.contains("├╌╌╮ 100 ms"))
    }

    @Test(arguments: [40, 60, 80, 120, 200, 400]) func `two hundred lanes fit, and each is named`(width: Int) {
        var many = TraceBuilder(services: (0..<200).map { ("service-\($0)", nil) })
        for lane in 0..<200 {
            let to = ParticipantID((lane * 7 + 1) % 200)
            many.send(.cast, "ping", from: ParticipantID(lane), to: [to], at: Double(lane) / 100)
        }
        let text = diagram(of: many.finish(outcome: .completed, verdict: "ok"), DiagramOptions(width: width))
        #expect(lines(text).allSatisfy { DisplayWidth.of(String($0)) <= width })
        let squeezed = text.filter { !$0.isWhitespace }
        #expect((0..<200).allSatisfy { squeezed.contains("service-\($0)") })
    }

    @Test func `forty hosts of a service share a lane that says so`() throws {
        var boot = TraceBuilder(
            services: [("nova-conductor", nil)] + (1...40).map { ("nova-compute", "compute\($0)") })
        let hosts = (1...40).map { ParticipantID($0) }
        for host in hosts { boot.send(.cast, "build", from: 0, to: [host], at: Double(host.index) / 100) }
        boot.send(.fanout, "update_aggregates", from: 0, to: hosts, at: 1)
        let text = diagram(of: boot.finish(outcome: .completed, verdict: "ok"), DiagramOptions(width: 80))
        try expectGolden("forty-hosts-80.txt", text)
    }

    @Test func `a label wider than the terminal wraps and is whole`() {
        let method = String(repeating: "very_long_method_name_", count: 12)
        var boot = Boots.builder()
        boot.send(.cast, method, from: 0, to: [1], at: 0)
        let text = diagram(of: boot.finish(outcome: .completed, verdict: "ok"), DiagramOptions(width: 60))
        #expect(text.filter { !$0.isWhitespace && $0 != "│" }.contains(method))
    }

    @Test func `an operation that is still open says where the capture ends`() {
        #expect(diagram(of: Boots.stuck()).contains("the capture ends here"))
    }

    @Test(arguments: 60...140) func `an arrow that leads nowhere touches no lane`(width: Int) {
        var boot = Boots.builder()
        boot.send(.cast, "keep", from: 0, to: [3], at: 0)
        boot.send(.fanout, "notify", from: 1, to: [], at: 1)
        boot.send(.cast, "keep", from: 2, to: [1], at: 2)
        boot.send(.cast, "come", from: nil, to: [2], at: 3)
        let text = diagram(of: boot.finish(outcome: .completed, verdict: ""), DiagramOptions(width: width))
        for line in lines(text) where line.contains("notify") { #expect(!line.contains("▷│") && !line.contains("│◁")) }
        for line in lines(text) where line.contains("come") { #expect(!line.contains("│?") && !line.contains("?│")) }
    }

    @Test func `everything that can go wrong with a message`() throws {
        try expectGolden("marks-100.txt", diagram(of: Boots.troubled(), DiagramOptions(width: 100)))
        try expectGolden(
            "marks-detail-120.txt",
            diagram(
                of: Boots.troubled(),
                DiagramOptions(width: 120) {
                    $0.detail = .args
                    $0.time = .delta
                }))
    }

    @Test func `time grows with the messages and no faster`() {
        func cost(_ count: Int) -> Double {
            var boot = Boots.builder()
            for index in 0..<count {
                boot.send(.cast, "m\(index % 7)", from: ParticipantID(index % 3), to: [3], at: Double(index))
            }
            let trace = boot.finish(outcome: .completed, verdict: "ok")
            let clock = ContinuousClock()
            let elapsed = clock.measure { #expect(diagram(of: trace).utf8.count > count * 40) }
            return Double(elapsed.components.attoseconds) / 1e18 + Double(elapsed.components.seconds)
        }
        _ = cost(1000)
        let (small, large) = (cost(2000), cost(20_000))
        #expect(large < small * 30, "\(small) s for 2,000 messages, \(large) s for 20,000")
    }
}
