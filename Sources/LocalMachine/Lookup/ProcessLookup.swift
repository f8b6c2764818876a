package import Capture
import Glibc
import Synchronization

/// A value: the process that a connection's client is.
package struct LookupAnswer: Hashable, Sendable {
    /// Both ends of the connection, as they were asked for.
    package let client: String
    package let server: String
    package let process: LocalProcess
}

/// A value: what became of the questions so far.
package struct LookupStatistics: Hashable, Sendable {
    package var asked = 0
    package var answered = 0
    /// Those whose socket no process was seen to have.
    package var givenUp = 0
    /// Those that were no ends of a TCP connection, or too many, or came when the helper was gone; and answers that
    /// nobody collected.
    package var dropped = 0
    /// Processes that could not be looked at in the last scan.
    package var unreadable = 0
    /// Whether the helper has ended without being told to; nothing is answered any more.
    package var isLost = false
    /// Since when the helper has a request that it has not worked off.
    package var waitingSince: ContinuousClock.Instant?

    package init() {}
}

/// A machine that finds the processes of this machine's connections, in the background, with a helper process.
///
/// The helper keeps the rights to look at all processes that this process has when it starts it, and may give up
/// afterwards. No method waits, but `close` for a moment.
package final class ProcessLookup: Sendable {
    private let exchange: LookupExchange
    /// The pid of the helper.
    package let helper: Int32
    /// The helper until the thread is started that speaks with it.
    private let process: Mutex<HelperProcess?>

    /// Starts the helper: this program once more, with the command `process-table`.
    ///
    /// - Parameters:
    ///   - user: who the helper goes on as; `nil` for who this process is.
    ///   - isSandboxed: whether the helper can make only the system calls that it needs.
    package convenience init(as user: UnprivilegedUser? = nil, isSandboxed: Bool = true) throws(LookupError) {
        try self.init(executable: "/proc/self/exe", as: user, isSandboxed: isSandboxed)
    }

    /// Starts `executable` as the helper.
    package init(
        executable: String, as user: UnprivilegedUser? = nil, isSandboxed: Bool = true
    ) throws(LookupError) {
        var arguments = ["novatrace", "process-table"]
        if let user { arguments += ["--user-id", "\(user.user)", "--group-id", "\(user.group)"] }
        if !isSandboxed { arguments.append("--no-sandbox") }
        do throws(SystemFailure) {
            exchange = try LookupExchange()
            let helper = try HelperProcess(executable, arguments: arguments)
            self.helper = helper.pid
            process = Mutex(consume helper)
        } catch {
            throw LookupError(error)
        }
    }

    deinit { close() }

    /// Starts the thread that speaks with the helper, which the first question does otherwise. A process that gives up
    /// rights does that before, as threads have rights of their own.
    package func start() {
        guard let helper = process.withLock({ $0.take() }) else { return }
        do {
            try LookupThread.start(LookupWorker(exchange, helper))
        } catch {
            exchange.lose(questions: 0)
            exchange.end()
        }
    }

    /// Asks what process the client of each connection is; the ends are given as `address:port`, IPv6 in brackets.
    ///
    /// A socket that is not found at once is looked for again for about three seconds.
    package func ask(_ connections: [(client: String, server: String)]) {
        start()
        exchange.ask(connections)
    }

    /// The answers that have come since this was asked the last time.
    package func answers() -> [LookupAnswer] { exchange.takeAnswers() }

    package var statistics: LookupStatistics { exchange.statistics }

    /// Ends the helper, and waits a moment until it has.
    package func close() {
        let isStarted = process.withLock { $0.take() == nil }
        exchange.close()
        for _ in 0..<LookupLimits.endingSteps where isStarted && !exchange.hasEnded { usleep(1000) }
    }
}

/// What the caller and the thread that speaks with the helper share.
final class LookupExchange: Sendable {
    private struct State {
        var asked: [Question] = []
        var answers: [LookupAnswer] = []
        var statistics = LookupStatistics()
        var isClosing = false
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let bell: SocketEnds

    /// Becomes readable when there is something to do.
    var wakeup: Int32 { bell.near }

    init() throws(SystemFailure) {
        bell = try SocketEnds()
        // A bell that rings already need not ring twice.
        for end in [bell.near, bell.far] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }

    // MARK: The caller's side

    func ask(_ connections: [(client: String, server: String)]) {
        guard !connections.isEmpty else { return }
        state.withLock { state in
            state.statistics.asked += connections.count
            for (client, server) in connections {
                guard !state.statistics.isLost, !state.isClosing, state.asked.count < LookupLimits.questions,
                    let question = Question(client: client, server: server)
                else {
                    state.statistics.dropped += 1
                    continue
                }
                state.asked.append(question)
            }
        }
        ring()
    }

    func takeAnswers() -> [LookupAnswer] {
        state.withLock { state in
            defer { state.answers.removeAll() }
            return state.answers
        }
    }

    /// Whether the helper was ended.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    var statistics: LookupStatistics { state.withLock { $0.statistics } }

    func close() {
        state.withLock { $0.isClosing = true }
        ring()
    }

    private func ring() {
        var byte: UInt8 = 0
        _ = Glibc.write(bell.far, &byte, 1)
    }

    // MARK: The thread's side

    /// What was asked since the last time; `nil` when it is to end.
    func takeQuestions() -> [Question]? {
        var bytes = [UInt8](repeating: 0, count: 256)
        while readSome(bell.near, into: &bytes) == bytes.count {}
        return state.withLock { state in
            defer { state.asked.removeAll() }
            return state.isClosing ? nil : state.asked
        }
    }

    func answer(_ answer: LookupAnswer) {
        state.withLock { state in
            guard state.answers.count < LookupLimits.answers else {
                state.statistics.dropped += 1
                return
            }
            state.answers.append(answer)
            state.statistics.answered += 1
        }
    }

    func count(dropped: Int = 0, givenUp: Int = 0, unreadable: Int? = nil) {
        state.withLock { state in
            state.statistics.dropped += dropped
            state.statistics.givenUp += givenUp
            state.statistics.unreadable = unreadable ?? state.statistics.unreadable
        }
    }

    func count(waitingSince moment: ContinuousClock.Instant?) {
        state.withLock { $0.statistics.waitingSince = moment }
    }

    func end() { state.withLock { $0.hasEnded = true } }

    /// Nothing more will be answered; `questions` are still open.
    func lose(questions: Int) {
        state.withLock { state in
            state.statistics.isLost = true
            state.statistics.dropped += state.asked.count + questions
            state.asked.removeAll()
        }
    }
}
