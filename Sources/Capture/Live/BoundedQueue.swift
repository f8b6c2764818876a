import Glibc

/// A machine that hands values from threads that must not wait to one that may.
///
/// The condition's clock is the monotonic one, so that setting the time of day does not hold anybody up.
package final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    /// What waiting has come to.
    package enum Next {
        case element(Element)
        case timeout
        /// It was closed, and everything that was in it has been taken.
        case closed
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var elements: [Element?] = []
    /// Elements before this index were taken, and are no longer held.
    private var head = 0
    private var isClosed = false
    private let limit: Int

    /// - Parameter limit: elements that it holds before it refuses more.
    package init(limit: Int) {
        self.limit = limit
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Whether the reader has taken all there was.
    package var isEmpty: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return head == elements.count
    }

    /// Adds an element; `false` when the queue is full or closed. Never waits for the reader.
    package func offer(_ element: Element) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, elements.count - head < limit else { return false }
        elements.append(element)
        pthread_cond_signal(condition)
        return true
    }

    /// Lets the reader take what is there, and nobody add more.
    package func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Takes the oldest element, waiting for one at most so many milliseconds; for ever without a limit.
    package func next(within milliseconds: Int? = nil) -> Next {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var deadline = timespec()
        if let milliseconds { deadline = Self.moment(after: milliseconds) }
        while head == elements.count, !isClosed {
            if milliseconds == nil {
                pthread_cond_wait(condition, mutex)
            } else if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                break
            }
        }
        guard head < elements.count, let element = elements[head].take() else { return isClosed ? .closed : .timeout }
        head += 1
        if head == elements.count || head >= 64 {
            elements.removeFirst(head)
            head = 0
        }
        return .element(element)
    }

    private static func moment(after milliseconds: Int) -> timespec {
        var moment = timespec()
        clock_gettime(CLOCK_MONOTONIC, &moment)
        let nanoseconds = moment.tv_nsec + milliseconds % 1000 * 1_000_000
        moment.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
        moment.tv_nsec = nanoseconds % 1_000_000_000
        return moment
    }
}
