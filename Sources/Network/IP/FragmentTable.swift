import Bytes
import OrderedCollections
import Trace

/// A machine that puts IP datagrams together from their fragments.
///
/// As Linux does, it takes a fragment that came twice once, and gives up a datagram in which fragments overlap
/// (RFC 5722, for IPv4 as well). The number of datagrams, of fragments and of bytes is limited: the oldest datagram
/// goes first. Expiry is in packet time.
struct FragmentTable {
    /// What the fragments of one datagram have in common.
    struct Key: Hashable {
        let source: IPAddress
        let destination: IPAddress
        let identification: UInt32
        /// Of the first header behind the fragment header.
        let protocolNumber: UInt8
        let scope: TunnelScope
    }

    /// The fragmented part of a datagram, whole.
    struct Datagram {
        /// As much from its start as was captured without a hole.
        let bytes: [UInt8]
        let wireLength: Int
    }

    private struct Fragment {
        let range: Range<Int>
        /// Fewer than the range when the capture cut the packet.
        let bytes: [UInt8]
    }

    private struct Partial {
        let since: Timestamp
        /// In the order of their ranges.
        var fragments: [Fragment] = []
        /// Known when the last fragment was seen.
        var length: Int?
        var covered = 0
        var bytes = 0
    }

    private let limits: NetworkLimits
    private var partials: OrderedDictionary<Key, Partial> = [:]
    private var bytes = 0

    init(limits: NetworkLimits) {
        self.limits = limits
    }

    /// Datagrams that wait for fragments.
    var count: Int { partials.count }

    /// Fragments of datagrams that were given up: others of them did not come, or did not fit.
    private(set) var givenUp = 0

    /// Fragments that wait for others.
    var waiting: Int { partials.values.total { $0.fragments.count } }

    /// Takes a fragment in; returns its datagram when that is now whole.
    ///
    /// `captured` is what is there of the fragment's `length` bytes.
    mutating func receive(
        _ key: Key, _ place: FragmentPlace, length: Int, captured: RawSpan, at time: Timestamp
    ) throws(PacketDefect) -> Datagram? {
        removeExpired(at: time)
        let range = place.offset..<place.offset + length
        guard range.upperBound <= 0xFFFF, length > 0, !place.moreFollow || length % 8 == 0 else { throw .malformed }
        var partial = partials[key] ?? Partial(since: time)
        let index = partial.fragments.firstIndex { $0.range.upperBound > range.lowerBound } ?? partial.fragments.count
        if index < partial.fragments.count, partial.fragments[index].range.lowerBound < range.upperBound {
            guard partial.fragments[index].range == range else {
                giveUp(key)
                throw .malformed
            }
            return nil
        }
        let lengthIfLast = place.moreFollow ? nil : range.upperBound
        let reach = max(partial.fragments.last?.range.upperBound ?? 0, range.upperBound)
        guard partial.fragments.count < limits.fragmentsPerDatagram, partial.length == nil || lengthIfLast == nil,
            reach <= lengthIfLast ?? partial.length ?? reach
        else {
            giveUp(key)
            throw .malformed
        }
        partial.fragments.insert(Fragment(range: range, bytes: captured.withUnsafeBytes { [UInt8]($0) }), at: index)
        partial.length = partial.length ?? lengthIfLast
        partial.covered += length
        partial.bytes += captured.byteCount
        if partial.covered == partial.length {
            remove(key)
            return datagram(of: partial)
        }
        bytes += captured.byteCount
        partials[key] = partial
        removeOldestBeyondLimits()
        return nil
    }

    private func datagram(of partial: Partial) -> Datagram {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(partial.bytes)
        for fragment in partial.fragments {
            bytes += fragment.bytes
            if fragment.bytes.count < fragment.range.count { break }
        }
        return Datagram(bytes: bytes, wireLength: partial.covered)
    }

    private mutating func remove(_ key: Key) {
        if let partial = partials.removeValue(forKey: key) { bytes -= partial.bytes }
    }

    private mutating func giveUp(_ key: Key) {
        givenUp &+= partials[key]?.fragments.count ?? 0
        remove(key)
    }

    private mutating func removeExpired(at time: Timestamp) {
        while let oldest = partials.elements.first, time - oldest.value.since > limits.fragmentTime {
            giveUp(oldest.key)
        }
    }

    private mutating func removeOldestBeyondLimits() {
        while partials.count > limits.fragmentedDatagrams || bytes > limits.fragmentBytes,
            let oldest = partials.keys.first
        {
            giveUp(oldest)
        }
    }
}
