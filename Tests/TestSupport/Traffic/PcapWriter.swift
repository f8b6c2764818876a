import Glibc

/// A machine that writes a pcap file (microseconds, little-endian, Ethernet) through a buffer of fixed size.
package struct PcapWriter: ~Copyable {
    /// A value: the file cannot be written, with what the system said.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var failure: Failure?
    /// Bytes of the file so far.
    package private(set) var bytes = 0
    package private(set) var packets = 0
    private static let bufferSize = 1 << 20

    /// Creates the file, or empties it.
    package init(path: String) throws(Failure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failed("cannot create \(path)") }
        buffer.reserveCapacity(Self.bufferSize + (1 << 17))
        buffer = [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]
        bytes = buffer.count
    }

    deinit {
        close(descriptor)
    }

    /// Writes one packet made of headers and a payload.
    package mutating func write(at microseconds: UInt64, _ headers: [UInt8], _ payload: ArraySlice<UInt8>) {
        let length = UInt32(headers.count + payload.count)
        append(UInt32(microseconds / 1_000_000))
        append(UInt32(microseconds % 1_000_000))
        append(length)
        append(length)
        buffer.append(contentsOf: headers)
        buffer.append(contentsOf: payload)
        bytes += 16 + Int(length)
        packets += 1
        if buffer.count >= Self.bufferSize { flush() }
    }

    /// Writes what is left in the buffer; says here, once, if any of the file could not be written.
    package mutating func finish() throws(Failure) {
        flush()
        if let failure { throw failure }
    }

    private mutating func append(_ value: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] { buffer.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    private mutating func flush() {
        var start = 0
        while start < buffer.count, failure == nil {
            let count = buffer.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: start), $0.count - start)
            }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { failure = Self.failed("cannot write the capture") }
            start += max(0, count)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func failed(_ what: String) -> Failure {
        Failure(description: "\(what): \(String(cString: strerror(errno)))")
    }
}
