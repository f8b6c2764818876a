extension Message {
    /// Bytes of memory that it takes, about: its strings of common length, its lists and its detail; of a call's request
    /// the call's, too.
    package var footprint: Int {
        var strings = instances.count + events.count
        var bytes = (kind == .call ? 2048 : 1024) + (detail?.utf8.count ?? 0)
        bytes += (packets.count + settlements.count) * MemoryLayout<PacketReference>.stride
        bytes += deliveries.count * MemoryLayout<Delivery>.stride
        bytes += asides.count * MemoryLayout<AsideDelivery>.stride
        if let facts {
            strings += facts.portIDs.count + facts.upPortIDs.count + facts.selectedHosts.count
            strings += (facts.expectedTaskStates?.count ?? 0) + (facts.retry?.hosts.count ?? 0)
            strings += 2 * facts.otherNames.count
            bytes += facts.otherNames.total { $0.name.utf8.count }
        }
        return bytes + strings * Self.bytesOfString
    }

    /// Of a uuid, say: the value in a list, its own piece of memory, and a share of the operation that is made of it.
    private static let bytesOfString = 128
}
