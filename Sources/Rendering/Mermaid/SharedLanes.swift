import Trace

/// A machine that joins the lanes of several diagrams into one row of lanes.
///
/// Lanes are one when they stand for the same service on the same hosts; where a host is not known, when they bear the
/// same name. A diagram names the host only where it tells two lanes apart: here it is named where it does so in any.
struct SharedLanes {
    private struct Name: Hashable {
        let title: String
        let subtitle: String?
        let isVacant: Bool

        init(_ lane: Lane) {
            (title, subtitle, isVacant) = (lane.title, lane.subtitle, lane.isVacant)
        }
    }

    private struct Service: Hashable {
        let title: String
        let hosts: Set<String>
    }

    private let trace: BusTrace
    private(set) var lanes: [Lane] = []
    /// For each diagram that was added, the places of its lanes among all.
    private(set) var places: [[Int]] = []
    private var hosts: [Set<String>] = []
    private var placesOfNames: [Name: Int] = [:]
    private var placesOfServices: [Service: Int] = [:]

    init(_ trace: BusTrace) {
        self.trace = trace
    }

    mutating func add(_ diagram: SequenceDiagram) {
        var taken: [Int] = []
        for lane in diagram.lanes {
            let known = place(of: lane).flatMap { taken.contains($0) ? nil : $0 }
            let place = known ?? lanes.count
            if known == nil {
                lanes.append(lane)
                hosts.append([])
            }
            hosts[place].formUnion(hosts(of: lane))
            placesOfNames[Name(lane)] = place
            if !hosts(of: lane).isEmpty {
                placesOfServices[Service(title: lane.title, hosts: hosts(of: lane))] = place
            }
            if lanes[place].subtitle == nil { lanes[place].subtitle = lane.subtitle }
            taken.append(place)
        }
        places.append(taken)
    }

    private func place(of lane: Lane) -> Int? {
        let hosts = hosts(of: lane)
        if let place = placesOfServices[Service(title: lane.title, hosts: hosts)] { return place }
        return placesOfNames[Name(lane)].flatMap { hosts.isEmpty || self.hosts[$0].isEmpty ? $0 : nil }
    }

    private func hosts(of lane: Lane) -> Set<String> {
        Set(lane.participants.compactMap { trace.participants[ifKnown: $0]?.host })
    }

    /// Names hosts where they are needed and puts the lanes in order; to be done once, when all diagrams were added.
    mutating func arrange() {
        var named: [Name: Int] = [:]
        for lane in lanes { named[Name(lane), default: 0] += 1 }
        for place in lanes.indices where lanes[place].subtitle == nil && named[Name(lanes[place]), default: 0] > 1 {
            lanes[place].subtitle = hosts[place].count == 1 ? hosts[place].first.map { "@" + $0 } : nil
        }
        let order = lanes.indices.sorted { left, right in
            let (a, b) = (lanes[left], lanes[right])
            let (rank, other) = (Self.rank(of: a), Self.rank(of: b))
            if rank != other { return rank < other }
            if a.title != b.title { return naturallyPrecedes(a.title, b.title) }
            let (host, otherHost) = (a.subtitle ?? "", b.subtitle ?? "")
            return host == otherHost ? left < right : naturallyPrecedes(host, otherHost)
        }
        var moved = [Int](repeating: 0, count: lanes.count)
        for (place, old) in order.enumerated() { moved[old] = place }
        lanes = order.map { lanes[$0] }
        places = places.map { $0.map { moved[$0] } }
    }

    private static func rank(of lane: Lane) -> Int {
        lane.isVacant ? laneRank(topic: lane.title) : laneRank(service: lane.title)
    }
}
