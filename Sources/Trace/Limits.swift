/// What a trace keeps at most.
enum Limits {
    /// Names kept of one instance; of more the first.
    static let namesOfInstance = 16
    /// Connections of which it is known which sources show them.
    static let watchedConnections = 262_144
    /// Instances named where a choice is not clear.
    static let instancesListed = 5
    /// Records of each kind that are read of an excerpt; they take memory, and anybody may have written it.
    static let excerptRecords = 65_536
    /// The same of one connection; no capture keeps more.
    static let recordsOfConnection = 64
    /// Addresses, and hosts, between which deliveries were seen.
    static let places = 4096
    /// Ways of messages of which it is counted what was seen.
    static let ways = 65_536
}
