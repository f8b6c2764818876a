import Services
import Trace

/// A value: by which connections each participant was connected, how those ended, and when anything was heard of it last.
///
/// Made once for a trace: it is asked for every operation that is not done.
struct Agents {
    /// A value: all connections of an agent ended.
    struct Departure {
        var participant: ParticipantID
        /// The end of the last.
        var at: Timestamp
        var connections: Int
        /// Whether the agent ended them all itself: its process is gone, and with it what it did.
        var isOwn: Bool
        /// Whether it closed them as the protocol has it.
        var isRegular: Bool
        /// Who ended them and how, where it was one end and one way for all; `nil` where they differ.
        var common: ConnectionEnd?
        /// The packets in which they ended.
        var packets: [PacketReference]
        /// How the last ended.
        var end: ConnectionEnd
    }

    /// A value: all connections of one process ended, and others of its name have some.
    struct Replacement {
        var departure: Departure
        var pid: Int
        /// Another process, which is connected after that, and its number.
        var other: ParticipantID
        var otherPid: Int
        /// When the other was connected first; `nil` where it was there before.
        var began: Timestamp?
    }

    /// A value: all connections that an agent had ended, and it was connected anew after that.
    struct Absence {
        var departure: Departure
        var back: Timestamp
    }

    /// A value: all connections to a broker ended, most of them at once.
    struct Outage {
        var server: String
        var at: Timestamp
        /// Those that ended at once, and in what time.
        var connections: Int
        var within: Nanoseconds
        var isBrokers: Bool
    }

    private struct Name: Hashable {
        let service: String
        /// `nil` for those on all hosts, and those of which none is known.
        let host: String?
    }

    private let connections: [Connection]
    private let participants: [Participant]
    private var ofParticipant: [ParticipantID: [ConnectionID]] = [:]
    private var ofName: [Name: [ParticipantID]] = [:]
    private let lastHeard: [ParticipantID: Timestamp]
    /// Those that were given a request addressed to their host.
    private let addressed: Set<ParticipantID>
    /// Connections by their client's address.
    private var ofAddress: [String: [ConnectionID]] = [:]
    private var outages: [String: Outage] = [:]
    /// Connections by the queues that they consumed from.
    private var ofQueue: [String: [ConnectionID]] = [:]

    /// Connections that a broker loses with itself end in so short a time.
    private static let burst: Nanoseconds = .seconds(5)

    init(_ trace: BusTrace) {
        connections = trace.capture.connections
        participants = trace.participants
        var servers: [String: [ConnectionID]] = [:]
        for connection in connections {
            if let participant = connection.participant, participants.contains(participant) {
                ofParticipant[participant, default: []].append(connection.id)
            }
            ofAddress[Self.address(connection), default: []].append(connection.id)
            servers[connection.server, default: []].append(connection.id)
            for queue in Set(connection.consumers.map(\.queue)) { ofQueue[queue, default: []].append(connection.id) }
        }
        for participant in participants {
            guard let service = participant.service else { continue }
            ofName[Name(service: service, host: nil), default: []].append(participant.id)
            guard let host = participant.host else { continue }
            ofName[Name(service: service, host: host), default: []].append(participant.id)
        }
        let hearing = Hearing(trace)
        (lastHeard, addressed) = (hearing.last, hearing.addressed)
        for (server, ids) in servers { outages[server] = outage(of: server, ids) }
    }

    /// Of the client, without the port; in tunnels of two networks one address is that of two hosts.
    private static func address(_ connection: Connection) -> String {
        let client = connection.client
        let address = client[..<(client.lastIndex(of: ":") ?? client.endIndex)]
        return connection.network.map { "\(address) in \($0)" } ?? String(address)
    }

    func connections(of participant: ParticipantID) -> [Connection] {
        places(of: participant).map { connections[$0] }
    }

    /// Who was seen to consume from a queue, on which connections.
    func consumers(of queue: String) -> [(connection: Connection, consumer: QueueConsumer)] {
        (ofQueue[queue] ?? []).flatMap { id in
            connections[id].consumers.filter { $0.queue == queue }.map { (connections[id], $0) }
        }
    }

