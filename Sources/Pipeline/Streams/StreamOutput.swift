import Correlation
import Network
import Protocols
import Trace

/// A value: what comes of the streams, in packet order.
enum StreamOutput: Sendable {
    /// What a decoder says of a connection that has proved to be of its protocol.
    case event(ConnectionID, ProtocolEvent)
    /// Few; in a place of its own, since it may be large.
    indirect case observation(Observation)
    /// An attempt to open a TCP connection came to nothing.
    indirect case attemptFailed(TCPAttempt)
    /// A TCP connection carries nothing that is decoded: no more of it is wanted.
    case unwanted(tcp: Int)
    /// What is expired is to be evicted.
    indirect case due(Expiry)
    /// The capture is at its end; what is left of open connections follows.
    case ending
}
