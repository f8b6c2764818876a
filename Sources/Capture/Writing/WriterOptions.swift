/// A value: what a capture file says of an interface that its packets come from.
package struct WrittenInterface: Equatable, Sendable {
    package var name: String
    package var linkType: LinkType
    /// Most bytes captured of a packet; 0 is no limit but libpcap's.
    package var snapLength: Int
    /// The capture filter as it was given, without secrets by its nature; only pcapng keeps it.
    package var filter: String?

    package init(name: String, linkType: LinkType, snapLength: Int, filter: String? = nil) {
        self.name = name
        self.linkType = linkType
        self.snapLength = snapLength
        self.filter = filter
    }
}

/// A value: how packets are divided into several files, as by tcpdump's `-C` and `-W`.
package struct RingOptions: Equatable, Sendable {
    /// Bytes, not millions of them: a file does not grow beyond it, unless a single packet is larger. `nil`: one file.
    package var bytesPerFile: Int?
    /// How many files are kept: after the last the oldest is replaced. `nil`: all.
    package var files: Int?

    package init(bytesPerFile: Int?, files: Int? = nil) {
        self.bytesPerFile = bytesPerFile
        self.files = files
    }
}

/// A value: packets that were captured and are in no file.
package struct WriteLoss: Equatable, Sendable {
    /// 0 when the file could not be closed, so that it may lack its end.
    package internal(set) var packets: Int
    /// Why the first of them was lost, as one sentence without the full stop.
    package let cause: String
}

extension WriteLoss: CustomStringConvertible {
    package var description: String {
        packets == 0 ? cause : "\(packets) packet\(packets == 1 ? " was" : "s were") not written: \(cause)"
    }
}