    private func places(of participant: ParticipantID) -> [ConnectionID] { ofParticipant[participant] ?? [] }

    /// Whether connections from its addresses may be its own as well, of which nothing tells whose they are.
    func mayHaveOthers(_ participant: ParticipantID) -> Bool {
        let addresses = Set(places(of: participant).map { Self.address(connections[$0]) })
        return addresses.flatMap { ofAddress[$0] ?? [] }.contains { id in
            connections[id].participant.map { participants[$0].service == nil } ?? true
        }
    }

    /// Whether it is the one that takes what is addressed to its host, as an agent, and not one of several that share a
    /// topic.
    func isAddressedAlone(_ participant: ParticipantID) -> Bool { addressed.contains(participant) }

    /// The processes of that service on that host and virtual host, one after the other; of a service without a host the
    /// process alone.
    func processes(of participant: ParticipantID) -> [ParticipantID] {
        guard let who = participants[ifKnown: participant] else { return [] }
        guard let service = who.service, let host = who.host else { return [participant] }
        // Where they are told apart, a service that works in several has a process, or a connection, in each.
        return self.participants(of: service, on: host).filter {
            participants[$0].virtualHost == who.virtualHost && ($0 == participant || mayBeOfOneBus($0, participant))
        }
    }

    /// Whether nothing speaks against two participants being connected to one bus.
    private func mayBeOfOneBus(_ one: ParticipantID, _ other: ParticipantID) -> Bool {
        let (ones, others) = (places(of: one), places(of: other))
        guard !ones.isEmpty, !others.isEmpty else { return true }
        return ones.contains { first in
            others.contains { second in
                let (first, second) = (connections[first], connections[second])
                return first.scope.mayBe(second.scope)
                    && (first.network == nil || second.network == nil || first.network == second.network)
            }
        }
    }

    /// The connections of a process: where it has a number, also those by which it came back under another address.
    func ofProcess(_ participant: ParticipantID) -> [Connection] {
        guard let pid = participants[ifKnown: participant]?.pid else { return connections(of: participant) }
        return processes(of: participant).filter { $0 == participant || participants[$0].pid == pid }
            .flatMap(connections)
    }

    /// A value: a process of the same name that came when nothing was seen any more of the one before.
    struct Successor {
        var pid: Int
        var formerPid: Int
        var began: Timestamp
    }

    /// Another process of the same service on the same host that connected after anything was seen of this one, whose
    /// connections no packet ended: its host may have lost power.
    func successor(of participant: ParticipantID) -> Successor? {
        guard let who = participants[ifKnown: participant], let pid = who.pid, who.host != nil else { return nil }
        let own = ofProcess(participant)
        let seen = own.compactMap(\.lastSeenClient).max()
        guard let seen, own.allSatisfy({ $0.lastSeenClient != nil }) else { return nil }
        let others = processes(of: participant).filter { participants[$0].pid.map { $0 != pid } ?? false }
        for other in others {
            guard let number = participants[other].pid else { continue }
            let begins = connections(of: other).map(\.openedAt)
            guard let began = begins.compactMap(\.self).min(), begins.allSatisfy({ $0 != nil }), began > seen else {
                continue
            }
            return Successor(pid: number, formerPid: pid, began: began)
        }
        return nil
    }

    /// The processes of that service, on that host where one is given, in order.
    func participants(of service: String, on host: String?) -> [ParticipantID] {
        ofName[Name(service: service, host: host)] ?? []
    }

    /// When anything of it was heard last: a message that it sent, or an acknowledgement.
    func lastHeard(of participant: ParticipantID) -> Timestamp? {
        processes(of: participant).compactMap { lastHeard[$0] }.max()
    }

    // MARK: Gone

