import Foundation
package import Subprocess
import SystemPackage

/// A program that runs while a test goes on, and never longer.
///
/// Its process leads a group of its own, which is killed by `end()`; a program that does not read its standard input is
/// killed as well when the process of the tests ends in whatever way, since a watcher beside it then reads the end of
/// that input.
package actor BackgroundProgram {
    /// What standard input is for.
    package enum Input: Sendable {
        /// The program reads nothing.
        case none
        /// Lines that `write(_:)` gives; the program ends by itself when they end.
        case lines
    }

    private enum Order: Sendable {
        case signal(Signal)
        case write(String)
        case closeInput
    }

    /// Bytes of standard output and standard error until now.
    package private(set) var output: [UInt8] = []
    package private(set) var errors: [UInt8] = []
    /// How it ended, 128 and the signal's number after a signal; `nil` while it runs.
    package private(set) var status: Int?
    /// Its process id, once it was started.
    package private(set) var process: Int?

    private let name: String
    private let input: Input
    private let orders: AsyncStream<Order>.Continuation
    private var task: Task<Void, Never>?

    /// Starts the program at `path`.
    package static func start(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], input: Input = .none
    ) async -> BackgroundProgram {
        let (stream, orders) = AsyncStream.makeStream(of: Order.self)
        let program = BackgroundProgram(
            name: FilePath(path).lastComponent?.string ?? path, input: input, orders: orders)
        await program.run(path, arguments, environment: environment, orders: stream)
        return program
    }

    private init(name: String, input: Input, orders: AsyncStream<Order>.Continuation) {
        self.name = name
        self.input = input
        self.orders = orders
    }

    // MARK: What tests do with it

    /// Writes a line to its standard input.
    package func write(_ line: String) {
        orders.yield(.write(line + "\n"))
    }

    /// Sends it a signal.
    package func send(_ signal: Signal) {
        orders.yield(.signal(signal))
    }

    /// Waits until a line of its output or errors holds `text`, the `count`th such line.
    package func waitFor(_ text: String, count: Int = 1, within limit: Duration = .seconds(90)) async throws {
        let found = try await eventually(within: limit) {
            self.lines(holding: text) >= count || self.status != nil
        }
        guard found, lines(holding: text) >= count else {
            throw BusFailure("\(name) did not say '\(text)': \(lastWords)")
        }
    }

    /// Waits until it has ended by itself or after a signal.
    package func waitForEnd(within limit: Duration = .seconds(60)) async throws -> Int {
        guard try await eventually(within: limit, { self.status != nil }), let status else {
            throw BusFailure("\(name) did not end: \(lastWords)")
        }
        return status
    }

    /// Ends it when it still runs, and returns when nothing of it is left.
    ///
    /// One that reads its input has a moment to end by itself.
    package func end() async {
        orders.yield(.closeInput)
        if input == .lines { _ = try? await eventually(within: .seconds(3)) { self.status != nil } }
        task?.cancel()
        await task?.value
    }

    /// The end of what it said, for messages of failures.
    package var lastWords: String {
        String(decoding: (output + errors).suffix(2000), as: UTF8.self)
    }

    private func lines(holding text: String) -> Int {
        let all = String(decoding: output, as: UTF8.self) + "\n" + String(decoding: errors, as: UTF8.self)
        return all.split(separator: "\n").count { $0.contains(text) }
    }

    // MARK: Running it

    /// Becomes the program, after leaving a watcher in its group that kills the group when the input ends.
    private static let watched = """
        exec 3<&0
        (cat <&3; kill -KILL 0) >/dev/null 2>&1 &
        exec "$@" </dev/null 3<&-
        """

    private func run(
        _ path: String, _ arguments: [String], environment: [String: String], orders: AsyncStream<Order>
    ) {
        var changes: [Environment.Key: String?] = [:]
        for (name, value) in environment { changes[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(5))]
        let command =
            switch input {
            case .none: ["/bin/sh", "-c", Self.watched, "sh", path] + arguments
            case .lines: [path] + arguments
            }
        let configuration = Configuration(
            executable: .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())),
            environment: .inherit.updating(changes), platformOptions: options)
        task = Task {
            do {
                let result = try await Subprocess.run(
                    configuration, input: .inputWriter, output: .sequence, error: .sequence
                ) { execution in
                    self.process = Int(execution.processIdentifier.value)
                    try await self.attend(execution, orders)
                }
                switch result.terminationStatus {
                case .exited(let code): self.status = Int(code)
                case .signaled(let signal): self.status = 128 + Int(signal)
                }
            } catch {
                self.errors += Array("\(error)".utf8)
                self.status = self.status ?? -1
            }
        }
    }

    /// Until both of its outputs have ended.
    private nonisolated func attend(
        _ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>, _ orders: AsyncStream<Order>
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for try await buffer in execution.standardOutput { await self.took(buffer, isError: false) }
                return true
            }
            group.addTask {
                for try await buffer in execution.standardError { await self.took(buffer, isError: true) }
                return true
            }
            group.addTask {
                for await order in orders { await Self.carryOut(order, execution) }
                return false
            }
            var open = 2
            while open > 0, let isOutput = try await group.next() { open -= isOutput ? 1 : 0 }
            group.cancelAll()
        }
    }

    /// A process that has just ended takes no more orders, which is no failure.
    private static func carryOut(
        _ order: Order, _ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>
    ) async {
        switch order {
        case .signal(let signal): try? execution.send(signal: signal)
        case .write(let line): _ = try? await execution.standardInputWriter.write(line)
        case .closeInput: try? await execution.standardInputWriter.finish()
        }
    }

    private func took(_ buffer: SubprocessOutputSequence.Buffer, isError: Bool) {
        buffer.withUnsafeBytes { bytes in
            if isError { errors += bytes } else { output += bytes }
        }
    }
}

/// Why a broker, a client or a recorder of a test did not do what it should.
package struct BusFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Looks again until `condition` holds.
///
/// - Returns: `false` when it did not within `limit`.
package func eventually(
    within limit: Duration, isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return try await condition()
}
