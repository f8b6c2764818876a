import Glibc

/// A machine that runs a function on a thread of its own.
package final class WorkerThread: @unchecked Sendable {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var thread = pthread_t()

    /// - Throws: when the system has no thread for it, as for a user who has as many processes as allowed.
    package init(_ run: @escaping @Sendable () -> Void) throws(CaptureError) {
        let body = Unmanaged.passRetained(Body(run))
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard result == 0 else {
            body.release()
            throw CaptureError(
                .notPermitted, path: "", "the system has no thread left for this user",
                cause: String(cString: strerror(result)))
        }
    }

    /// Waits for the function to return; to be called once.
    package func join() {
        pthread_join(thread, nil)
    }
}
