import Glibc
import Rendering

/// The reader of a pipe is gone; what is left need not be written.
struct ClosedPipe: Error {}

/// Where messages to the person go.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Tells the person something, after the program's name.
    ///
    /// Names of files and words of others are in it: whatever no terminal should see is written visibly.
    static func say(_ sentence: String) {
        write("novatrace: \(TerminalText(sentence).string)\n")
    }

    /// Writes all of `text`, which is this program's own; if that fails there is nobody to tell.
    static func write(_ text: String) {
        write(Array(text.utf8))
    }

    static func write(_ bytes: [UInt8]) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

/// Where results go: a file descriptor that is written whole, in order.
struct ResultOutput {
    private let descriptor: Int32
    private let name: String

    static let standard = ResultOutput(descriptor: STDOUT_FILENO, name: "standard output")
    static let error = ResultOutput(descriptor: STDERR_FILENO, name: "standard error")

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// Writes all bytes.
    ///
    /// - Throws: `ClosedPipe` when nobody reads any more, `CommandFailure` when the disk is full or the like.
    func write(_ bytes: some Collection<UInt8>) throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                if errno == EPIPE { throw ClosedPipe() }
                throw CommandFailure(.outputFailed, "cannot write to \(name): \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
    }

    func write(_ text: String) throws {
        try write(text.utf8)
    }

    /// Writes what `produce` sends; after the first failure the rest is not written, and the failure is thrown.
    func collect(_ produce: (@escaping OutputSink) throws -> Void) throws {
        var failure: (any Error)?
        try withoutActuallyEscaping({ (chunk: [UInt8]) in
            guard failure == nil else { return }
            do { try write(chunk) } catch { failure = error }
        }) { sink in
            try produce(sink)
        }
        if let failure { throw failure }
    }
}