    /// How an agent lost the broker, where that was seen of all of its connections, and nothing speaks for its return: no
    /// later message of it, and no connection from its address that may be its own. Silence alone is no departure.
    func departure(of participant: ParticipantID) -> Departure? {
        let group = processes(of: participant)
        let own = group.flatMap(places)
        guard let departure = departure(byOwn: own), let newest = own.max() else { return nil }
        if group.contains(where: { lastHeard[$0].map { $0 > departure.at } ?? false }) { return nil }
        let addresses = Set(own.map { Self.address(connections[$0]) })
        let neighbours = addresses.flatMap { ofAddress[$0] ?? [] }.filter { !own.contains($0) }
        let mayBeBack = neighbours.contains {
            mayBe(participants[participant], $0, since: departure.at, beyond: newest)
        }
        return mayBeBack ? nil : departure
    }

    /// How one process of several lost the broker, or one that another came after: what it had in hand, no other has.
    ///
    /// Only where all that may be meant have numbers of their own: what has none may be the same process, back again.
    func replacement(of participant: ParticipantID) -> Replacement? {
        guard let who = participants[ifKnown: participant], let pid = who.pid,
            let departure = departure(byOwn: places(of: participant)),
            lastHeard[participant].map({ $0 <= departure.at }) ?? true
        else { return nil }
        let addresses = Set(places(of: participant).map { Self.address(connections[$0]) })
        let near = addresses.flatMap { ofAddress[$0] ?? [] }
        let ofGroup = processes(of: participant).flatMap(places)
        var others: [ConnectionID] = []
        for id in Set(near + ofGroup).sorted() where connections[id].participant != participant {
            if let end = connections[id].end, end.isSeen, end.at <= departure.at { continue }
            guard let other = connections[id].participant, let service = participants[other].service else {
                return nil
            }
            guard service == who.service, who.virtualHost == nil || participants[other].virtualHost == who.virtualHost
            else { continue }
            if let host = who.host, let its = participants[other].host, host != its { continue }
            guard let number = participants[other].pid, number != pid else { return nil }
            others.append(id)
        }
        guard let first = others.first, let other = connections[first].participant,
            let otherPid = participants[other].pid
        else { return nil }
        let began = places(of: other).compactMap { connections[$0].openedAt }.min()
        return Replacement(
            departure: departure, pid: pid, other: other, otherPid: otherPid,
            began: began.flatMap { $0 > departure.at ? $0 : nil })
    }

    /// How one process lost the broker where the next one has its number and address, as in a container that is started
    /// anew: it reads other queues of answers and fanouts, whose names a process keeps as long as it lives.
    func restart(of participant: ParticipantID) -> Replacement? {
        guard let who = participants[ifKnown: participant], let pid = who.pid else { return nil }
        let own = places(of: participant)
        for begin in own.compactMap({ connections[$0].openedAt }).sorted(by: >) {
            let isNew = { (id: ConnectionID) in connections[id].openedAt.map { $0 >= begin } ?? false }
            let (former, later) = (own.filter { !isNew($0) }, own.filter(isNew))
            guard let departure = departure(byOwn: former), departure.at <= begin else { continue }
            let (old, new) = (uniqueQueues(of: former), uniqueQueues(of: later))
            guard !old.isEmpty, !new.isEmpty else { return nil }
            guard old.isDisjoint(with: new) else { continue }
            return Replacement(departure: departure, pid: pid, other: participant, otherPid: pid, began: begin)
        }
        return nil
    }

    /// Queues that nobody else reads, `reply_…` and `topic_fanout_…`.
    private func uniqueQueues(of ids: [ConnectionID]) -> Set<String> {
        Set(
            ids.flatMap { connections[$0].consumers.map(\.queue) }.filter {
                $0.hasPrefix("reply_") || $0.contains("_fanout_")
            })
    }

    /// When an agent had no connection any more of those by which it began a work, and a new one only after that.
    ///
    /// - Parameters:
    ///   - start: when the work began.
    ///   - end: until when its loss matters.
    func absence(of participant: ParticipantID, from start: Timestamp, until end: Timestamp) -> Absence? {
        let own = processes(of: participant).flatMap(places)
        let isOld = { (id: ConnectionID) in connections[id].openedAt.map { $0 <= start } ?? true }
        guard let departure = departure(byOwn: own.filter(isOld)), departure.at >= start, departure.at < end,
            let back = own.lazy.filter({ !isOld($0) }).compactMap({ connections[$0].openedAt }).min(),
            back >= departure.at
        else { return nil }
        return Absence(departure: departure, back: back)
    }

