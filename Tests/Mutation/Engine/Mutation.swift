/// A value: one kind of harm that links, taps, tools or people do to a capture.
package enum Mutation: String, CaseIterable, Sendable {
    case flippedPayload = "flipped-payload"
    case flippedTCPHeader = "flipped-tcp-header"
    case flippedLowerHeader = "flipped-lower-header"
    case flippedRecordHeader = "flipped-record-header"
    case splicedBytes = "spliced-bytes"
    case splicedPackets = "spliced-packets"
    case cutPackets = "cut-packets"
    case droppedPackets = "dropped-packets"
    case doubledPackets = "doubled-packets"
    case shuffledPackets = "shuffled-packets"
    case movedPackets = "moved-packets"
    case changedTimes = "changed-times"
    case truncatedFile = "truncated-file"
    case droppedConnections = "dropped-connections"

    /// What a mutation can make untrue of what is left.
    package enum Nature: Sendable {
        /// Bytes are others than were sent, or stand elsewhere in their stream.
        case alters
        /// Connections are missing, whole, as on one node of a cluster; of the others nothing is.
        case hides
        /// Packets are missing, or come more often; what there is of them is as it was sent.
        case loses
        /// Packets came in another order, within a second.
        case reorders
        /// The times are others.
        case shifts
    }

    package var nature: Nature {
        switch self {
        case .flippedPayload, .flippedTCPHeader, .flippedLowerHeader, .flippedRecordHeader, .splicedBytes: .alters
        case .splicedPackets, .cutPackets, .droppedPackets, .doubledPackets, .truncatedFile: .loses
        case .droppedConnections: .hides
        case .shuffledPackets: .reorders
        case .movedPackets, .changedTimes: .shifts
        }
    }
}

/// A value: the mutations of one run, and whatever follows for what may be told of it.
package struct Harm: Sendable, Equatable {
    /// How often each was done.
    package var counts: [Mutation: Int] = [:]
    /// The cut that packets or bytes were taken from.
    package var donor: Int?
    /// Whether packets were taken from there that are of connections which the cut has as well.
    package var isDonorKin = false

    /// Packets with times so far off that connections count as over when they come, and all with times that are off.
    package var farTimes = 0
    package var otherTimes = 0

    package init() {}

    private func has(_ nature: Mutation.Nature) -> Bool { counts.keys.contains { $0.nature == nature } }

    /// Whether nothing is missing but connections.
    package var hidesConnections: Bool { has(.hides) }
    /// Whether every byte that is there stands where its sender put it.
    package var keepsBytes: Bool { !has(.alters) && !isDonorKin }
    /// Whether every packet that is there has the time at which it came.
    package var keepsTimes: Bool { keepsClock && !has(.reorders) }
    /// Whether the time goes on as it did for connections without such packets. A packet by itself is known to be
    /// astray; a clock that is off for a while, as several packets show it, ends connections, which is said.
    package var keepsTimeGoing: Bool { (farTimes == 0 || otherTimes <= 1) && counts[.flippedRecordHeader] == nil }
    /// Whether times are right to a second.
    package var keepsClock: Bool { !has(.shifts) && !isDonorKin && counts[.flippedRecordHeader] == nil }
}
