import CPcap
import Glibc
import Trace

/// A machine that owns a libpcap handle for reading a file, and closes it.
final class PcapHandle {
    private let handle: OpaquePointer
    /// Times of a pcap file are seconds of 32 bits without sign, which libpcap widens as if they had one.
    private let hasShortTimes: Bool
    /// The packet that was read, where libpcap puts it; pointers that stay spare a check of exclusive access each.
    private let place = Place()

    private struct Place {
        let header = UnsafeMutablePointer<UnsafeMutablePointer<pcap_pkthdr>?>.allocate(capacity: 1)
        let data = UnsafeMutablePointer<UnsafePointer<UInt8>?>.allocate(capacity: 1)

        init() {
            header.initialize(to: nil)
            data.initialize(to: nil)
        }

        func free() {
            header.deallocate()
            data.deallocate()
        }
    }

    private var header: UnsafeMutablePointer<pcap_pkthdr>? { place.header.pointee }
    private var data: UnsafePointer<UInt8>? { place.data.pointee }

    /// Takes over `file`, whose times are read with nanoseconds; closes it where it cannot be read.
    init?(_ file: UnsafeMutablePointer<FILE>, error: inout String) {
        var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard let handle = pcap_fopen_offline_with_tstamp_precision(file, UInt32(PCAP_TSTAMP_PRECISION_NANO), &text)
        else {
            error = Self.text(text)
            fclose(file)
            place.free()
            return nil
        }
        self.handle = handle
        hasShortTimes = pcap_major_version(handle) == 2
    }

    deinit {
        pcap_close(handle)
        place.free()
    }

    var linkType: LinkType { LinkType(rawValue: pcap_datalink(handle)) }

    /// Whether the stream below libpcap failed, and with what: compressed data that end too early or are damaged.
    var hasStreamError: Bool {
        pcap_file(handle).map { ferror($0) != 0 } ?? false
    }

    /// Reads the next packet; it stays where it is until the next call.
    func read() -> PacketFile.Next {
        switch pcap_next_ex(handle, place.header, place.data) {
        case 1: .packet
        case PCAP_ERROR_BREAK: .end
        default: .failed(String(cString: pcap_geterr(handle)))
        }
    }

    /// When the packet that was read was captured.
    var time: Timestamp {
        guard let header else { return Timestamp(nanoseconds: 0) }
        let time = header.pointee.ts
        let seconds = Int64(time.tv_sec)
        return Timestamp(
            seconds: hasShortTimes ? Int64(UInt32(truncatingIfNeeded: seconds)) : seconds,
            nanoseconds: Int64(time.tv_usec))
    }

    /// Bytes that the packet had on the wire.
    var wireLength: Int { header.map { Int($0.pointee.len) } ?? 0 }

    /// The captured bytes of the packet.
    var packet: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : header.map { Int($0.pointee.caplen) } ?? 0)
    }

    static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
