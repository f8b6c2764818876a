import Capture
import Glibc

/// A machine that passes questions on to the helper and its answers back, on a thread of its own, until it is told to
/// end or the helper is gone.
struct LookupWorker: ~Copyable, Sendable {
    private let exchange: LookupExchange
    private let helper: HelperProcess
    private var questions = OpenQuestions()
    /// The request that the helper has not worked off; there is never more than one, which the socket always has room for.
    private var request: [Question] = []
    private var found: Set<Question> = []
    private var lines = LineSplitter(longest: LookupLimits.answer)
    private var buffer = [UInt8](repeating: 0, count: LookupLimits.answer)

    init(_ exchange: LookupExchange, _ helper: consuming HelperProcess) {
        self.exchange = exchange
        self.helper = helper
    }

    /// Works until there is nothing left to do; then the helper is ended.
    consuming func run() {
        let exchange = exchange
        work()
        _ = consume self
        exchange.end()
    }

    private mutating func work() {
        while true {
            guard let asked = exchange.takeQuestions() else { return }
            let now = ContinuousClock.now
            let dropped = asked.count { !questions.add($0, at: now) }
            if dropped > 0 { exchange.count(dropped: dropped) }
            guard sendRequest(at: now), !wait(since: now) || readAnswers() else {
                return exchange.lose(questions: questions.count)
            }
        }
    }

    private mutating func sendRequest(at now: ContinuousClock.Instant) -> Bool {
        guard request.isEmpty else { return true }
        request = questions.take(at: now)
        if !request.isEmpty { exchange.count(waitingSince: now) }
        return request.isEmpty || writeAll(helper.connection, LookupLine.request(request))
    }

    /// Waits for something to do.
    ///
    /// - Returns: whether the helper has answered or ended.
    private func wait(since now: ContinuousClock.Instant) -> Bool {
        var events = [
            pollfd(fd: exchange.wakeup, events: Int16(POLLIN), revents: 0),
            pollfd(fd: helper.connection, events: Int16(POLLIN), revents: 0),
        ]
        var timeout: Int32 = -1
        if request.isEmpty, let next = questions.next {
            let (seconds, attoseconds) = max(next - now, .zero).components
            timeout = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        }
        return poll(&events, 2, timeout) > 0 && events[1].revents != 0
    }

    /// Takes in what the helper has said; `false` when it has ended or says what it must not.
    private mutating func readAnswers() -> Bool {
        let count = readSome(helper.connection, into: &buffer)
        guard count > 0 else { return false }
        var answers: [LookupLine.Answer?] = []
        lines.receive(buffer[..<count]) { answers.append($0.flatMap(LookupLine.answer)) }
        return answers.allSatisfy { $0.map { take($0) } ?? false }
    }

    private mutating func take(_ answer: LookupLine.Answer) -> Bool {
        switch answer {
        case .process(let index, let process):
            guard request.indices.contains(index), found.insert(request[index]).inserted else { return false }
            exchange.answer(
                LookupAnswer(client: request[index].client, server: request[index].server, process: process))
        case .done(let unreadable):
            guard !request.isEmpty else { return false }
            let givenUp = questions.close(request, found: found, at: .now)
            exchange.count(givenUp: givenUp, unreadable: unreadable)
            exchange.count(waitingSince: nil)
            request = []
            found = []
        case .refused: return false
        }
        return true
    }
}

/// Starts the thread of a lookup.
enum LookupThread {
    /// Carries a worker over to its thread.
    private final class Parcel {
        private var worker: LookupWorker?

        init(_ worker: consuming LookupWorker) { self.worker = consume worker }

        func take() -> LookupWorker? { worker.take() }
    }

    /// Runs `worker` to its end on a thread that takes no signals: those are for the threads that wait for them, and the
    /// end of the helper is seen where it is written to.
    static func start(_ worker: consuming LookupWorker) throws(LookupError) {
        let parcel = Unmanaged.passRetained(Parcel(worker))
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                if let worker = Unmanaged<Parcel>.fromOpaque(argument).takeRetainedValue().take() { worker.run() }
                return nil
            }, parcel.toOpaque())
        guard code == 0 else {
            parcel.release()
            throw LookupError(SystemFailure(number: code))
        }
        pthread_detach(thread)
    }
}
