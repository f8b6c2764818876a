import CGzipStream
import Glibc

/// A machine that reads a capture file, a device or a pipe, decompressed, in large pieces, and hands out what comes next
/// without copying it.
///
/// What comes next always lies in one piece: what was handed out stays where it is until more is asked for.
struct CaptureStream: ~Copyable {
    private let stream: OpaquePointer
    private var isOwner = true
    /// What the first bytes say that it is, before it is decompressed.
    let format: CaptureFormat
    private var memory: UnsafeMutableRawPointer
    private var capacity = Self.size
    /// What was read and not yet passed over.
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    /// Whether reading failed: compressed data that end too early or are damaged.
    private(set) var hasFailed = false

    /// Measured: beyond this size reading gets no faster, and many files may be open at once.
    private static let size = 128 << 10

    private init(_ stream: OpaquePointer, _ format: CaptureFormat) {
        self.stream = stream
        self.format = format
        memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        memory.deallocate()
        if isOwner { novatrace_stream_close(stream) }
    }

    // MARK: Reading

    /// Has the next `count` bytes read; fewer at the end, or where reading fails.
    ///
    /// - Returns: how many there are, at most `count`.
    @inline(__always)
    mutating func need(_ count: Int) -> Int {
        end - start >= count ? count : fill(count)
    }

    /// The room grows as the bytes come, not as they are announced.
    private mutating func fill(_ count: Int) -> Int {
        if capacity - start < count, start > 0 {
            memory.copyMemory(from: memory + start, byteCount: end - start)
            (start, end) = (0, end - start)
        }
        while end - start < count, !isAtEnd {
            if end == capacity { grow() }
            let got = novatrace_stream_read(stream, memory + end, capacity - end)
            isAtEnd = got <= 0
            hasFailed = got < 0
            end += max(0, got)
        }
        return min(count, end - start)
    }

    private mutating func grow() {
        let larger = UnsafeMutableRawPointer.allocate(byteCount: 2 * capacity, alignment: 16)
        larger.copyMemory(from: memory, byteCount: end)
        memory.deallocate()
        (memory, capacity) = (larger, 2 * capacity)
    }

    /// The bytes from `offset` on, of those that there are; they stay until more are asked for.
    @inline(__always)
    func bytes(at offset: Int, count: Int) -> UnsafeRawBufferPointer {
        precondition(offset >= 0 && count >= 0 && count <= end - start - offset)
        return UnsafeRawBufferPointer(start: memory + start + offset, count: count)
    }

    /// Passes over bytes that there are.
    @inline(__always)
    mutating func skip(_ count: Int) {
        precondition(count >= 0 && count <= end - start)
        start += count
    }

    /// All from here on as a stream of stdio, for libpcap; nothing may be read here any more. `nil` where memory is short.
    mutating func handOver() -> UnsafeMutablePointer<FILE>? {
        guard let file = novatrace_stream_file(stream, memory + start, end - start) else { return nil }
        isOwner = false
        return file
    }

    // MARK: Opening

    /// Whether opening `path` once more gives the same bytes: not so for standard input and other pipes.
    static func isRepeatable(_ path: String) -> Bool {
        var status = stat()
        return path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Opens `path`; `-` is standard input.
    static func open(_ path: String) throws(CaptureError) -> CaptureStream {
        let descriptor = path == "-" ? dup(STDIN_FILENO) : Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        var status = stat()
        let isDirectory = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        guard !isDirectory else {
            close(descriptor)
            throw unreadable(path, EISDIR)
        }
        guard let head = readHead(descriptor) else {
            let error = errno
            close(descriptor)
            throw unreadable(path, error)
        }
        let format = CaptureFormat(head: head)
        guard let stream = novatrace_stream_open(descriptor, head, head.count, format == .gzip) else {
            close(descriptor)
            throw unreadable(path, ENOMEM)
        }
        return CaptureStream(stream, format)
    }

    private static func readHead(_ descriptor: Int32) -> [UInt8]? {
        var head = [UInt8](repeating: 0, count: CaptureFormat.headLength)
        var count = 0
        while count < head.count {
            let got = head.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if got < 0, errno == EINTR { continue }
            if got < 0 { return nil }
            if got == 0 { break }
            count += got
        }
        return Array(head[..<count])
    }

    private static func unreadable(_ path: String, _ error: Int32) -> CaptureError {
        let title = CaptureError.title(path)
        let sentence =
            switch error {
            case ENOENT, ENOTDIR: "\(title) does not exist"
            case EISDIR: "\(title) is a directory, not a capture file"
            case EACCES, EPERM: "\(title) may not be read by this user"
            case EMFILE, ENFILE: "\(title) cannot be opened: too many files are open at once"
            default: "\(title) cannot be read"
            }
        return CaptureError(.unreadable, path: path, sentence, cause: String(cString: strerror(error)))
    }
}
