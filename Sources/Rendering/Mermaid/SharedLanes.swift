import Trace

/// A machine that joins the lanes of several diagrams into one row of lanes, in the order in which each has them.
///
/// Lanes are one when they bear the same name or stand for the same service on the same hosts: a diagram names the host
/// only where it tells two lanes apart.
struct SharedLanes {
    private struct Name: Hashable {
        let title: String
        let subtitle: String?
        let isVacant: Bool
        /// Of several lanes of a diagram that bear the same name, which.
        var occurrence = 0
    }

    private struct Service: Hashable {
        let name: String
        let hosts: Set<String>
    }

    private let trace: BusTrace
    private(set) var lanes: [Lane] = []
    private var places: [Name: Int] = [:]
    private var services: [Service: Int] = [:]

    init(_ trace: BusTrace) {
        self.trace = trace
    }

    mutating func add(_ diagram: SequenceDiagram) {
        for (name, lane) in Self.named(diagram.lanes) {
            let service = service(of: lane)
            guard let place = places[name] ?? service.flatMap({ services[$0] }) else {
                places[name] = lanes.count
                if let service { services[service] = lanes.count }
                lanes.append(lane)
                continue
            }
            places[name] = place
            if let service { services[service] = place }
            if lanes[place].subtitle == nil { lanes[place].subtitle = lane.subtitle }
        }
    }

    /// Puts the lanes in order; to be done once, when all diagrams were added.
    mutating func arrange() {
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
        places = places.mapValues { moved[$0] }
    }

    /// For each lane of a diagram that was added, its place among all.
    func places(of diagram: SequenceDiagram) -> [Int] {
        Self.named(diagram.lanes).map { places[$0.name] ?? 0 }
    }

    private static func named(_ lanes: [Lane]) -> [(name: Name, lane: Lane)] {
        var seen: [Name: Int] = [:]
        return lanes.map { lane in
            var name = Name(title: lane.title, subtitle: lane.subtitle, isVacant: lane.isVacant)
            name.occurrence = seen[name, default: 0]
            seen[Name(title: lane.title, subtitle: lane.subtitle, isVacant: lane.isVacant), default: 0] += 1
            return (name, lane)
        }
    }

    private func service(of lane: Lane) -> Service? {
        let known = lane.participants.filter(trace.participants.indices.contains).map { trace.participants[$0] }
        guard let name = known.first?.service else { return nil }
        return Service(name: name, hosts: Set(known.compactMap(\.host)))
    }

    private static func rank(of lane: Lane) -> Int {
        lane.isVacant ? LaneOrder.rank(topic: lane.title) : LaneOrder.rank(service: lane.title)
    }
}
