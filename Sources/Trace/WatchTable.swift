/// A machine that knows by which of several files each connection was watched, and from when to when.
///
/// A file watches the connections that it shows, and others between the same two hosts where it shows a connection that
/// another file shows, too: both were made where these pass. One that follows on another and shows most of what that one
/// shows was made at the same place, and watches what passes there even where nothing does any more. What one capture
/// wrote to several files is as one of them. A single file, and a live capture, watch everything for as long as they go.
package struct WatchTable: Sendable {
    /// From when to when each source goes, as far as it was read; empty where one watches everything.
    private var extents: [WatchedTime.Stretch?] = []
    /// Connection → the sources that showed it.
    private var sources: [ConnectionID: Set<Int>] = [:]
    /// Connection → the hosts at its ends.
    private var places: [ConnectionID: String] = [:]
    /// Source → hosts between which it showed connections.
    private var shown: [Int: Set<String>] = [:]
    /// Source → other sources that showed some of its connections.
    private var neighbours: [Int: Set<Int>] = [:]
    /// Connections of which it is told when they were watched.
    private var told: [ConnectionID: WatchedTime] = [:]
    /// Of each source the one by whose clock its times go; empty where they all go by one.
    package var clocks: [Int] = []
    /// Of each source the first that its capture wrote; empty where each is one of its own.
    package var captures: [Int] = [] { didSet { isOneCapture = Set(captures).count == 1 } }
    private var isOneCapture = false

    package init() {}

    private var watchesAll: Bool { (extents.count < 2 || isOneCapture) && told.isEmpty }

    /// A source showed a connection between two hosts.
    package mutating func saw(_ connection: ConnectionID, between one: String, and other: String, in source: Int) {
        guard sources.count < Limits.watchedConnections || sources[connection] != nil else { return }
        let place = one < other ? "\(one)|\(other)" : "\(other)|\(one)"
        for neighbour in sources[connection] ?? [] where neighbour != source {
            neighbours[neighbour, default: []].insert(source)
            neighbours[source, default: []].insert(neighbour)
        }
        sources[connection, default: []].insert(source)
        places[connection] = place
        shown[source, default: []].insert(place)
    }

    /// From when to when the sources go, as far as that is known now.
    package mutating func extend(_ extents: [WatchedTime.Stretch?]) {
        self.extents = extents
    }

    package mutating func extend(_ sources: [CaptureSource]) {
        guard !sources.contains(where: \.isLive) else { return extents = [] }
        extents = sources.map { source in
            guard let first = source.first, let last = source.last else { return nil }
            return WatchedTime.Stretch(from: first, until: last)
        }
    }

    /// An excerpt tells when a connection was watched.
    package mutating func tell(_ connection: ConnectionID, _ time: WatchedTime) {
        if !time.isWhole { told[connection] = time }
    }

    package mutating func forget(_ connections: [ConnectionID]) {
        for connection in connections {
            sources[connection] = nil
            told[connection] = nil
            places[connection] = nil
        }
    }

    /// The sources that showed a connection; empty where one watches everything.
    package func sources(of connection: ConnectionID) -> Set<Int> { extents.count < 2 ? [] : sources[connection] ?? [] }

    /// Whether the times of what passed on two connections go by one clock.
    package func areOfOneClock(_ one: ConnectionID?, _ other: ConnectionID?) -> Bool {
        guard clocks.count > 1, let one, let other, one != other else { return true }
        let both = (sources[one] ?? []).union(sources[other] ?? [])
        return Set(both.map { clocks.indices.contains($0) ? clocks[$0] : $0 }).count < 2
    }

    /// When a connection was watched.
    package func time(of connection: ConnectionID?) -> WatchedTime {
        guard !watchesAll, let connection else { return WatchedTime() }
        if let time = told[connection] { return time }
        guard extents.count > 1, let own = sources[connection] else { return WatchedTime() }
        var watching = own
        let place = places[connection] ?? ""
        for source in own {
            for neighbour in neighbours[source] ?? [] where !watching.contains(neighbour) {
                if shown[neighbour]?.contains(place) == true || follows(neighbour, source) {
                    watching.insert(neighbour)
                }
            }
        }
        let captures = Set(watching.map(capture))
        let parts = Dictionary(grouping: extents.indices.filter { captures.contains(capture(of: $0)) }, by: capture)
        return WatchedTime(parts.values.compactMap(extent))
    }

    /// From the beginning of the first of these sources to the end of the last.
    private func extent(of sources: [Int]) -> WatchedTime.Stretch? {
        let own = sources.compactMap { extents[$0] }
        guard let from = own.map(\.from).min(), let until = own.map(\.until).max() else { return nil }
        return WatchedTime.Stretch(from: from, until: until)
    }

    private func capture(of source: Int) -> Int { captures.indices.contains(source) ? captures[source] : source }

    /// Whether one source begins where the other ends, and shows most of what it does.
    private func follows(_ one: Int, _ other: Int) -> Bool {
        guard extents.indices.contains(one), extents.indices.contains(other), let first = extents[one],
            let second = extents[other], first.from >= second.until || second.from >= first.until,
            let mine = shown[one], let its = shown[other]
        else { return false }
        return mine.intersection(its).count * 2 > max(mine.count, its.count)
    }

    /// Until when it was watched from a moment on, at least on one of two connections; `end` where for the whole capture.
    package func end(
        of one: ConnectionID?, _ other: ConnectionID? = nil, since time: Timestamp, in end: Timestamp
    ) -> Timestamp {
        guard !watchesAll else { return end }
        let ends = [one, other].compactMap(\.self).map { self.time(of: $0).stretch(at: time)?.until ?? end }
        return ends.max().map { min(end, max(time, $0)) } ?? end
    }
}
