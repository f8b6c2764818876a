package import Trace

/// A machine that lays out an excerpt of captures as a pcapng file: a section that says what it is, an interface for
/// each file and link type as its first packet comes, packets with comments, and from when to when was captured.
package struct ExcerptEncoder {
    private var encoder: PcapngEncoder
    private var interfaces: [(source: Int, linkType: LinkType)] = []
    private let sources: [CaptureSource]

    /// libpcap's `MAXIMUM_SNAPLEN`: it refuses files whose interfaces differ in this.
    private static let snapLength = 262_144

    /// Begins the file.
    ///
    /// - Parameters:
    ///   - comments: on the section, the first of them for people.
    ///   - sources: of which it is an excerpt, as `PacketStamp.source` counts them.
    package init(comments: [String], sources: [CaptureSource], to buffer: inout [UInt8]) {
        self.sources = sources
        encoder = PcapngEncoder(interfaces: [], snapLength: Self.snapLength)
        encoder.comments = comments
        buffer += encoder.fileHeader
        encoder.comments = []
    }

    /// Adds a packet as it was captured.
    package mutating func append(
        _ header: PacketHeader, _ bytes: RawSpan, comments: [String], to buffer: inout [UInt8]
    ) {
        encoder.appendPacket(
            header.stamp.time, bytes.extracting(first: Self.snapLength), wireLength: header.wireLength,
            interface: interface(Int(header.stamp.source), header.linkType, &buffer),
            options: PcapngOptions(comments: comments), to: &buffer)
    }

    /// Ends the file.
    package mutating func finish(to buffer: inout [UInt8]) {
        for (index, interface) in interfaces.enumerated() where sources.indices.contains(interface.source) {
            guard let first = sources[interface.source].first, let last = sources[interface.source].last else {
                continue
            }
            encoder.appendTimes(interface: index, from: first, to: last, to: &buffer)
        }
    }

    private mutating func interface(_ source: Int, _ linkType: LinkType, _ buffer: inout [UInt8]) -> Int {
        if let known = interfaces.firstIndex(where: { $0.source == source && $0.linkType == linkType }) {
            return known
        }
        let path = sources.indices.contains(source) ? sources[source].path : ""
        let name = path.split(separator: "/").last.map(String.init) ?? path
        encoder.append(
            WrittenInterface(name: name, linkType: linkType, snapLength: Self.snapLength), to: &buffer)
        interfaces.append((source, linkType))
        return interfaces.count - 1
    }
}
