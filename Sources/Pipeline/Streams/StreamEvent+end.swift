import Network
import Trace

extension StreamEvent {
    /// Who ended the connection; `nil` where it is not known, and for an event that is no end.
    var endedBy: StreamSide? {
        switch kind {
        case .closed(.finished), .closed(.reset): side
        default: nil
        }
    }

    /// How TCP ended the connection, of which `server` is the broker's end; `nil` for an event that is no end.
    func connectionEnd(server: StreamSide) -> ConnectionEnd? {
        guard case .closed(let end) = kind else { return nil }
        return ConnectionEnd(
            end, at: stamp.time, by: endedBy.map { $0 == server ? .server : .client },
            packet: endedBy.map { _ in stamp.reference })
    }
}
