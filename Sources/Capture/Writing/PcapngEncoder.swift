import Trace

/// A value: the layout of a pcapng file of one section, in native byte order, with times in nanoseconds
/// (draft-ietf-opsawg-pcapng).
///
/// Every block is a multiple of four bytes long and has the same frame (3.1):
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 4 | type |
/// | 4 | 4 | length of the whole block |
/// | 8 | … | body and options |
/// | length − 4 | 4 | length once more |
///
/// All interfaces are described with the largest of their snapshot lengths: libpcap refuses files where they differ.
struct PcapngEncoder {
    let interfaces: [WrittenInterface]
    let snapLength: Int
    /// Of the section.
    var comments: [String] = []

    /// Type, the two lengths, and the five fields before the bytes of a packet.
    private static let packetFrame = 12 + 20

    /// The section header and a description of each interface.
    var fileHeader: [UInt8] {
        var header: [UInt8] = []
        appendSectionHeader(to: &header)
        for interface in interfaces { append(interface, to: &header) }
        return header
    }

    /// Bytes of a packet's block.
    func recordLength(captured: Int, options: PcapngOptions = .none) -> Int {
        Self.packetFrame + (captured + 3) & ~3 + options.length
    }

    /// An enhanced packet block (4.3).
    ///
    /// | offset | bytes | field |
    /// |---|---|---|
    /// | 8 | 4 | interface, in the order of their descriptions from 0 |
    /// | 12 | 4 | nanoseconds since 1970, upper half |
    /// | 16 | 4 | nanoseconds since 1970, lower half |
    /// | 20 | 4 | bytes captured |
    /// | 24 | 4 | bytes on the wire |
    /// | 28 | … | the bytes captured, padded with zeros to a multiple of four |
    /// | … | … | options |
    func appendPacket(
        _ time: Timestamp, _ bytes: RawSpan, wireLength: Int, interface: Int, options: PcapngOptions = .none,
        to buffer: inout [UInt8]
    ) {
        let captured = bytes.byteCount
        let length = UInt32(clamping: recordLength(captured: captured, options: options))
        let (high, low) = Self.halves(time)
        buffer.appendNative([
            PcapngFormat.Block.enhancedPacket, length, UInt32(clamping: interface), high, low,
            UInt32(clamping: captured), UInt32(clamping: max(wireLength, captured)),
        ])
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
        buffer.append(contentsOf: repeatElement(0, count: -captured & 3))
        options.write(to: &buffer)
        buffer.appendNative(length)
    }

    /// An interface statistics block (4.6): the counts since the capture began, at the time of its last packet.
    ///
    /// | offset | bytes | field |
    /// |---|---|---|
    /// | 8 | 4 | interface |
    /// | 12 | 8 | time, as of a packet |
    /// | 20 | … | options: `isb_ifrecv`, `isb_ifdrop` |
    func appendStatistics(
        interface: Int, at time: Timestamp, received: Int, dropped: Int, to buffer: inout [UInt8]
    ) {
        var options = PcapngOptions()
        options.append(PcapngFormat.Statistics.received, number: UInt64(clamping: received))
        options.append(PcapngFormat.Statistics.droppedByInterface, number: UInt64(clamping: dropped))
        var body: [UInt8] = []
        let (high, low) = Self.halves(time)
        body.appendNative([UInt32(clamping: interface), high, low])
        appendBlock(PcapngFormat.Block.interfaceStatistics, body, options, to: &buffer)
    }

    /// An interface statistics block that says from when to when the interface was captured on: `isb_starttime` and
    /// `isb_endtime`.
    func appendTimes(interface: Int, from first: Timestamp, to last: Timestamp, to buffer: inout [UInt8]) {
        var options = PcapngOptions()
        for (code, time) in [(PcapngFormat.Statistics.began, first), (PcapngFormat.Statistics.ended, last)] {
            var value: [UInt8] = []
            let (high, low) = Self.halves(time)
            value.appendNative([high, low])
            options.append(code, value)
        }
        var body: [UInt8] = []
        let (high, low) = Self.halves(last)
        body.appendNative([UInt32(clamping: interface), high, low])
        appendBlock(PcapngFormat.Block.interfaceStatistics, body, options, to: &buffer)
    }

    /// A section header block (4.1).
    ///
    /// | offset | bytes | field |
    /// |---|---|---|
    /// | 8 | 4 | byte order, `1A2B3C4D` |
    /// | 12 | 2 | major version, 1 |
    /// | 14 | 2 | minor version, 0 |
    /// | 16 | 8 | length of the section, −1: it ends with the file |
    /// | 24 | … | options: `opt_comment`, `shb_userappl` |
    private func appendSectionHeader(to buffer: inout [UInt8]) {
        var options = PcapngOptions()
        for comment in comments { options.append(PcapngFormat.comment, text: comment) }
        options.append(PcapngFormat.sectionApplication, text: "novatrace")
        var body: [UInt8] = []
        body.appendNative(PcapngFormat.byteOrderMagic)
        body.appendNative(1 as UInt16)
        body.appendNative(0 as UInt16)
        body.appendNative(-1 as Int64)
        appendBlock(PcapngFormat.Block.sectionHeader, body, options, to: &buffer)
    }

    /// An interface description block (4.2).
    ///
    /// | offset | bytes | field |
    /// |---|---|---|
    /// | 8 | 2 | link type, the number that it has in files |
    /// | 10 | 2 | reserved, 0 |
    /// | 12 | 4 | snapshot length |
    /// | 16 | … | options: `if_name`, `if_filter` (a zero, then libpcap's text), `if_tsresol` (9: nanoseconds) |
    func append(_ interface: WrittenInterface, to buffer: inout [UInt8]) {
        var options = PcapngOptions()
        options.append(PcapngFormat.Interface.name, text: interface.name)
        if let filter = interface.filter { options.append(PcapngFormat.Interface.filter, text: filter, after: [0]) }
        options.append(PcapngFormat.Interface.resolution, [9])
        var body: [UInt8] = []
        body.appendNative(UInt16(truncatingIfNeeded: interface.linkType.numberInFiles))
        body.appendNative(0 as UInt16)
        body.appendNative(UInt32(clamping: snapLength))
        appendBlock(PcapngFormat.Block.interface, body, options, to: &buffer)
    }

    /// `body` is a multiple of four bytes long.
    private func appendBlock(_ type: UInt32, _ body: [UInt8], _ options: PcapngOptions, to buffer: inout [UInt8]) {
        let length = UInt32(clamping: 12 + body.count + options.length)
        buffer.appendNative(type)
        buffer.appendNative(length)
        buffer += body
        options.write(to: &buffer)
        buffer.appendNative(length)
    }

    /// A time as it is written, the upper half first in either byte order; before 1970 it becomes 1970.
    private static func halves(_ time: Timestamp) -> (high: UInt32, low: UInt32) {
        let count = UInt64(clamping: time.nanoseconds)
        return (UInt32(truncatingIfNeeded: count >> 32), UInt32(truncatingIfNeeded: count))
    }
}
