import Trace

/// A value: how the records of a pcap file as nearly all are lie: in this machine's byte order, version 2.4, with
/// microseconds or nanoseconds, of a link type that is decoded (draft-ietf-opsawg-pcap). libpcap reads the others.
struct PcapRecord {
    let linkType: LinkType
    /// Bytes of a packet that are kept.
    private let snapLength: Int
    private let nanosecondsPerUnit: Int64

    static let fileHeaderLength = 24
    static let headerLength = 16
    /// The longest packet that libpcap believes in.
    private static let longest = 262_144
    /// Link types, as files number them, that have no other limit, and no bytes whose order is the file's.
    private static let linkTypes: Set<UInt32> = [0, 1, 9, 101, 113, 228, 229, 239, 276]

    /// Reads the header of a file: `| magic (4) | version (2, 2) | zone (4) | accuracy (4) | snapshot length (4) | link type (4) |`
    init?(_ header: UnsafeRawBufferPointer) {
        func word(_ place: Int) -> UInt32 { header.loadUnaligned(fromByteOffset: place, as: UInt32.self) }
        guard header.count == Self.fileHeaderLength, word(4) == 0x0004_0002, Self.linkTypes.contains(word(20)) else {
            return nil
        }
        switch word(0) {
        case 0xA1B2_C3D4: nanosecondsPerUnit = 1000
        case 0xA1B2_3C4D: nanosecondsPerUnit = 1
        default: return nil
        }
        linkType = LinkType(numberInFiles: word(20))
        let length = Int(Int32(bitPattern: word(16)))
        snapLength = length > 0 ? length : Self.longest
    }

    /// A value: what stands in front of a packet: `| seconds (4) | part of a second (4) | captured length (4) | length (4) |`
    struct Header {
        let time: Timestamp
        /// Bytes of the packet in the file, and those of them that are kept.
        let length: Int
        let captured: Int
        let wireLength: Int
    }

    /// Reads the header of a record; the length that is no packet's in place of one.
    @inline(__always)
    func header(_ bytes: UnsafeRawBufferPointer) -> Result<Header, ImplausibleLength> {
        func word(_ place: Int) -> UInt32 { bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self) }
        let length = Int(word(8))
        guard length <= Self.longest else { return .failure(ImplausibleLength(length, snapLength)) }
        let part = Int64(Int32(bitPattern: word(4))) * nanosecondsPerUnit
        return .success(
            Header(
                time: Timestamp(seconds: Int64(word(0)), nanoseconds: part), length: length,
                captured: min(length, snapLength), wireLength: Int(word(12))))
    }

    /// A value: a length that no packet has.
    struct ImplausibleLength: Error {
        /// libpcap's words for it.
        let cause: String

        init(_ length: Int, _ snapLength: Int) {
            let bound = length > snapLength ? "snaplen of \(snapLength)" : "maximum of \(PcapRecord.longest)"
            cause = "invalid packet capture length \(length), bigger than \(bound)"
        }
    }
}
