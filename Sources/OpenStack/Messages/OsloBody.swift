/// A value: what a message body says, as oslo.messaging means it.
///
/// Indirect, since it goes through several hands and its parts are dozens of references.
package indirect enum OsloBody: Sendable {
    case request(RPCRequest)
    case reply(RPCReply)
    case notification(Notification)
    case opaque(OpaqueReason)
}

/// A value: why a body was not understood; names and texts from the wire are bounded and redacted.
package enum OpaqueReason: Sendable, Hashable {
    case empty
    /// Another application's, with the content type; empty where there is none.
    case notJSON(String)
    case brokenJSON
    /// Containers inside containers beyond the limit.
    case tooDeep
    /// JSON, but not an object.
    case notAnObject
    /// An `oslo.version` of another major number than 2.
    case unknownEnvelopeVersion(String)
    /// An object that is no request, reply or notification.
    case unknownShape
    /// Compressed in a way that is not known, with its name.
    case compressed(String)
    /// Compressed in a known way, with its name, but not readable.
    case brokenCompression(String)
    /// Larger than the limit, as it is or decompressed.
    case tooLarge
    /// The capture cut it before the first thing that tells what it is.
    case truncatedBeforeAnything

    /// `brotli` for `application/x-brotli`.
    private static func plain(_ name: String) -> String {
        guard name.hasPrefix("application/") else { return name }
        let rest = name.dropFirst("application/".count)
        return String(rest.hasPrefix("x-") ? rest.dropFirst(2) : rest)
    }

    /// A short text for people; the same for the same reason.
    package var text: String {
        switch self {
        case .empty: "empty body"
        case .notJSON(""): "not JSON, without a content type"
        case .notJSON(let type): "not JSON: \(type)"
        case .brokenJSON: "broken JSON"
        case .tooDeep: "JSON nested too deeply"
        case .notAnObject: "JSON, but not an object"
        case .unknownEnvelopeVersion(let version): "unknown oslo.version \(version)"
        case .unknownShape: "JSON, but no RPC message and no notification"
        case .compressed(let name): "compressed with \(Self.plain(name)), which is not read"
        case .brokenCompression(let name): "compressed with \(Self.plain(name)), and damaged"
        case .tooLarge: "too large to decode"
        case .truncatedBeforeAnything: "cut by the capture before anything was said"
        }
    }
}
