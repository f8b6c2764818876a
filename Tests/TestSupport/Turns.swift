/// A machine that lets only so many go on at the same time, in the order in which they came.
///
/// Tests begin all at once; programs that take a processor and hundreds of megabytes each must not.
package actor Turns {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// For browsers, and for what runs on a Java machine.
    package static let ofHeavyPrograms = Turns(2)

    package init(_ count: Int) { free = count }

    /// Waits for a turn, and gives it back when `body` is through.
    package nonisolated func take<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        await begin()
        do {
            let result = try await body()
            await end()
            return result
        } catch {
            await end()
            throw error
        }
    }

    private func begin() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func end() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
