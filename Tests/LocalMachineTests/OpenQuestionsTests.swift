import Testing

@testable import LocalMachine

/// The machine behind a reference, so that expectations can move it.
private final class Questions {
    private var questions = OpenQuestions()

    var next: ContinuousClock.Instant? { questions.next }
    var count: Int { questions.count }

    func add(_ question: Question, at now: ContinuousClock.Instant) -> Bool { questions.add(question, at: now) }

    func take(at now: ContinuousClock.Instant) -> [Question] { questions.take(at: now) }

    func close(_ asked: [Question], found: Set<Question>, at now: ContinuousClock.Instant) -> Int {
        questions.close(asked, found: found, at: now)
    }
}

@Suite struct `Questions are asked again a few times, and not too often` {
    private let start = ContinuousClock.now

    private func question(_ port: Int) throws -> Question {
        try #require(Question(client: "192.0.2.1:\(port)", server: "192.0.2.2:5672"))
    }

    @Test func `the first at once, then each later than the one before, then no more`() throws {
        let questions = Questions()
        let asked = try question(1)
        #expect(questions.add(asked, at: start))
        var scans: [Duration] = []
        while let next = questions.next {
            #expect(questions.take(at: next - .nanoseconds(1)).isEmpty)
            #expect(questions.take(at: next) == [asked])
            scans.append(next - start)
            try #require(scans.count < 10)
            #expect(questions.close([asked], found: [], at: next) == (scans.count == 4 ? 1 : 0))
        }
        #expect(scans == [.zero, .milliseconds(250), .milliseconds(750), .milliseconds(2750)])
        #expect(questions.count == 0)
    }

    @Test func `one that is answered is not asked again, and may be asked anew`() throws {
        let questions = Questions()
        let asked = try question(1)
        _ = questions.add(asked, at: start)
        #expect(questions.take(at: start) == [asked])
        #expect(questions.close([asked], found: [asked], at: start) == 0)
        #expect(questions.next == nil)
        _ = questions.add(asked, at: start + .seconds(1))
        #expect(questions.take(at: start + .seconds(1)) == [asked])
    }

    @Test func `one that is open is not asked twice`() throws {
        let questions = Questions()
        for _ in 0..<3 { #expect(questions.add(try question(1), at: start)) }
        #expect(questions.take(at: start).count == 1)
    }

    @Test func `a storm of reconnects costs four scans a second, and no more than is kept`() throws {
        let questions = Questions()
        var added = 0
        for port in 1...2000 where questions.add(try question(port), at: start) { added += 1 }
        #expect(added == LookupLimits.questions)
        var scans = 0
        for millisecond in 0..<1000 {
            let now = start + .milliseconds(millisecond)
            let asked = questions.take(at: now)
            guard !asked.isEmpty else { continue }
            scans += 1
            #expect(asked.count <= LookupLimits.batch)
            #expect(questions.close(asked, found: Set(asked), at: now) == 0)
        }
        #expect(scans == 4)
        #expect(questions.count == 0)
    }

    @Test func `one is made of two ends of a connection only`() {
        #expect(Question(client: "somewhere", server: "192.0.2.2:5672") == nil)
        #expect(Question(client: "192.0.2.2:5672", server: "192.0.2.2") == nil)
        #expect(Question(client: "192.0.2.2:5672\nfind", server: "192.0.2.2:1") == nil)
    }
}
