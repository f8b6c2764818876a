import CGzipStream
import CPcap
import Glibc

/// A machine that holds an opened file as the stdio stream that libpcap reads, decompressed.
///
/// Regular files that are not compressed are read by stdio itself. Pipes and compressed files go through a stream that
/// begins with the bytes which were read to see what they are.
struct CaptureStream: ~Copyable {
    private var file: UnsafeMutablePointer<FILE>?
    private let buffer: StreamBuffer
    let format: CaptureFormat

    private init(_ file: UnsafeMutablePointer<FILE>, _ format: CaptureFormat) {
        self.file = file
        self.format = format
        buffer = StreamBuffer(for: file)
    }

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
        let isPlain = format != .gzip && lseek(descriptor, off_t(-head.count), SEEK_CUR) >= 0
        let file =
            isPlain ? fdopen(descriptor, "rb") : novatrace_stream_open(descriptor, head, head.count, format == .gzip)
        guard let file else {
            close(descriptor)
            throw unreadable(path, ENOMEM)
        }
        return CaptureStream(file, format)
    }

    deinit {
        if let file { fclose(file) }
    }

    /// Gives the stream to `body`, which owns it from then on when it returns something; the buffer must outlive it.
    mutating func hand<Owner: ~Copyable>(
        to body: (UnsafeMutablePointer<FILE>, StreamBuffer) -> Owner?
    ) -> Owner? {
        guard let file, let owner = body(file, buffer) else { return nil }
        self.file = nil
        return owner
    }

    /// The first octet of what is to be read, decompressed; it is not used up. `nil` where there is none.
    mutating func firstOctet() -> UInt8? {
        guard let file else { return nil }
        let octet = getc(file)
        return octet < 0 ? nil : UInt8(truncatingIfNeeded: ungetc(octet, file))
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

/// The memory that a stdio stream reads into; kept until the stream is closed.
///
/// Given here, since stdio takes no notice of a wanted size when it is to allocate the buffer itself (glibc, `setvbuf`).
final class StreamBuffer {
    private let memory: UnsafeMutableRawPointer
    /// Measured: beyond this size reading gets no faster, and many files may be open at once.
    private static let size = 128 << 10

    fileprivate init(for file: UnsafeMutablePointer<FILE>) {
        memory = .allocate(byteCount: Self.size, alignment: 16)
        setvbuf(file, memory.assumingMemoryBound(to: CChar.self), _IOFBF, Self.size)
    }

    deinit { memory.deallocate() }
}
