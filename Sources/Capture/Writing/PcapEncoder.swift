import Trace

/// A value: the layout of a pcap file with nanoseconds, in native byte order (draft-ietf-opsawg-pcap).
///
/// The file header:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 4 | magic number, `A1B23C4D`: times have nanoseconds |
/// | 4 | 2 | major version, 2 |
/// | 6 | 2 | minor version, 4 |
/// | 8 | 8 | reserved, 0 |
/// | 16 | 4 | snapshot length |
/// | 20 | 4 | link type, the number that it has in files |
///
/// A packet:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 4 | seconds since 1970, without sign: until 2106 |
/// | 4 | 4 | nanoseconds |
/// | 8 | 4 | bytes captured |
/// | 12 | 4 | bytes on the wire |
/// | 16 | … | the bytes captured, without padding |
///
/// Times that the fields cannot hold become the nearest that they can.
struct PcapEncoder {
    let linkType: LinkType
    let snapLength: Int

    var fileHeader: [UInt8] {
        var header: [UInt8] = []
        header.appendNative(0xA1B2_3C4D as UInt32)
        header.appendNative(2 as UInt16)
        header.appendNative(4 as UInt16)
        header.appendNative(0 as UInt64)
        header.appendNative(UInt32(clamping: snapLength))
        header.appendNative(linkType.numberInFiles)
        return header
    }

    /// Bytes of a packet's record.
    func recordLength(captured: Int) -> Int { 16 + captured }

    func appendPacket(_ time: Timestamp, _ bytes: RawSpan, wireLength: Int, to buffer: inout [UInt8]) {
        let seconds = UInt32(clamping: time.nanoseconds / 1_000_000_000)
        let nanoseconds = UInt32(clamping: time.nanoseconds - Int64(seconds) * 1_000_000_000)
        buffer.appendNative([
            seconds, min(nanoseconds, 999_999_999), UInt32(clamping: bytes.byteCount),
            UInt32(clamping: max(wireLength, bytes.byteCount)),
        ])
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
    }
}
