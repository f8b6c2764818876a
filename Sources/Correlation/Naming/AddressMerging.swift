/// A value: groups of connections, each of one process as far as ids tell, and which of them the addresses make one.
///
/// A process has several connections, and in mid-stream no id joins those on which it only asks to those on which it
/// serves. Where a host has an address of its own, what is of one service there is on one host. An address that more than
/// one host was seen at, as of a proxy, or that every process has, as the loopback's, says nothing; nor do addresses make
/// two processes one that gave different numbers, or name what nothing else names.
struct AddressMerging {
    /// A value: what is known of one group.
    struct Group {
        /// Client addresses without ports.
        var addresses: Set<String>
        var service: String?
        var host: String?
        var identity: ProcessIdentity?
    }

    /// For each group the group that it belongs to, itself for most.
    private(set) var leader: [Int]
    /// Hosts of groups that only their address tells, where they are no other group's.
    private(set) var hosts: [Int: String] = [:]

    init(_ groups: [Group]) {
        leader = Array(groups.indices)
        var atAddress: [String: [Int]] = [:]
        for (index, group) in groups.enumerated() {
            guard group.addresses.count == 1, let address = group.addresses.first, !Self.isLoopback(address) else {
                continue
            }
            atAddress[address, default: []].append(index)
        }
        for members in atAddress.values where members.count > 1 { merge(members, groups) }
    }

    /// Merges groups that have the same address.
    private mutating func merge(_ members: [Int], _ groups: [Group]) {
        let machines = Set(members.compactMap { groups[$0].host.flatMap(Self.machine) })
        guard machines.count == 1 else { return }
        for (service, indexes) in Dictionary(grouping: members, by: { groups[$0].service }) where service != nil {
            let named = indexes.filter { groups[$0].host != nil }
            guard let host = named.first.flatMap({ groups[$0].host }), named.allSatisfy({ groups[$0].host == host })
            else { continue }
            let identities = Set(indexes.compactMap { groups[$0].identity })
            if identities.count <= 1, let first = indexes.min() {
                for index in indexes { leader[index] = first }
            } else {
                // It is one of several processes there, and not known which.
                for index in indexes where groups[index].host == nil && groups[index].identity == nil {
                    hosts[index] = host
                }
            }
        }
    }

    /// The host without the backend of a volume service; nothing for the name that glance has unless it is given one.
    private static func machine(_ host: String) -> String? {
        let name = String(host.prefix { $0 != "@" })
        return name == "localhost" ? nil : name
    }

    private static func isLoopback(_ address: String) -> Bool {
        address.isEmpty || address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
    }
}
