package import Trace

/// A value: how interfaces are captured on.
package struct LiveOptions: Sendable {
    /// Bytes kept of a packet; the kernel joins segments to packets of up to 64 kB before they are seen.
    package var snapLength = 262_144
    /// Bytes of the kernel's buffer, for each interface.
    package var kernelBuffer = 32 << 20
    package var isPromiscuous = true
    package var filter = CaptureFilter(ports: [5672], addition: nil)
    /// Packets after which capturing ends; `nil` for no limit.
    package var packetLimit: Int?
    /// How long capturing goes on; `nil` for no limit.
    package var duration: Nanoseconds?
    /// Batches of a mebibyte that wait for one reader at most.
    package var batchesInFlight = 48

    package init() {}
}
