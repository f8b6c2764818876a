import Services
import Trace

/// A machine that gives every service and host one lane, and orders the lanes when all are known.
struct LaneTable {
    private enum Key: Hashable {
        case service(String, host: String?, virtualHost: String?)
        case label(String)
        /// A queue that nobody was seen to read.
        case vacant(String, virtualHost: String?)
    }

    private let trace: BusTrace
    /// As `SequenceBuilder.singletons`.
    private let singletons: Set<String>
    private var numbers: [Key: Int] = [:]
    private var keys: [Key] = []
    private var participants: [[ParticipantID]] = []
    private var lanesOfParticipants: [ParticipantID: Int] = [:]
    /// Lanes of queues of which the capture does not show who reads them.
    private var outOfSight: Set<Int> = []

    init(trace: BusTrace, singletons: Set<String> = []) {
        self.trace = trace
        self.singletons = singletons
    }

    /// The provisional number of a participant's lane; `nil` for no participant.
    mutating func lane(of participant: ParticipantID?) -> Int? {
        guard let participant, trace.participants.contains(participant) else { return nil }
        if let known = lanesOfParticipants[participant] { return known }
        let who = trace.participants[participant]
        let lane = number(
            of: who.service.map {
                .service($0, host: singletons.contains($0) ? nil : who.host, virtualHost: who.virtualHost)
            } ?? .label(who.label))
        participants[lane].append(participant)
        lanesOfParticipants[participant] = lane
        return lane
    }

    /// The lane of whoever a delivery went to: its participant, else the connection's client address.
    mutating func lane(of delivery: Delivery) -> Int? {
        if let lane = lane(of: delivery.to) { return lane }
        guard let connection = trace.capture.connections[ifKnown: delivery.connection] else { return nil }
        return lane(of: connection.participant) ?? number(of: .label(connection.client))
    }

    /// The lane of a queue that nobody was seen to read.
    ///
    /// - Parameters:
    ///   - virtualHost: where several are to be told apart.
    ///   - isShown: whether the capture would show who reads it.
    mutating func vacantLane(_ queue: String, in virtualHost: String?, isShown: Bool) -> Int {
        let lane = number(of: .vacant(queue, virtualHost: virtualHost))
        if !isShown { outOfSight.insert(lane) }
        return lane
    }

    private mutating func number(of key: Key) -> Int {
        if let known = numbers[key] { return known }
        numbers[key] = keys.count
        keys.append(key)
        participants.append([])
        return keys.count - 1
    }

    /// The lanes from left to right, and for each provisional number its place among them.
    func arrange() -> (lanes: [Lane], order: [Int]) {
        var counts: [String: Int] = [:]
        for case .service(let service, _, _) in keys { counts[service, default: 0] += 1 }
        let lanes = keys.indices.map { lane(at: $0, counts) }
        let sorted = keys.indices.sorted { left, right in
            let (a, b) = (rank(of: keys[left]), rank(of: keys[right]))
            if a != b { return a < b }
            if lanes[left].title != lanes[right].title {
                return naturallyPrecedes(lanes[left].title, lanes[right].title)
            }
            let (host, other) = (lanes[left].subtitle ?? "", lanes[right].subtitle ?? "")
            return host == other ? left < right : naturallyPrecedes(host, other)
        }
        var order = [Int](repeating: 0, count: keys.count)
        for (place, number) in sorted.enumerated() { order[number] = place }
        return (sorted.map { lanes[$0] }, order)
    }

    /// - Parameter counts: lanes of each service.
    private func lane(at number: Int, _ counts: [String: Int]) -> Lane {
        switch keys[number] {
        case .service(let service, let host, let virtualHost):
            return Lane(
                title: service,
                subtitle: subtitle(
                    isHostShown(lane: number, of: counts[service] ?? 0) ? host : nil, virtualHost),
                participants: participants[number].sorted())
        case .label(let label):
            return Lane(title: label, participants: participants[number].sorted())
        case .vacant(let queue, let virtualHost):
            let reader = outOfSight.contains(number) ? "not shown" : "nobody"
            return Lane(
                title: queue, subtitle: subtitle(nil, virtualHost.map { "\($0), \(reader)" } ?? reader), isVacant: true)
        }
    }

    /// `@compute1`, `@ctl1 (cell1)`, `(cell1)`.
    private func subtitle(_ host: String?, _ virtualHost: String?) -> String? {
        let parts = [host.map { "@" + $0 }, virtualHost.map { "(\($0))" }].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    /// A host is shown where the label tells it, or where it tells two lanes of a service apart.
    private func isHostShown(lane: Int, of lanes: Int) -> Bool {
        lanes > 1 || participants[lane].contains { trace.participants[$0].label.contains("@") }
    }

    private func rank(of key: Key) -> Int {
        switch key {
        case .service(let service, _, _): laneRank(service: service)
        case .label: .max
        case .vacant(let queue, _): laneRank(topic: queue)
        }
    }
}

/// Where the lane of a service stands; one that is not known stands behind its family, an unknown name last.
func laneRank(service: String) -> Int { Catalogue.openStack.place(ofLane: service) ?? .max }

/// Where the service would stand that would read a queue nobody reads, e.g. `compute.compute1`.
func laneRank(topic: String) -> Int { ServiceTopic(topic).service.map(laneRank(service:)) ?? .max }

/// Whether one name stands before another when runs of digits count as numbers: `compute2` before `compute10`.
func naturallyPrecedes(_ left: String, _ right: String) -> Bool {
    var (a, b) = (Substring(left).utf8, Substring(right).utf8)
    while let first = a.first, let second = b.first {
        let (digits, others) = (a.prefix(while: isDigit), b.prefix(while: isDigit))
        if !digits.isEmpty, !others.isEmpty {
            let (number, other) = (digits.drop { $0 == 0x30 }, others.drop { $0 == 0x30 })
            if number.count != other.count { return number.count < other.count }
            if !number.elementsEqual(other) { return number.lexicographicallyPrecedes(other) }
            a = a.dropFirst(digits.count)
            b = b.dropFirst(others.count)
        } else if first == second {
            a = a.dropFirst()
            b = b.dropFirst()
        } else {
            return first < second
        }
    }
    return a.isEmpty && !b.isEmpty || (a.isEmpty && b.isEmpty && left < right)
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
