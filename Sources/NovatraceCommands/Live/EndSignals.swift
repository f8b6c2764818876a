import Capture
import Glibc

/// A machine that waits for the signals that end a capture: Ctrl-C, SIGTERM, SIGHUP.
///
/// They are blocked in every thread and taken by one, so that nothing is ever interrupted in the middle.
final class EndSignals: Sendable {
    private static let signals = [SIGINT: "interrupted", SIGTERM: "terminated", SIGHUP: "the terminal was closed"]

    /// To be called before any thread is started, since threads inherit what is blocked.
    static func block() {
        var set = signalSet
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    private static var signalSet: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals.keys { sigaddset(&set, signal) }
        return set
    }

    /// - Parameters:
    ///   - first: what to do at the first signal, on a thread of its own; its argument says which it was.
    ///   - second: what to do at the second, which must end the process.
    init(first: @escaping @Sendable (String) -> Void, second: @escaping @Sendable () -> Never) throws {
        _ = try WorkerThread {
            var set = Self.signalSet
            var signal: Int32 = 0
            while sigwait(&set, &signal) != 0 {}
            first(Self.signals[signal] ?? "ended")
            while sigwait(&set, &signal) != 0 {}
            second()
        }
    }
}
