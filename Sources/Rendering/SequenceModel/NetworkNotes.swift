package import Trace

extension NetworkCounts {
    /// What was not read below the bus and may lack for it, in sentences without full stops.
    var lossNotes: [String] {
        var notes: [String] = []
        // A packet that is damaged or cut in a tunnel is told of once, below.
        for carrier in carriers where carrier.packets > carrier.defects {
            let count = carrier.packets - carrier.defects
            notes.append("\(counted(count, "packet")) of \(carrier.name) \(count == 1 ? "was" : "were") not read")
        }
        let defects = carriers.filter { $0.defects > 0 }
        let isInTunnels = defects.total(of: \.defects) == malformed + cut + nestedTooDeep
        let where_ = isInTunnels ? " in \(defects.map(\.name).joined(separator: " and "))" : ""
        if malformed > 0 { notes.append("\(counted(malformed, "packet")) with damaged headers\(where_) not read") }
        if cut > 0 {
            notes.append("\(counted(cut, "packet")) cut by the capture inside the headers\(where_): not read")
        }
        if nestedTooDeep > 0 {
            notes.append("\(counted(nestedTooDeep, "packet")) in too many tunnels, one in the other: not read")
        }
        if unknownLinkType > 0 { notes.append("\(counted(unknownLinkType, "packet")) of another link type not read") }
        if fragmentsInVain > 0 {
            notes.append("\(counted(fragmentsInVain, "fragment")) of IP datagrams of which the rest was not captured")
        }
        if tcp.evicted > 0 {
            notes.append("\(counted(tcp.evicted, "TCP connection")) given up while open: too many were open at once")
        }
        if tcp.overflows > 0 {
            notes.append("\(counted(tcp.overflows, "gap")) given up early: too much waited behind them")
        }
        if tcp.conflictingOverlaps > 0 {
            notes.append(
                "\(counted(tcp.conflictingOverlaps, "TCP segment")) sent again with other bytes: the first were read")
        }
        return notes
    }

    /// The same, and what is worth knowing of how the bus was captured.
    var notes: [String] {
        var notes = lossNotes
        if tcp.mirroredConnections > 0 {
            notes.append(
                "\(counted(tcp.mirroredConnections, "TCP connection")) captured again, in a tunnel, before or "
                    + "behind a proxy, or with translated addresses: told once")
        }
        return notes
    }
}

extension NetworkCounts.Undecoded {
    /// E.g. `525 packets of IPsec ESP`.
    var sentence: String { "\(counted(packets, "packet")) of \(name)" }
}

extension CaptureSummary {
    /// What was not read below the bus, in sentences without full stops.
    package var networkNotes: [String] { network.notes }
}