    /// The end of these connections, where all were seen to end.
    private func departure(byOwn own: [ConnectionID]) -> Departure? {
        var ends: [ConnectionEnd] = []
        for id in own {
            guard let end = connections[id].end, end.isSeen else { return nil }
            ends.append(end)
        }
        guard let last = ends.max(by: { $0.at < $1.at }),
            let participant = own.lazy.compactMap({ connections[$0].participant }).first
        else { return nil }
        return Departure(
            participant: participant, at: last.at, connections: own.count, isOwn: ends.allSatisfy { $0.by == .client },
            isRegular: ends.allSatisfy(\.isRegular),
            common: last.by != nil && ends.allSatisfy { $0.isLike(last) } ? last : nil,
            packets: ends.compactMap(\.packet), end: last)
    }

    /// Whether a connection may be the agent's, open after it was lost.
    private func mayBe(
        _ agent: Participant, _ id: ConnectionID, since time: Timestamp, beyond newest: ConnectionID
    ) -> Bool {
        if let end = connections[id].end, end.isSeen, end.at <= time { return false }
        guard let other = connections[id].participant, let service = participants[other].service else { return true }
        guard service == agent.service else { return false }
        if let own = agent.virtualHost, let its = participants[other].virtualHost, own != its { return false }
        if let host = agent.host, let otherHost = participants[other].host { return host == otherHost }
        // Another process of a service that has several on a host: not this one, if it was there before.
        return id > newest
    }

    // MARK: The broker itself

    func outage(of server: String) -> Outage? { outages[server] }

    private func outage(of server: String, _ ids: [ConnectionID]) -> Outage? {
        var ends: [ConnectionEnd] = []
        for id in ids {
            guard let end = connections[id].end, end.isSeen else { return nil }
            ends.append(end)
        }
        guard let last = ends.map(\.at).max() else { return nil }
        let burst = ends.filter { last - $0.at <= Self.burst }
        let clients = Set(
            zip(ids, ends).filter { last - $1.at <= Self.burst }.map { id, _ in
                connections[id].participant.map { "p\($0)" } ?? connections[id].client
            })
        guard clients.count > 1, burst.count * 2 >= ends.count,
            !burst.contains(where: { $0.isRegular && $0.by == .client }),
            let first = burst.map(\.at).min(), !hasMoved(from: server, ids, since: first)
        else { return nil }
        return Outage(
            server: server, at: last, connections: burst.count, within: last - first,
            isBrokers: burst.allSatisfy { $0.by == .server })
    }

    /// Whether a client of a broker connected to another one since it lost this, as to another node of a cluster.
    private func hasMoved(from server: String, _ ids: [ConnectionID], since time: Timestamp) -> Bool {
        Set(ids.map { Self.address(connections[$0]) }).flatMap { ofAddress[$0] ?? [] }.contains { id in
            connections[id].server != server && connections[id].openedAt.map { $0 >= time } ?? false
        }
    }

    /// Connections that the broker lets publish nothing, and since when.
    func block(of participant: ParticipantID) -> BlockedSpan? {
        processes(of: participant).flatMap(places).lazy.compactMap { id -> BlockedSpan? in
            let connection = connections[id]
            guard let span = connection.blocked.last, span.until == nil, connection.end == nil else { return nil }
            return span
        }.min { $0.from < $1.from }
    }
}

extension ConnectionEnd {
    /// Whether the capture shows the end itself, and it is not inferred from what came later.
    var isSeen: Bool { kind == .closed || kind == .reset || kind == .finished }

    /// Whether the same end did the same for the same reason.
    func isLike(_ other: ConnectionEnd) -> Bool {
        kind == other.kind && by == other.by && code == other.code && text == other.text
    }
}
