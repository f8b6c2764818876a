package import Bytes
import Network

/// A value: a TCP connection by its two ends, whichever is which.
package struct ConnectionKey: Hashable, Sendable, CustomStringConvertible {
    /// In the order of their ports and digests, so that either direction has the same key.
    private let first: SocketAddress
    private let second: SocketAddress

    package init(_ one: SocketAddress, _ other: SocketAddress) {
        let isInOrder = one.port == other.port ? one.description <= other.description : one.port > other.port
        (first, second) = isInOrder ? (one, other) : (other, one)
    }

    package func hasPort(of ports: Set<UInt16>) -> Bool { ports.contains(first.port) || ports.contains(second.port) }

    package var description: String { Self.title(first.description, second.description) }

    /// The same of ends as a trace writes them.
    package static func title(_ one: String, _ other: String) -> String {
        one <= other ? "\(one) – \(other)" : "\(other) – \(one)"
    }
}
