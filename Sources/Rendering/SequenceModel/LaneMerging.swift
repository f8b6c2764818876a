extension SequenceDiagram {
    /// The same with one lane for all hosts of a service; `nil` where no service has several.
    func mergingHosts() -> SequenceDiagram? {
        var groups: [[Int]] = []
        for lane in lanes.indices {
            if let first = groups.last?.first, lanes[first].title == lanes[lane].title, !lanes[lane].isVacant {
                groups[groups.count - 1].append(lane)
            } else {
                groups.append([lane])
            }
        }
        if groups.count == lanes.count { return nil }
        return merging(groups) { members in
            Lane(
                title: lanes[members[0]].title, subtitle: "\(members.count) hosts",
                participants: members.flatMap { lanes[$0].participants })
        }
    }

    /// The same with the lanes that have the fewest arrows sharing one, so that `count` lanes stand.
    func mergingQuietLanes(keeping count: Int) -> SequenceDiagram {
        var arrows = [Int](repeating: 0, count: lanes.count)
        for event in events {
            guard case .arrow(let arrow) = event.content else { continue }
            for lane in Set(arrow.to + [arrow.from, arrow.missed].compactMap { $0 }) { arrows[lane] += 1 }
        }
        let busiest = lanes.indices.sorted { (-arrows[$0], $0) < (-arrows[$1], $1) }.prefix(max(1, count - 1))
        let kept = Set(busiest)
        let others = lanes.indices.filter { !kept.contains($0) }
        if others.isEmpty { return self }
        return merging(kept.sorted().map { [$0] } + [others]) { members in
            Lane(title: "others: " + members.map { lanes[$0].name }.joined(separator: ", "), participants: [])
        }
    }

    /// Each group of lanes becomes one; arrows say which member they mean.
    private func merging(_ groups: [[Int]], into lane: ([Int]) -> Lane) -> SequenceDiagram {
        var places = [Int](repeating: 0, count: lanes.count)
        var merged = [Bool](repeating: false, count: lanes.count)
        for (place, members) in groups.enumerated() {
            for member in members {
                places[member] = place
                merged[member] = members.count > 1
            }
        }
        func name(_ lane: Int) -> String? {
            merged[lane] ? (lanes[lane].subtitle ?? lanes[lane].title) : nil
        }
        var result = self
        result.lanes = groups.map { $0.count == 1 ? lanes[$0[0]] : lane($0) }
        for index in result.events.indices {
            result.events[index].qualify(by: name)
            result.events[index].moveLanes(places)
        }
        return result
    }
}

extension SequenceEvent {
    /// Says which of the lanes that are about to be merged are meant.
    fileprivate mutating func qualify(by name: (Int) -> String?) {
        switch content {
        case .arrow(var arrow):
            let sender = arrow.from.flatMap(name)
            let receivers = (arrow.to + [arrow.missed].compactMap { $0 }).compactMap(name)
            let target = receivers.count > 2 ? "(\(receivers.count) hosts)" : receivers.joined(separator: ", ")
            switch (sender, receivers.isEmpty) {
            case (nil, true): break
            case (let sender?, true): arrow.qualifier = sender
            case (nil, false): arrow.qualifier = target
            case (let sender?, false): arrow.qualifier = "\(sender) to \(target)"
            }
            content = .arrow(arrow)
        case .state(var mark):
            if let name = mark.lane.flatMap(name) { mark.states.append(name) }
            content = .state(mark)
        case .giveUp(var giveUp):
            giveUp.qualifier = giveUp.lane.flatMap(name)
            content = .giveUp(giveUp)
        case .standstill(var standstill):
            standstill.qualifier = standstill.lane.flatMap(name)
            content = .standstill(standstill)
        case .pause, .captureEnd: break
        }
    }
}
