/// A value: why a capture cannot be taken, read or written, as one sentence for a person.
package struct CaptureError: Error, Equatable, Sendable {
    /// What the exit status is chosen by.
    package enum Kind: Sendable {
        /// It can be opened but is no capture, or none that can be decoded.
        case notACapture
        /// It is not there, is a directory, or may not be read.
        case unreadable
        /// Capturing is not permitted.
        case notPermitted
        /// What was asked for makes no sense, e.g. a filter.
        case usage
        /// What is captured cannot be written there.
        case unwritable
    }

    package let kind: Kind
    /// The path as given, `-` for standard input or output.
    package let path: String
    /// One sentence that names the file, without the full stop.
    package let sentence: String
    /// What libpcap or the system said.
    package let cause: String?

    package init(_ kind: Kind, path: String, _ sentence: String, cause: String? = nil) {
        self.kind = kind
        self.path = path
        self.sentence = sentence
        self.cause = cause
    }

    /// Packets of `source` cannot be decoded; `decoded` are the link types that can be.
    package static func undecodable(_ linkType: LinkType, path: String, decoded: [LinkType]) -> CaptureError {
        let names = decoded.map(\.name).joined(separator: ", ")
        return CaptureError(
            .notACapture, path: path,
            "\(CaptureError.title(path)) holds packets of link type \(linkType.name) (\(linkType.explanation)); "
                + "decoded are \(names)")
    }

    /// The path as it stands in a sentence.
    static func title(_ path: String) -> String {
        path == "-" ? "standard input" : path
    }
}

extension CaptureError: CustomStringConvertible {
    package var description: String {
        sentence + (cause.map { " (\($0))" } ?? "")
    }
}

/// A value: how a capture file ended before its time; the packets before that were read.
package struct CaptureDamage: Equatable, Sendable {
    /// Index into `CaptureFiles.sources`.
    package let source: Int
    /// One sentence that names the file and the packet, without the full stop.
    package let sentence: String
    /// What libpcap said.
    package let cause: String
}
