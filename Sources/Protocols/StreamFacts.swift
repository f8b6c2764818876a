package import Trace

/// A value: what a decoder knows of its connection.
package struct StreamFacts: Sendable {
    /// With the version, where it is known: `AMQP 0-9-1`.
    package var protocolName: String
    package var serverSide: StreamSide
    /// Whether the capture began when the connection was already open.
    package var isMidstream: Bool
    /// Whether nothing but signs of life passed.
    package var isIdle: Bool
    /// Bytes of the client in front of the first that belong to the protocol, where the capture holds its beginning.
    package var strayBytes = 0
    /// Messages from the client to the server, and the other way.
    package var messages: (sent: Int, received: Int)
    package var traffic: StreamTraffic

    package init(
        protocolName: String, serverSide: StreamSide, isMidstream: Bool, isIdle: Bool,
        messages: (sent: Int, received: Int), traffic: StreamTraffic, strayBytes: Int = 0
    ) {
        self.protocolName = protocolName
        self.serverSide = serverSide
        self.isMidstream = isMidstream
        self.isIdle = isIdle
        self.messages = messages
        self.traffic = traffic
        self.strayBytes = strayBytes
    }
}

/// A value: stream bytes of one direction; those seen are decoded, skipped or still waiting.
package struct ByteCounts: Sendable, Equatable {
    package var seen = 0
    /// In whole units of the protocol, such as frames.
    package var decoded = 0
    /// In no unit, or in units of which a part was missing.
    package var skipped = 0
    /// Not captured.
    package var missing = 0
    /// Holes that make up `missing`, what was cut off packets not counted.
    package var gaps = 0
    /// Of `missing`, what was cut off packets, and off how many.
    package var cut = 0
    package var cutPackets = 0
}

/// A value: what passed on a connection, in bytes and times. Each protocol keeps one.
package struct StreamTraffic: Sendable {
    /// When the first bytes came, of either direction.
    package private(set) var beganAt: Timestamp?
    /// The last packet that was told of, of either direction.
    package private(set) var lastStamp: PacketStamp?
    /// When bytes of one direction came last.
    private var lastSeen: (first: Timestamp?, second: Timestamp?)
    private var seen = (first: 0, second: 0)
    private var rest: InPlace<Rest>?

    /// What else is counted, where anything is.
    private struct Rest {
        var lastCut: PacketStamp?
        /// Without what was seen.
        var counts = (first: ByteCounts(), second: ByteCounts())
    }

    package init() {}

    /// The last packet that bytes were cut off.
    package var lastCut: PacketStamp? { rest?.value.lastCut }

    package func lastSeen(from side: StreamSide) -> Timestamp? { side == .first ? lastSeen.first : lastSeen.second }

    package subscript(side: StreamSide) -> ByteCounts {
        get {
            var result = rest.map { side == .first ? $0.value.counts.first : $0.value.counts.second } ?? ByteCounts()
            result.seen = side == .first ? seen.first : seen.second
            return result
        }
        set {
            if side == .first { seen.first = newValue.seen } else { seen.second = newValue.seen }
            if rest == nil { rest = InPlace(Rest()) }
            if side == .first { rest?.value.counts.first = newValue } else { rest?.value.counts.second = newValue }
        }
    }

    package mutating func saw(_ count: Int, from side: StreamSide, at stamp: PacketStamp) {
        if lastStamp == nil { beganAt = stamp.time }
        lastStamp = stamp
        if side == .first {
            seen.first &+= count
            lastSeen.first = stamp.time
        } else {
            seen.second &+= count
            lastSeen.second = stamp.time
        }
    }

    package mutating func missed(_ count: Int, isCut: Bool, from side: StreamSide, at stamp: PacketStamp) {
        lastStamp = stamp
        self[side].missing &+= count
        if isCut { rest?.value.lastCut = stamp }
        if isCut {
            self[side].cut &+= count
            self[side].cutPackets &+= 1
        } else {
            self[side].gaps &+= 1
        }
    }
}
