/// A value: the bounds on what is kept for one TCP connection; everything beyond is reported, counted and dropped.
package struct Limits: Sendable {
    /// Payload bytes of one frame; RabbitMQ's default is 131,072 and its greatest message 512 MiB in many frames.
    package var frameSize = 64 << 20
    /// Payload bytes of a method, header, heartbeat or unknown frame, which are kept whole until they are complete.
    package var controlFrameSize = 1 << 20
    /// How often, as a mean, the bytes of a direction may be looked at for what proves to be no frame, beside one such
    /// frame of `controlFrameSize`.
    package var looksPerByte = 4
    /// Payload bytes of a frame that is believed when more was looked at for nothing.
    package var unprovenFrameSize = 4096
    /// Bytes of one body that are collected; the rest of a longer one is counted only. RabbitMQ 4 takes messages of up to
    /// 16 MiB.
    package var bodySize = 32 << 20
    /// Bytes of unfinished frames, bodies and channels that are held of all connections together: above it the
    /// connections with the most give up what is under way on them.
    package var heldBytes = 64 << 20
    /// Bytes of a body for which there is room as soon as its first ones come.
    package var bodyReserve = 64 << 10
    /// Channels of one connection (RabbitMQ's default channel_max is 2047).
    package var channels = 4096
    /// Publishes waiting for a confirm, and deliveries waiting for an acknowledgement, per channel.
    package var outstanding = 16384
    /// Packets listed for one content between its first and its last.
    package var packetsPerContent = 65536
    /// Nested tables and arrays.
    package var tableDepth = 32
    /// Values of one table, all levels counted.
    package var tableValues = 4096
    /// Bytes kept while looking for a frame boundary.
    package var searchWindow = 512 << 10
    /// Frame positions that wait for more bytes while looking for a boundary.
    package var searchCandidates = 16
    /// Bytes of a PROXY header that are waited for; addresses take 36, what proxies add a few hundred.
    package var proxyHeaderSize = 4096
    /// Bytes without a sign of AMQP after which a connection on another port is given up.
    package var undecidedBytes = 256 << 10
    /// The same on a port of AMQP.
    package var undecidedBytesOnOwnPort = 16 << 20

    /// PROXY headers taken off one direction, one in front of the other.
    static let proxies = 8
    /// Consumers of one channel that are known to need no acknowledgements.
    static let unacknowledgingConsumers = 256
    /// Confirms of one channel that wait for their publishes.
    static let earlyConfirms: UInt64 = 64

    package init() {}

    package static let `default` = Limits()
}

/// What connections and their parts have in common, limits and names: in each of them they would take more room than all
/// else.
package final class SharedLimits: Sendable {
    package let values: Limits
    /// Payload bytes up to which a frame of any type is within the limits, whatever was looked at for nothing.
    let ordinaryFrameSize: Int
    let names = ShortStringCache()

    package init(_ values: Limits) {
        self.values = values
        ordinaryFrameSize = min(values.frameSize, values.controlFrameSize, values.unprovenFrameSize)
    }

    package static let `default` = SharedLimits(.default)
}
