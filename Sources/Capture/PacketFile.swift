import Glibc
import Trace

/// A machine that reads the packets of one capture file as they stand in it: pcap by libpcap, pcapng by `PcapngReader`.
struct PacketFile {
    private let pcap: PcapHandle?
    private let pcapng: PcapngReader?

    /// Opens `path`; `-` is standard input.
    init(_ path: String) throws(CaptureError) {
        var stream = try CaptureStream.open(path)
        let title = CaptureError.title(path)
        switch stream.format {
        case .empty:
            throw CaptureError(.notACapture, path: path, "\(title) is empty")
        case .foreign(let name, let advice):
            throw CaptureError(.notACapture, path: path, "\(title) is \(name): \(advice)")
        case .capture, .gzip, .unknown:
            break
        }
        var cause = ""
        if stream.firstOctet() == UInt8(truncatingIfNeeded: PcapngFormat.Block.sectionHeader) {
            pcapng = stream.hand { PcapngReader($0, $1, error: &cause) }
            pcap = nil
            if pcapng != nil { return }
        } else {
            pcapng = nil
            pcap = stream.hand { PcapHandle($0, $1, error: &cause) }
            if pcap != nil { return }
        }
        let sentence =
            stream.format == .capture
            ? "\(title) is a capture file without a whole header" : "\(title) is neither a pcap nor a pcapng file"
        throw CaptureError(.notACapture, path: path, sentence, cause: cause)
    }

    /// Reads the next packet; it stays where it is until the next call.
    func read() -> PcapHandle.Next {
        pcapng?.read() ?? pcap?.read() ?? .end
    }

    /// When the packet was captured.
    var time: Timestamp { pcapng?.time ?? pcap?.time ?? Timestamp(nanoseconds: 0) }
    /// Of the packet; before the first one is read, of the first interface.
    var linkType: LinkType { pcapng?.linkType ?? pcap?.linkType ?? LinkType(rawValue: 0) }
    /// The interface that the packet was captured on, by its place in the file; 0 where the file knows of one.
    var interface: Int { pcapng?.interface ?? 0 }
    /// Bytes that the packet had on the wire.
    var wireLength: Int { pcapng?.wireLength ?? pcap?.wireLength ?? 0 }
    /// Bytes captured of the packet.
    var capturedLength: Int { pcapng?.capturedLength ?? pcap?.capturedLength ?? 0 }
    /// Whether what lies below failed, as compressed data that end too early or are damaged.
    var hasStreamError: Bool { pcapng?.hasStreamError ?? pcap?.hasStreamError ?? false }
    /// Packets that the file says were lost; `nil` where it says nothing.
    var dropped: Int? { pcapng?.dropped }
    /// Sections begun: files may have been put one behind the other.
    var sections: Int { pcapng?.sections ?? 1 }

    /// Hands on the comments on the first section of the file, once.
    func takeComments() -> [String] { pcapng?.takeComments() ?? [] }

    /// Hands on the captured bytes of the packet.
    @inline(__always)
    func withBytes(_ body: (RawSpan) -> Void) {
        if let pcapng { pcapng.withBytes(body) } else { pcap?.withBytes(body) }
    }
}
