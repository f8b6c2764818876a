/// A value: what tells whether the capture shows to whom a broker gives messages.
///
/// On the broker's host all of its connections pass; on the host of a client only that client's. Clients of several hosts,
/// a consumer of the queue itself, or of another queue on its host speak for the former. A call that was answered though
/// nobody was seen to take it, or an answer that was delivered though nobody was seen to publish it, shows that messages
/// go ways that the capture does not hold: it was taken elsewhere, or another node of a cluster has the consumer.
package struct DeliverySight: Sendable, Equatable {
    /// Addresses of clients, without ports, and hosts of services; so many as are needed.
    package private(set) var addresses: Set<String> = []
    package private(set) var hosts: Set<String> = []
    /// Calls whose answer was delivered, and those of them that were not seen on their whole way.
    package private(set) var answered = 0
    package private(set) var unseen = 0
    /// What it shows of each way, where that was looked at.
    package var ways = WaySight()

    package init() {}

    package mutating func saw(address: String) {
        if addresses.count < Limits.places, !address.isEmpty { addresses.insert(address) }
    }

    package mutating func saw(host: String) {
        if hosts.count < Limits.places, !host.isEmpty { hosts.insert(host) }
    }

    package mutating func sawAnswer(wasSeenWhole: Bool, times: Int = 1) {
        answered = answered.saturatingPlus(times)
        if !wasSeenWhole { unseen = unseen.saturatingPlus(times) }
    }

    package mutating func merge(_ other: DeliverySight) {
        for address in other.addresses { saw(address: address) }
        for host in other.hosts { saw(host: host) }
        answered = answered.saturatingPlus(other.answered)
        unseen = unseen.saturatingPlus(other.unseen)
        ways.merge(other.ways)
    }

    /// Why a message may have been taken unseen; `nil` where its taking would have been seen.
    ///
    /// - Parameters:
    ///   - isQueueKnown: whether anybody was seen to take from its queue, or serves it.
    ///   - host: the host that its routing key names.
    ///   - mayLack: whether the capture lacks packets anywhere, which leaves single calls unseen.
    package func doubt(isQueueKnown: Bool, host: String?, mayLack: Bool) -> String? {
        if mayLack ? unseen > answered / 20 : unseen > 0 {
            let calls = unseen == 1 ? "1 call was" : "\(unseen) calls were"
            return "\(calls) answered without being seen taken: \(WaySight.consequence)"
        }
        if isQueueKnown || addresses.count > 1 || hosts.count > 1 { return nil }
        if let host, hosts.contains(host) { return nil }
        return "the capture shows connections of one host only"
    }
}
