/// What the commands keep beside the trace, and how much of it.
enum Limits {
    /// Methods of each kind of message whose figures are kept; of the others it is counted how many messages and calls
    /// there were. The latencies of one take up to 96 kB.
    static let methods = 1024
    /// Bytes of lines that wait at most, a few seconds of a busy bus.
    static let bytesWaiting = 16 << 20
    /// Connections whose local process was asked about; beyond that all are forgotten.
    static let connectionsAsked = 16_384
}
