package import Trace

extension NetworkCounts {
    /// What the two stages counted.
    package init(_ packets: borrowing PacketDecoder, _ connections: borrowing TCPConnectionTable) {
        self.init()
        let decoded = packets.statistics
        self.packets = decoded.packets
        segments = decoded.segments
        (notIP, notTCP) = (decoded.notIP, decoded.notTCP)
        (cut, malformed, nestedTooDeep) = (decoded.cut, decoded.malformed, decoded.nestedTooDeep)
        (fragments, fragmentsInVain) = (decoded.fragments, packets.fragmentsInVain)
        unknownLinkType = decoded.unknownLinkType
        for tunnel in Tunnel.allCases where decoded[tunnel] > 0 { tunnels[tunnel.name] = decoded[tunnel] }
        undecoded = decoded.unread.named
            .map { Undecoded(name: $0.name, packets: $0.packets, mayCarryTCP: $0.mayCarryTCP, defects: $0.defects) }
            .sorted { ($1.packets, $0.name) < ($0.packets, $1.name) }
        tcp = TCPCounts(connections.statistics)
    }
}

extension TCPCounts {
    fileprivate init(_ counted: TCPStatistics) {
        self.init()
        (connections, evicted) = (counted.connections, counted.evicted)
        (retransmissions, outOfOrder) = (counted.retransmissions, counted.outOfOrder)
        (conflictingOverlaps, strays) = (counted.conflictingOverlaps, counted.strays)
        (overflows, gaps, missingBytes) = (counted.overflows, counted.gaps, counted.missingBytes)
        (mirroredConnections, mirroredSegments) = (counted.mirroredConnections, counted.mirroredSegments)
    }
}
