package import Trace

/// A value: something in a stream that had to be stepped over, without any byte of a payload.
package struct StreamAnomaly: Sendable, Equatable {
    package let kind: AnomalyKind
    /// One sentence.
    package let detail: String
    package let stamp: PacketStamp

    package init(kind: AnomalyKind, detail: String, stamp: PacketStamp) {
        self.kind = kind
        self.detail = detail
        self.stamp = stamp
    }
}
