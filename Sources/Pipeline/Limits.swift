/// Bounds on what is kept of connections; everything beyond is counted and said.
enum PipelineLimits {
    /// Bytes of memory, about, of what the ends of all open connections said about them.
    static let toldBytes = 48 << 20
    /// The same of the connections that are listed.
    static let listedBytes = 32 << 20
}
