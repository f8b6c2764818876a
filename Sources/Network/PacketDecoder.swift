import Bytes
package import Trace

/// A machine that finds the TCP segment in a packet: link header, tunnels, IP, TCP.
///
/// It keeps nothing from packet to packet but the fragments of IP datagrams. Packets in which no segment is found are
/// counted by reason in `statistics`. Checksums are not verified.
package struct PacketDecoder {
    package private(set) var statistics = DecodeStatistics()
    private var fragments: FragmentTable
    private let limits: NetworkLimits
    /// The innermost tunnel of the packet at hand.
    private var opened: Tunnel?

    /// Where in its tunnels a header is.
    private struct Nesting {
        let stamp: PacketStamp
        var scope = TunnelScope.none
        var depth = 0
    }

    package init(limits: NetworkLimits = NetworkLimits()) {
        self.limits = limits
        fragments = FragmentTable(limits: limits)
    }

    /// Whether packets of a link type (libpcap's `DLT_…`) are decoded; `LinkLayer` lists those that are.
    package static func decodes(linkType: Int32) -> Bool {
        LinkLayer(rawValue: linkType) != nil
    }

    /// Fragments of datagrams that did not become whole, those that still wait for others included.
    package var fragmentsInVain: Int { fragments.givenUp &+ fragments.waiting }

    /// Decodes one packet and hands its segment, if it holds one, to `body` together with the captured payload.
    ///
    /// `bytes` is what was captured of a packet that had `wireLength` bytes on the wire.
    package mutating func decode(
        _ bytes: RawSpan, linkType: Int32, wireLength: Int, at stamp: PacketStamp,
        _ body: (borrowing TCPSegment, RawSpan) -> Void
    ) {
        statistics.packets &+= 1
        guard let link = LinkLayer(rawValue: linkType) else {
            statistics.unknownLinkType &+= 1
            return
        }
        let wireLength = max(min(wireLength, NetworkLimits.packetBytes), bytes.byteCount)
        let nesting = Nesting(stamp: stamp)
        do {
            switch try link.networkHeader(bytes) {
            case .ipv4(let start):
                let payload = try IPv4Header.payload(bytes, at: start, wireLength: wireLength)
                try read(payload, of: bytes, nesting, body)
            case .ipv6(let start):
                let payload = try IPv6Header.payload(bytes, at: start, wireLength: wireLength)
                try read(payload, of: bytes, nesting, body)
            case .other(let layer, let start):
                try read(layer, at: start, of: bytes, end: wireLength, nesting, body)
            }
        } catch {
            // What ends inside a header although all of it was captured did not follow its format.
            note(error == .cut && bytes.byteCount == wireLength ? .malformed : error)
        }
        opened = nil
    }

    private mutating func note(_ defect: PacketDefect) {
        switch defect {
        case .cut: statistics.cut &+= 1
        case .malformed: statistics.malformed &+= 1
        case .nestedTooDeep: statistics.nestedTooDeep &+= 1
        }
        if let opened { statistics.unread.count(.tunnel(opened), limits) }
    }

    // MARK: IP and TCP

    private mutating func read(
        _ payload: IPPayload, of bytes: RawSpan, _ nesting: Nesting, _ body: (borrowing TCPSegment, RawSpan) -> Void
    ) throws(PacketDefect) {
        guard payload.isWholeTCP else { return try readOther(payload, of: bytes, nesting, body) }
        let (segment, range) = try TCPHeader.segment(bytes, payload, in: nesting.scope)
        statistics.segments &+= 1
        body(segment, bytes.extracting(range))
    }

    /// An IP packet with something else than TCP in one piece.
    private mutating func readOther(
        _ payload: IPPayload, of bytes: RawSpan, _ nesting: Nesting, _ body: (borrowing TCPSegment, RawSpan) -> Void
    ) throws(PacketDefect) {
        guard payload.fragment == nil else { return try reassemble(payload, of: bytes, nesting, body) }
        // What the link layer padded belongs to no tunnel.
        let bytes = bytes.extracting(0..<min(payload.end, bytes.byteCount))
        var start = payload.start
        var tunnel = IPProtocol.tunnel(payload.protocolNumber)
        switch payload.protocolNumber {
        case IPProtocol.authentication:
            // In IPv6 it has been stepped over like the other extension headers.
            var protected = payload
            try IPv6Header.skipExtensionHeaders(bytes, of: &protected)
            return try read(protected, of: bytes, nesting, body)
        case IPProtocol.udp:
            guard payload.end - start >= UDPPort.headerLength else { return passOver(.ipProtocol(IPProtocol.udp)) }
            try bytes.requireCaptured(UDPPort.headerLength, at: start)
            tunnel = UDPPort.tunnel(bytes, at: start, end: payload.end)
            if tunnel == nil { return passOver(UDPPort.unread(bytes, at: start)) }
            start += UDPPort.headerLength
        default: break
        }
        guard let tunnel else { return passOver(.ipProtocol(payload.protocolNumber)) }
        try read(.tunnel(tunnel), at: start, of: bytes, end: payload.end, nesting, body)
    }

    /// Counts an IP packet in which no TCP is looked for.
    private mutating func passOver(_ unread: Unread) {
        statistics.notTCP &+= 1
        count(unread)
    }

    private mutating func count(_ unread: Unread) {
        statistics.unread.count(opened.map { .inside($0, unread) } ?? unread, limits)
    }

    /// Takes a fragment in and reads the datagram that it completes.
    private mutating func reassemble(
        _ payload: IPPayload, of bytes: RawSpan, _ nesting: Nesting, _ body: (borrowing TCPSegment, RawSpan) -> Void
    ) throws(PacketDefect) {
        guard let place = payload.fragment else { return }
        guard IPProtocol.mayCarryTCP(payload.protocolNumber) else {
            return passOver(.ipProtocol(payload.protocolNumber))
        }
        let key = FragmentTable.Key(
            source: payload.source, destination: payload.destination, identification: place.identification,
            protocolNumber: payload.protocolNumber, scope: nesting.scope)
        let datagram = try fragments.receive(
            key, place, length: payload.end - payload.start,
            captured: bytes.extracting(payload.captured(of: bytes)), at: nesting.stamp.time)
        guard let datagram else {
            statistics.fragments &+= 1
            return
        }
        var whole = IPPayload(
            source: payload.source, destination: payload.destination, protocolNumber: payload.protocolNumber,
            start: 0, end: datagram.wireLength)
        let span = datagram.bytes.span.bytes
        if !payload.source.isIPv4 { try IPv6Header.skipExtensionHeaders(span, of: &whole) }
        guard whole.fragment == nil else { throw .malformed }
        try read(whole, of: span, nesting, body)
    }

    // MARK: What carries IP

    /// Reads the layer that begins at `start` of a packet that had `end` bytes on the wire.
    private mutating func read(
        _ layer: Layer, at start: Int, of bytes: RawSpan, end: Int, _ nesting: Nesting,
        _ body: (borrowing TCPSegment, RawSpan) -> Void
    ) throws(PacketDefect) {
        guard start <= end else { throw .malformed }
        switch layer {
        case .ipv4:
            let payload = try IPv4Header.payload(bytes, at: start, wireLength: end)
            try read(payload, of: bytes, nesting, body)
        case .ipv6:
            let payload = try IPv6Header.payload(bytes, at: start, wireLength: end)
            try read(payload, of: bytes, nesting, body)
        case .ethernet:
            try bytes.requireCaptured(Ethernet.length, at: start)
            let type = bytes.uint16(at: start + 12)
            try read(.etherType(type), at: start + Ethernet.length, of: bytes, end: end, nesting, body)
        case .etherType(let type):
            try read(type, at: start, of: bytes, end: end, nesting, body)
        case .tunnel(let tunnel):
            try enter(tunnel, at: start, of: bytes, end: end, nesting, body)
        case .control:
            statistics.notIP &+= 1
        }
    }

    /// Reads what an EtherType names, over VLAN tags.
    private mutating func read(
        _ type: UInt16, at start: Int, of bytes: RawSpan, end: Int, _ nesting: Nesting,
        _ body: (borrowing TCPSegment, RawSpan) -> Void
    ) throws(PacketDefect) {
        var (type, start) = (type, start)
        try VLANTag.skipAll(bytes, &type, &start)
        if let layer = EtherType.layer(type) {
            return try read(layer, at: start, of: bytes, end: end, nesting, body)
        }
        if type == EtherType.transparentBridging {
            return try read(.ethernet, at: start, of: bytes, end: end, deeper(nesting), body)
        }
        statistics.notIP &+= 1
        count(.etherType(type))
    }

    private mutating func enter(
        _ tunnel: Tunnel, at start: Int, of bytes: RawSpan, end: Int, _ nesting: Nesting,
        _ body: (borrowing TCPSegment, RawSpan) -> Void
    ) throws(PacketDefect) {
        opened = tunnel
        var nesting = try deeper(nesting)
        let carried = try tunnel.open(bytes, at: start, end: end)
        if let network = carried.network {
            nesting.scope = nesting.scope.entering(network.numbering, network.number)
            if network.numbering == .nvgre { opened = .nvgre }
        }
        statistics.opened(opened ?? tunnel)
        try read(carried.layer, at: carried.start, of: bytes, end: end, nesting, body)
    }

    private func deeper(_ nesting: Nesting) throws(PacketDefect) -> Nesting {
        guard nesting.depth < limits.tunnelDepth else { throw .nestedTooDeep }
        var nesting = nesting
        nesting.depth += 1
        return nesting
    }
}
