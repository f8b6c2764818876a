import Trace

/// What is bounded when operations are found, and by how much.
enum Limits {
    /// Instances that a port is known to have been of; a port is of one at a time.
    static let instancesOfPort = 64
    /// Operations on one instance that an event is held against, the latest first.
    static let operationsLookedAt = 256
    /// Messages of a request about none of its instances stand in the operation of each: all of them together as often as
    /// the trace has messages, this many times, and this often more.
    static let sharedPlacesPerMessage = 8
    static let sharedPlaces = 1 << 18
    /// Operations of a trace; of more it is counted how many there are.
    static let operations = 49_152
}
