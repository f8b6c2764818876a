import Bytes

/// A value: a connection whose client process is asked for, both ends as in `Connection` of a trace.
struct Question: Hashable, Sendable {
    let client: String
    let server: String

    /// `nil` unless both are ends of a TCP connection.
    init?(client: String, server: String) {
        guard SocketAddress(client) != nil, SocketAddress(server) != nil else { return nil }
        self.client = client
        self.server = server
    }
}

/// A machine that says what is to be asked when: each question at once, then a few times more while it has no answer,
/// and no scan sooner than a quarter of a second after the one before it.
struct OpenQuestions {
    private struct Open {
        let question: Question
        var due: ContinuousClock.Instant
        var scans = 0
    }

    private var open: [Open] = []
    private var known: Set<Question> = []
    private var nextScan: ContinuousClock.Instant?

    var count: Int { open.count }

    /// Takes in a question; `false` when there are too many. One that is open already is not asked twice.
    mutating func add(_ question: Question, at now: ContinuousClock.Instant) -> Bool {
        guard !known.contains(question) else { return true }
        guard open.count < LookupLimits.questions else { return false }
        known.insert(question)
        open.append(Open(question: question, due: now))
        return true
    }

    /// When something is to be asked next; `nil` when nothing is open.
    var next: ContinuousClock.Instant? {
        open.lazy.map(\.due).min().map { due in nextScan.map { max(due, $0) } ?? due }
    }

    /// What is to be asked in one request now, the oldest first; empty when it is not yet time.
    mutating func take(at now: ContinuousClock.Instant) -> [Question] {
        guard let next, next <= now else { return [] }
        nextScan = now + LookupLimits.betweenScans
        return open.lazy.filter { $0.due <= now }.prefix(LookupLimits.batch).map(\.question)
    }

    /// A request has been worked off: those that were found are closed, the others are asked again later or given up.
    ///
    /// - Returns: how many were given up.
    mutating func close(_ asked: [Question], found: Set<Question>, at now: ContinuousClock.Instant) -> Int {
        let asked = Set(asked)
        var isGivenUp: Set<Question> = []
        for index in open.indices where asked.contains(open[index].question) && !found.contains(open[index].question) {
            if open[index].scans < LookupLimits.retries.count {
                open[index].due = now + LookupLimits.retries[open[index].scans]
                open[index].scans += 1
            } else {
                isGivenUp.insert(open[index].question)
            }
        }
        open.removeAll { found.contains($0.question) || isGivenUp.contains($0.question) }
        known.subtract(found)
        known.subtract(isGivenUp)
        return isGivenUp.count
    }
}
