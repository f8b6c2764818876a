import Foundation
import TestSupport
import Testing
import Trace

@testable import Rendering

@Suite struct `The layout of drawings` {
    /// A bus on which everybody talks to everybody.
    static func crowd(lanes: Int, messages: Int, seed: UInt64) -> BusTrace {
        var bus = TraceBuilder(services: (0..<lanes).map { ("nova-compute", "host-with-a-name-\($0)") })
        var random = SeededGenerator(state: seed)
        for number in 0..<messages {
            let from = ParticipantID(Int.random(in: 0..<lanes, using: &random))
            let to = ParticipantID(Int.random(in: 0..<lanes, using: &random))
            let title = String(repeating: "method_", count: Int.random(in: 1...12, using: &random)) + "\(number)"
            let at = Double(number) * 0.3
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bus.send(.fanout, title, from: from, to: [to, from, 0], at: at)
            case 1: bus.send(.cast, title, from: from, to: [], at: at) { $0.amqp?.routingKey = title }
            case 2: bus.send(.notification, title, from: from, to: [], at: at) { $0.priority = "ERROR" }
            case 3: bus.send(.cast, title, from: nil, to: [to], at: at)
            default:
                let latency = Double.random(in: 0.001...2, using: &random)
                let id = bus.call(title, from: from, to: to, at: at, latency: latency)
                if number % 9 == 0 { bus.state("building", "task_\(number)", message: id) }
            }
        }
        return bus.finish(outcome: .running, verdict: "under way")
    }

    static let traces: [BusTrace] = [
        Boots.completed(), Boots.noValidHost(), Boots.stuck(), Boots.troubled(), crowd(lanes: 1, messages: 40, seed: 1),
        crowd(lanes: 5, messages: 120, seed: 2), crowd(lanes: 14, messages: 400, seed: 3),
        crowd(lanes: 200, messages: 300, seed: 4),
    ]

    private struct Box {
        let text: PlacedText
        var top: Double { text.y - text.style.font.size * 0.78 }
        var bottom: Double { text.y + text.style.font.size * 0.22 }

        func meets(_ other: Box) -> Bool {
            top < other.bottom && other.top < bottom && text.span.overlaps(other.text.span)
        }
    }

    @Test(arguments: traces.indices) func `no two texts overlap, none leaves the drawing`(index: Int) throws {
        let options = DiagramOptions(width: 120) {
            $0.showsBackground = true
            $0.detail = .args
        }
        let drawing = try drawing(of: Self.traces[index], options)
        var texts = drawing.header.texts + drawing.footer.texts + drawing.bands.flatMap(\.texts)
        texts += drawing.rows.flatMap { $0.texts + [$0.time].compactMap { $0 } }
        let boxes = texts.map(Box.init).sorted { $0.top < $1.top }
        for (place, box) in boxes.enumerated() {
            #expect(box.text.span.lowerBound >= 0, "\(box.text.text)")
            #expect(box.text.span.upperBound <= Double(drawing.width), "\(box.text.text)")
            #expect(box.bottom <= Double(drawing.height), "\(box.text.text)")
            for other in boxes[(place + 1)...].prefix(while: { $0.top < box.bottom }) where box.meets(other) {
                Issue.record("\(box.text.text) at \(box.text.y) overlaps \(other.text.text) at \(other.text.y)")
            }
        }
    }

    @Test(arguments: traces.indices) func `rows follow one another and hold their texts and marks`(index: Int) throws {
        let drawing = try drawing(of: Self.traces[index])
        for (above, row) in zip(drawing.rows, drawing.rows.dropFirst()) { #expect(row.top == above.bottom) }
        for row in drawing.rows {
            #expect(row.y >= row.top && row.y <= row.bottom)
            for text in row.texts { #expect(text.y > row.top && text.y <= row.bottom, "\(text.text)") }
        }
        #expect(drawing.rows.last.map { $0.bottom <= drawing.lanesBottom } ?? true)
    }

    @Test func `an arrow that nobody took ends before the lane with a cross`() throws {
        let drawing = try drawing(of: Boots.stuck())
        let lane = try #require(drawing.diagram.lanes.firstIndex { $0.title == "compute.compute3" })
        let crosses = drawing.rows.flatMap(\.shapes).compactMap { shape -> Double? in
            if case .cross(let x, _) = shape { x } else { nil }
        }
        #expect(crosses.contains { $0 > drawing.columns.lanes[lane - 1] && $0 < drawing.columns.lanes[lane] - 10 })
    }

    @Test func `a service is active from taking a call to its answer`() throws {
        var boot = Boots.builder()
        boot.call("outer", from: Boots.api, to: Boots.conductor, at: 0, latency: 3)
        boot.call("inner", from: Boots.compute1, to: Boots.conductor, at: 1, latency: 1)
        boot.call("lost", from: Boots.api, to: Boots.scheduler, at: 4, latency: nil, outcome: .unanswered)
        let drawing = try drawing(of: boot.finish(outcome: .running, verdict: ""))
        let lines = drawing.rows.map(\.y)
        #expect(drawing.bars.map(\.depth) == [0, 1, 0])
        #expect(drawing.bars.map(\.isOpen) == [false, false, true])
        #expect(drawing.bars[0].top < lines[0] && drawing.bars[0].top > lines[0] - 5)
        #expect(drawing.bars[1].bottom > lines[2] && drawing.bars[1].bottom < lines[3])
        #expect(drawing.bars[0].bottom > lines[3] && drawing.bars[0].bottom < lines[4])
    }

    @Test func `answers that cross are told apart by when their calls were sent`() {
        var events: [SequenceEvent] = []
        func add(_ kind: Message.Kind, _ at: Nanoseconds, latency: Nanoseconds? = nil) {
            let isCall = kind == .call
            var arrow = SequenceArrow(
                kind: kind, from: isCall ? 0 : 1, to: [isCall ? 1 : 0], label: "save",
                messages: [MessageID(events.count)])
            arrow.latency = latency
            events.append(SequenceEvent(at: TraceBuilder.start + at, content: .arrow(arrow)))
        }
        add(.call, 100)
        add(.call, 200)
        add(.reply, 300, latency: 200)
        add(.reply, 400, latency: 200)
        #expect(Activations(events).ends == [0: 2, 1: 3])
    }

    @Test func `a band goes from one state to the next, the last to the end`() throws {
        let drawing = try drawing(of: Boots.completed())
        let names = drawing.bands.map { $0.texts.map(\.text).joined(separator: " ") }
        #expect(names.first == "building")
        #expect(names.last == "active · running")
        for (band, next) in zip(drawing.bands, drawing.bands.dropFirst()) { #expect(band.bottom == next.top) }
        #expect(drawing.bands.last?.bottom == drawing.lanesBottom)
        #expect(drawing.bands.last?.hue == .good)
        for band in drawing.bands { for text in band.texts { #expect(text.y < band.bottom) } }
    }

    @Test func `a refused state has a cross and no band`() throws {
        var boot = Boots.builder()
        let save = boot.call("Instance.save", from: Boots.compute1, to: Boots.conductor, at: 0, latency: 1)
        boot.state("active", nil, message: save)
        boot.states[0].confirmation = .rejected
        let drawing = try drawing(of: boot.finish(outcome: .failed, verdict: ""))
        #expect(drawing.bands.isEmpty)
        #expect(drawing.rows.contains { $0.texts.contains { $0.text == "active · rejected" } && $0.style == .failure })
    }

    @Test func `a long name is shortened at the head of its lane and whole in its title`() throws {
        let name = String(repeating: "very-long-service-name-", count: 14)
        var bus = TraceBuilder(services: [(name, nil), ("nova-conductor", nil)])
        bus.send(.cast, "ping", from: 0, to: [1], at: 0)
        let trace = bus.finish(outcome: .running, verdict: "")
        #expect(try drawing(of: trace).width < 1200)
        #expect(try SVGElements(picture(of: trace)).elements("title").contains { $0.text == name })
    }

    @Test func `what is too long to be drawn says how much is missing`() throws {
        var bus = TraceBuilder(services: [("nova-api", nil), ("nova-conductor", nil)])
        bus.send(.cast, "ping", from: 0, to: [1], at: 0) {
            $0.detail = (0..<500).map { "line \($0)" }.joined(separator: "\n")
        }
        let trace = bus.finish(outcome: .running, verdict: "")
        let text = try picture(of: trace, DiagramOptions(width: 120) { $0.detail = .full })
        #expect(try SVGElements(text).texts.contains("… 461 more lines are not drawn"))
    }
}

@Suite struct `The colours of drawings` {
    private func luminance(_ color: String) throws -> Double {
        let value = try #require(UInt32(color.dropFirst(), radix: 16))
        let channels = [16, 8, 0].map { shift -> Double in
            let part = Double(value >> UInt32(shift) & 0xFF) / 255
            return part <= 0.04045 ? part / 12.92 : pow24((part + 0.055) / 1.055)
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }

    /// To the power of 2.4, by fifth roots.
    private func pow24(_ value: Double) -> Double {
        var root = 1.0
        for _ in 0..<60 { root = (4 * root + value * value / (root * root * root * root)) / 5 }
        return value * value * root
    }

    private func contrast(_ left: String, _ right: String) throws -> Double {
        let (a, b) = (try luminance(left), try luminance(right))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    @Test(arguments: [SVGPalette.light, .dark]) func `are legible`(palette: SVGPalette) throws {
        let texts = [
            palette.ink, palette.muted, palette.answer, palette.failure, palette.warning, palette.good,
        ]
        for text in texts { #expect(try contrast(text, palette.page) >= 4.5, "\(text)") }
        for ground in [palette.heading, palette.strip] {
            #expect(try contrast(palette.ink, ground) >= 4.5)
            #expect(try contrast(palette.muted, ground) >= 4.5)
        }
        #expect(try contrast(palette.lifeline, palette.page) >= 3)
        for (name, band) in palette.namedBands {
            #expect(try contrast(palette.ink, band.ground) >= 4.5, "\(name)")
            #expect(try contrast(band.edge, palette.page) >= 3, "\(name)")
        }
        #expect(try contrast(palette.page, palette.failure) >= 3)
    }

    @Test func `are light unless a screen asks for dark ones`() throws {
        let sheet = SVGDrawing.styleSheet
        let dark = try #require(sheet.range(of: "@media screen and (prefers-color-scheme:dark){"))
        #expect(sheet[..<dark.lowerBound].contains(SVGPalette.light.page))
        #expect(!sheet[..<dark.lowerBound].contains(SVGPalette.dark.page))
        #expect(sheet[dark.upperBound...].contains(SVGPalette.dark.page))
    }
}
