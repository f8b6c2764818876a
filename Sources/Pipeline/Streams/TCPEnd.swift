import Network
import Protocols
import Trace

/// A value: how TCP ended a connection, before it is known which end is the broker.
struct TCPEnd {
    let closing: TCPClosing
    let by: StreamDirection?
    let stamp: PacketStamp

    init(_ closing: TCPClosing, _ direction: StreamDirection, _ stamp: PacketStamp) {
        self.closing = closing
        self.stamp = stamp
        switch closing {
        case .reset, .fin: by = direction
        case .replaced, .expired: by = nil
        }
    }

    func connectionEnd(server: StreamSide) -> ConnectionEnd {
        let isServerFirst = server == .first
        let side: ConnectionSide? = by.map { ($0 == .forward) == isServerFirst ? .broker : .client }
        return switch closing {
        case .fin: ConnectionEnd(.finished, at: stamp.time, by: side, packet: stamp.reference)
        case .reset: ConnectionEnd(.reset, at: stamp.time, by: side, packet: stamp.reference)
        case .replaced: ConnectionEnd(.replaced, at: stamp.time)
        case .expired: ConnectionEnd(.silent, at: stamp.time)
        }
    }
}
