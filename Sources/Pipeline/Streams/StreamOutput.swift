import Correlation
import Network
import Protocols
import Trace

/// A value: what comes of the streams, in packet order.
enum StreamOutput {
    /// What a decoder says of a connection that has proved to be of its protocol.
    case event(ConnectionID, ProtocolEvent)
    case observation(Observation)
    /// A TCP connection carries nothing that is decoded: no more of it is wanted.
    case unwanted(tcp: Int)
}
