/// A value: what the first bytes of a file say that it is.
enum CaptureFormat: Equatable {
    /// For libpcap to read, or to refuse.
    case capture
    case gzip
    /// Known, and not readable: its name, and what to do about it.
    case foreign(String, advice: String)
    case empty
    case unknown

    /// Bytes that are looked at.
    static let headLength = 16

    init(head: [UInt8]) {
        self = head.isEmpty ? .empty : Self.known.first { head.starts(with: $0.magic) }?.format ?? .unknown
    }

    private static let known: [(magic: [UInt8], format: CaptureFormat)] = [
        // pcap with microseconds, with nanoseconds, with Kuznetsov's longer record header; both byte orders; pcapng.
        ([0xA1, 0xB2, 0xC3, 0xD4], .capture), ([0xD4, 0xC3, 0xB2, 0xA1], .capture),
        ([0xA1, 0xB2, 0x3C, 0x4D], .capture), ([0x4D, 0x3C, 0xB2, 0xA1], .capture),
        ([0xA1, 0xB2, 0xCD, 0x34], .capture), ([0x34, 0xCD, 0xB2, 0xA1], .capture),
        ([0x0A, 0x0D, 0x0D, 0x0A], .capture),
        ([0x1F, 0x8B], .gzip),
        ([0x28, 0xB5, 0x2F, 0xFD], .foreign("compressed with zstd", advice: "decompress it with zstd -d")),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .foreign("compressed with xz", advice: "decompress it with xz -d")),
        ([0x04, 0x22, 0x4D, 0x18], .foreign("compressed with lz4", advice: "decompress it with lz4 -d")),
        (Array("BZh".utf8), .foreign("compressed with bzip2", advice: "decompress it with bzip2 -d")),
        (Array("PK\u{3}\u{4}".utf8), .foreign("a zip archive", advice: "unpack it with unzip")),
        (Array("snoop\0\0\0".utf8), convertible("a snoop capture")),
        (Array("GMBU".utf8), convertible("a Network Monitor capture")),
        (Array("RTSS".utf8), convertible("a Network Monitor capture")),
    ]

    private static func convertible(_ name: String) -> CaptureFormat {
        .foreign(name, advice: "convert it with editcap -F pcap")
    }
}
