/// What the commands keep beside the trace, and how much of it.
enum Limits {
    /// Methods of each kind of message whose figures are kept; of the others it is counted how many messages and calls
    /// there were. The latencies of one take up to 96 kB.
    static let methods = 1024
}
